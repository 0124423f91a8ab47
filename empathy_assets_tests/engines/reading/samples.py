"""Small made-up files the reader tests share: texts, an EPUB and a PDF built in memory, and a context to read them in."""

import io
import zipfile
from pathlib import Path

from empathy_assets.engines.reading.read import read_file
from empathy_assets.engines.reading.result import FileContext, ReadResult, Source
from empathy_assets.records.licence import Rights

RIGHTS = Rights(licence="CC0-1.0", origin="made up for the tests", voice="calm-voice")
SENTENCES = [
    "The lamp on the porch burned all night because nobody wanted to be the one who put it out.",
    "She told me that the garden had kept her going through the long winter after the move.",
    "When we listen without hurry, the other person often finds the words that were missing.",
    "He had walked the same road every morning, and still the hill looked different in the rain.",
    "There was a letter on the table, and it was a week before anybody opened it.",
    "My sister laughed about it later, but at the time we were both rather frightened.",
    "Rest is not idleness, the old nurse used to say, and she was seldom wrong about such things.",
    "What helped in the end was a small habit that I could keep even on the worst of days.",
]


def prose(paragraphs: int, start: int = 0) -> list[str]:
    """Return paragraphs of four sentences each, all different."""
    return [
        " ".join(f"{SENTENCES[(start + i + k) % len(SENTENCES)][:-1]}, as on day {start + i} of {k + 1}." for k in range(4))
        for i in range(paragraphs)
    ]


def context(source: Source = "books", relative: str = "books/a.txt") -> FileContext:
    """Return the context of a file that is not there."""
    return FileContext(source, relative, "0" * 64, RIGHTS)


def read(tmp_path: Path, name: str, data: bytes | str, source: Source) -> ReadResult:
    """Return what a file of these bytes holds."""
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_file(path, relative=f"{source}/{name}", source=source, rights=RIGHTS)


def reasons(result: ReadResult) -> list[str]:
    """Return the reasons of the rejects, in order."""
    return [reject.reason for reject in result.rejects]


def xhtml(body: str, title: str = "") -> str:
    """Return an XHTML document."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>{title}</title></head><body>{body}</body></html>"
    )


def epub(chapters: dict[str, str], *, extra: dict[str, bytes | str] | None = None, manifest: str = "", spine: str = "") -> bytes:
    """Return an EPUB 3 of `chapters` (file name to XHTML) in order, with further members and manifest lines."""
    items = "".join(f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters))
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>Small Lights: A Book</dc:title>"
        "<dc:creator>Ada Brook</dc:creator><dc:date>1911-03-01</dc:date></metadata>"
        f"<manifest>{items}{manifest}</manifest><spine>{refs}{spine}</spine></package>"
    )
    container = "<container><rootfiles><rootfile full-path='OPS/p.opf'/></rootfiles></container>"
    members: dict[str, bytes | str] = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OPS/p.opf": package}
    members |= {f"OPS/{name}": text for name, text in chapters.items()}
    return archive(members | (extra or {}))


def archive(members: dict[str, bytes | str]) -> bytes:
    """Return a zip archive of the members; one set to None is left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return buffer.getvalue()


def pdf(pages: list[list[str]], *, title: str = "", outline: dict[int, str] | None = None, password: str = "") -> bytes:
    """Return a PDF with the given lines on each page."""
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, encrypt=pdfencrypt.StandardEncryption(password, canPrint=0) if password else None, invariant=1)
    sheet.setTitle(title)
    for index, lines in enumerate(pages):
        if outline and index in outline:
            sheet.bookmarkPage(f"k{index}")
            sheet.addOutlineEntry(outline[index], f"k{index}")
        for row, line in enumerate(lines):
            sheet.drawString(60, 780 - 14 * row, line)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()
