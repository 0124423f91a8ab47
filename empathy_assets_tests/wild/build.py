"""The folder of the wild table: the text fixtures of `files/`, and what has to be exact to the byte or is no text.

Lives here: making the files. Must not live here: what is expected of them (`manifest.toml`).
"""

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from empathy_assets_tests.engines.reading.samples import archive, epub, pdf, prose, xhtml

_FILES = Path(__file__).parent / "files"
_CRYPT = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
_CONTAINER = "META-INF/container.xml"
_ELSEWHERE = "a place/of its own/"
_IDPF = "http://www.idpf.org/2008/embedding"
_XHTML = 'media-type="application/xhtml+xml"'
_NAV_ITEM = f'<item id="nav" href="nav.xhtml" {_XHTML} properties="nav"/>'
_NCX_ITEM = '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'


def build(folder: Path) -> Path:
    """Make the folder with every file `manifest.toml` describes, and return it."""
    shutil.copytree(_FILES, folder)
    for parts in (_encoded(), _edges(), _gutenberg(), _epubs(), _pdfs()):
        for name, data in parts:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


def _encoded() -> Iterator[tuple[str, bytes]]:
    """Yield texts whose encoding or end is their peculiarity."""
    cues = ["Мы долго молчали в тот вечер.", "Потом она сказала, что уезжает.", "Я не нашёл ни одного слова в ответ."]
    times = [f"{i + 1}\n00:00:{10 + 4 * i},000 --> 00:00:{13 + 4 * i},500\n{cue}\n" for i, cue in enumerate(cues)]
    yield "transcripts/cyrillic.srt", "\n".join(times).encode("cp1251")
    yield "transcripts/marked.vtt", "WEBVTT\n\n00:00:00.500 --> 00:00:07.000\nThe stairs were wet that day.\n".encode("utf-8-sig")
    whole = (_FILES / "conversations/instructions.json").read_text(encoding="utf-8")
    yield "conversations/marked_crlf.json", whole.replace("old friend", "old neighbour").replace("\n", "\r\n").encode("utf-8-sig")
    long = " ".join(f"And on day {n} I waited for you by the same gate." for n in range(3640))
    table = f"question,answer\nWhere were you?,{long}\nWhy did nobody ask me?,Perhaps they did not dare to ask.\n"
    yield "conversations/huge_field.csv", table.encode()
    cut = whole.replace("an old friend", "a far cousin")
    yield "conversations/cut_in_a_string.json", cut[: cut.index("singer is")].encode()


def _edges() -> Iterator[tuple[str, bytes]]:
    """Yield JSON at its edges: what stands here is no conversation, but none of it may stop the run."""
    edges = {
        "unfinished_word.json": b"[ true, fal",
        "lone_quote.json": b'"',
        "mark_only.json": b"\xef\xbb\xbf",
        "extra_comma.json": b'["a",]',
        "not_utf8.json": b'["\xfe"]',
        "line_end_in_string.json": b'["old\nroad"]',
        "escape.json": b'["\\u2064"]',
        "trailing_comma.json": b'{"id":1,}',
        "garbage_after.json": b'{"b": false} "y"',
        "marked_empty_object.json": b"\xef\xbb\xbf{}",
        "deep.json": b"[" * 100_000,
    }
    yield from ((f"conversations/edges/{name}", data) for name, data in edges.items())


def _gutenberg() -> Iterator[tuple[str, bytes]]:
    """Yield one book as Latin-1 text with CRLF and as a web page, both with the digitiser's header and licence."""
    chapters = {"CHAPTER I": prose(12), "CHAPTER II": prose(12, start=60)}
    chapters["CHAPTER I"][0] += " The café was _never_ shut."
    head = "The Project Gutenberg EBook of Small Lights, by Ada Brook\n\nTitle: Small Lights\n\nAuthor: Ada Brook\n\nLanguage: English\n"
    start, end = "*** START OF THIS PROJECT GUTENBERG EBOOK SMALL LIGHTS ***", "End of the Project Gutenberg EBook of Small Lights"
    licence = "This file should be named 1-8.txt. Section 1. General terms of use of Project Gutenberg-tm electronic works."
    flowed = {title: "\n\n".join("\n".join(wrap(p, 70)) for p in paragraphs) for title, paragraphs in chapters.items()}
    body = "\n\n\n".join(f"{title}\n\n\n{text}" for title, text in flowed.items())
    front = "Produced by Nobody\n\nSMALL LIGHTS\n\nBY\n\nADA BROOK\n\nCONTENTS\n\nCHAPTER I\n\nCHAPTER II"
    text = "\n\n".join([head, start, front, f"\n{body}", end, licence]) + "\n"
    yield "books/text/small_lights-8.txt", text.replace("\n", "\r\n").encode("latin-1")
    parts = "".join(f"<h2>{title}</h2>" + "".join(f"<p>{p}</p>\n" for p in paragraphs) for title, paragraphs in chapters.items())
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><title>Small Lights, by Ada Brook</title>'
        f"<style>p {{ margin: 0 }}</style></head><body><pre>{head}</pre><p>{start}</p>{parts.replace('_never_', '<i>never</i>')}"
        f"<p>{end}</p><p>{licence}</p></body></html>"
    )
    yield "books/text/small_lights-h.htm", page.encode("latin-1")


def _chapter(title: str, start: int) -> str:
    return xhtml(f"<h2>{title}</h2>" + "".join(f"<p>{p}</p>" for p in prose(4, start=start)))


def _encrypted(algorithm: str, *members: str) -> str:
    method = f'<EncryptionMethod Algorithm="{algorithm}"/>'
    listed = "".join(f'<EncryptedData>{method}<CipherData><CipherReference URI="{name}"/></CipherData></EncryptedData>' for name in members)
    return f'<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{listed}</encryption>'


def _without(data: bytes, *names: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return archive({name: whole.read(name) for name in whole.namelist() if name not in names})


def _moved(data: bytes) -> bytes:
    """Return the book with its package in another folder."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        members: dict[str, bytes | str] = {name.replace("OPS/", _ELSEWHERE): whole.read(name) for name in whole.namelist()}
        members[_CONTAINER] = whole.read(_CONTAINER).decode().replace("OPS/", _ELSEWHERE)
    return archive(members)


def _epubs() -> Iterator[tuple[str, bytes]]:
    one, two, three = (_chapter(title, 100 * n) for n, title in enumerate(("Dawn", "Noon", "Dusk"), start=1))
    nav = xhtml('<nav epub:type="toc"><ol><li><a href="a.xhtml">First Light</a></li><li><a href="b.xhtml">High Sun</a></li></ol></nav>')
    bare_a, bare_b = (xhtml("".join(f"<p>{p}</p>" for p in prose(4, start=n))) for n in (400, 500))
    ends = {"titlepage.xhtml": "Small Lights, by hand.", "endnotes.xhtml": "1. A note at the end.", "colophon.xhtml": "Set in lead."}
    front, *back = ({name: xhtml(f"<p>{text}</p>", name[:-6])} for name, text in ends.items())
    nav_only = {**front, "a.xhtml": bare_a, "b.xhtml": bare_b, **back[0], **back[1]}
    ncx = '<ncx><navMap><navPoint><navLabel><text>The Ferry</text></navLabel><content src="a.xhtml#top"/></navPoint></navMap></ncx>'
    plain = epub({"one.xhtml": one})
    noise = bytes((i * i * 31 + i * 7) % 251 for i in range(4000))
    unknown = _encrypted("http://example.org/none", "OPS/one.xhtml")
    books = {
        "nav_only": epub(nav_only, extra={"OPS/nav.xhtml": nav}, manifest=_NAV_ITEM),
        "ncx_only": epub({"a.xhtml": bare_b}, extra={"OPS/toc.ncx": ncx}, manifest=_NCX_ITEM),
        "odd_spine": epub(
            {"one.xhtml": one, "two.xhtml": two},
            extra={"OPS/side.xhtml": three},
            manifest=f'<item id="s" href="side.xhtml" {_XHTML}/><item id="g" href="gone.xhtml" {_XHTML}/>',
            spine='<itemref idref="s" linear="no"/><itemref idref="g"/><itemref idref="nobody"/>',
        ),
        "drm": epub(
            {"one.xhtml": one},
            extra={
                "OPS/one.xhtml": noise,
                "META-INF/encryption.xml": _encrypted(_CRYPT, "OPS/one.xhtml"),
                "META-INF/rights.xml": '<rights xmlns="http://ns.adobe.com/adept"/>',
            },
        ),
        "hidden_font": epub({"two.xhtml": two}, extra={"OPS/f.otf": noise, "META-INF/encryption.xml": _encrypted(_IDPF, "OPS/f.otf")}),
        "unknown_cipher": epub({"one.xhtml": one}, extra={"OPS/one.xhtml": noise, "META-INF/encryption.xml": unknown}),
        "claimed_cipher": epub({"one.xhtml": one}, extra={"META-INF/encryption.xml": unknown}),
        "no_container": _without(plain, _CONTAINER),
        "no_package": _without(plain, "OPS/p.opf"),
        "no_mimetype": _without(epub({"three.xhtml": three}), "mimetype"),
        "missing_font": epub({"three.xhtml": three}, manifest='<item id="f" href="f.otf" media-type="font/otf"/>'),
        "package_elsewhere": _moved(epub({"two.xhtml": two})),
        "name_not_utf8": epub({"one.xhtml": one}, extra={"OPS/caf#.png": noise}).replace(b"caf#", b"caf\xe9"),
        "unclosed": epub({"u.xhtml": xhtml(f"<p>{prose(1, start=700)[0]}<p>And <b>this one is open &nbsp; to the end")}),
        "picture": b"\xff\xd8\xff\xe0\x00\x10JFIF" + noise,
        "nothing": b"",
    }
    yield from ((f"books/epub/{name}.epub", data) for name, data in books.items())


def _hyphenated(paragraphs: list[str], width: int) -> list[str]:
    """Return lines in which every long last word is divided over the line's end."""
    lines: list[str] = []
    for paragraph in paragraphs:
        rest = wrap(paragraph, width)
        for i in range(len(rest) - 1):
            word = rest[i].rsplit(" ", 1)[-1]
            if len(word) > 6 and word.isalpha():
                rest[i], rest[i + 1] = f"{rest[i][: -len(word) + 4]}-", f"{word[4:]} {rest[i + 1]}"
        lines += rest
    return lines


def _columns(paragraphs: list[str]) -> bytes:
    """Return one page on which the second half of the lines stands beside the first, written column by column as TeX does."""
    from reportlab.pdfgen import canvas

    lines = _hyphenated(paragraphs, 44)
    half, buffer = len(lines) // 2, io.BytesIO()
    sheet = canvas.Canvas(buffer, invariant=1)
    for column, start in ((lines[:half], 50), (lines[half:], 320)):
        for row, line in enumerate(column):
            sheet.drawString(start, 780 - 13 * row, line)
    sheet.save()
    return buffer.getvalue()


def _ligatures() -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, invariant=1)
    sheet.setFont("Vera", 11)
    for row, line in enumerate(["The ﬁrst ﬂoor was quiet, and the ﬁre had gone out.", "We sat there and tried to ﬁnd a word for it."]):
        sheet.drawString(60, 780 - 14 * row, line)
    sheet.save()
    return buffer.getvalue()


def _pictures() -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, invariant=1)
    for _ in range(2):
        sheet.drawImage(ImageReader(Image.new("RGB", (8, 8), "white")), 0, 0, 500, 700)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def _scanned(pages: list[list[str]]) -> bytes:
    """Return pages of pictures over which the recognised text lies unseen, as scanners write it."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, invariant=1)
    for lines in pages:
        sheet.drawImage(ImageReader(Image.new("RGB", (8, 8), "white")), 0, 0, 595, 842)
        for row, line in enumerate(lines):
            text = sheet.beginText(60, 800 - 14 * row)
            text.setTextRenderMode(3)
            text.textLine(line)
            sheet.drawText(text)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def _opened_by_nothing(lines: list[str]) -> bytes:
    """Return a PDF that is encrypted, but opens with an empty password."""
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, encrypt=pdfencrypt.StandardEncryption("", ownerPassword="keeper"), invariant=1)
    for row, line in enumerate(lines):
        sheet.drawString(60, 780 - 14 * row, line)
    sheet.save()
    return buffer.getvalue()


def _pdfs() -> Iterator[tuple[str, bytes]]:
    lines = _hyphenated(prose(30, start=800), 80)
    running = [["SMALL LIGHTS" if n % 2 else "ADA BROOK", *lines[40 * n : 40 * n + 40], str(n + 1)] for n in range(6)]
    short = [wrap(p, 80) for p in prose(3, start=900)]
    heads = ["SMALL LIGHTS", "SMALL LTGHTS", "SMALL LIGHTS", "SMALL LIGHTS", "SMALL LTGHTS", "SMALL LIGHTS"]
    scanned = [[f"{head}. {n + 41}", *wrap(p, 80)] for n, (head, p) in enumerate(zip(heads, prose(6, start=990), strict=True))]
    whole = pdf(short[:1])
    titled = [["Contents", "1 The Well 2", "2 The Rope 3"], ["1 The Well", *short[1]], ["2 The Rope", *short[2]]]
    noise = bytes((i * i * 17 + 3) % 256 for i in range(600))
    books = {
        "running_heads": pdf(running, title="Small Lights"),
        "two_columns": _columns(prose(6, start=950)),
        "ligatures": _ligatures(),
        "pictures": _pictures(),
        "outline": pdf(titled, outline={1: "1 The Well", 2: "2 The Rope"}),
        "needs_password": pdf(short[:1], password="keeper"),  # noqa: S106 - that nobody knows it is the point
        "empty_password": _opened_by_nothing(short[0]),
        "wrong_xref": whole.replace(b"startxref\n", b"startxref\n9"),
        "no_xref": whole[: whole.rindex(b"xref\n0")],
        "scan_with_text": _scanned(scanned),
        "fuzz": b"%PDF-1.7\n" + noise,
    }
    yield from ((f"books/pdf/{name}.pdf", data) for name, data in books.items())
