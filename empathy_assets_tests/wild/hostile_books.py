"""Hostile books: zip archives, EPUBs and PDFs whose structure attacks the reader, with the outcome each must have.

Lives here: archives and PDFs. Must not live here: attacks by text or markup alone (hostile), running the readers (test_hostile).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from empathy_assets_tests.engines.reading.samples import epub, pdf, prose, xhtml
from empathy_assets_tests.wild.hostile import TRUTH, Attack, Ground, external, laughs, quadratic

_MEGA = 1 << 20
_PAGE = "<p>" + TRUTH * 6 + "</p>"
_NAV = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
_NCX = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'


def _book(body: str = _PAGE * 3, **more: object) -> bytes:
    return epub({"c.xhtml": xhtml(body)}, **more)  # type: ignore[arg-type]


def _doctyped(doctype: str, body: str) -> bytes:
    return epub({"c.xhtml": xhtml(body).replace("?>", "?>" + doctype, 1)})


def _named(*names: str) -> bytes:
    return _book(extra=dict.fromkeys(names, "outside"))


def _patched(data: bytes, name: str, *, size: int | None = None, flags: int | None = None) -> bytes:
    """Return an archive with another unpacked size or other flags in both headers of one member."""
    raw, spots = bytearray(data), []
    for magic, flag_at, size_at, name_at in ((b"PK\x03\x04", 6, 22, 30), (b"PK\x01\x02", 8, 24, 46)):
        at = raw.find(magic)
        while at >= 0:
            if raw[at + name_at : at + name_at + len(name)] == name.encode():
                spots.append((at + flag_at, at + size_at))
            at = raw.find(magic, at + 4)
    for flag_at, size_at in spots:
        if size is not None:
            struct.pack_into("<I", raw, size_at, size)
        if flags is not None:
            struct.pack_into("<H", raw, flag_at, flags)
    return bytes(raw)


def _overlapping(_: Ground) -> bytes:
    """Return an archive of which 2,000 directory entries point to the one member that holds 10 MiB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("OPS/c.xhtml", xhtml(_PAGE * 20_000))
    data = buffer.getvalue()
    start = data.find(b"PK\x01\x02")
    entry, end = data[start : data.find(b"PK\x05\x06")], bytearray(data[data.find(b"PK\x05\x06") :])
    entries = b"".join(entry.replace(b"OPS/c.xhtml", f"OPS/{n:07d}".encode()) for n in range(2000))
    struct.pack_into("<HHII", end, 8, 2000, 2000, len(entries), start)
    return data[:start] + entries + bytes(end)


def _linked() -> bytes:
    buffer = io.BytesIO(_book(manifest='<item id="l" href="l.xhtml" media-type="application/xhtml+xml"/>', spine='<itemref idref="l"/>'))
    with zipfile.ZipFile(buffer, "a") as out:
        info = zipfile.ZipInfo("OPS/l.xhtml")
        info.external_attr = 0o120777 << 16
        out.writestr(info, "/etc/hostname")
    return buffer.getvalue()


def _nested() -> bytes:
    data = b"lamp" * 1000
    for _ in range(40):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("inner.zip", data)
        data = buffer.getvalue()
    return data


def _deep_nav(levels: int) -> str:
    return "<nav>" + '<ol><li><a href="c.xhtml">x</a>' * levels + "</li></ol>" * levels + "</nav>"


def _loop() -> bytes:
    point = '<navPoint><navLabel><text>x</text></navLabel><content src="toc.ncx#a"/></navPoint>' * 500
    return _book(
        _PAGE * 3 + '<a href="c.xhtml">x</a>',
        extra={"OPS/toc.ncx": f"<ncx><navMap>{point}</navMap></ncx>", "OPS/nav.xhtml": xhtml('<nav><a href="nav.xhtml">x</a></nav>')},
        manifest=_NAV + _NCX + '<item id="self" href="p.opf" media-type="application/xhtml+xml"/>',
        spine='<itemref idref="nav"/><itemref idref="ncx"/><itemref idref="self"/>' + '<itemref idref="i0"/>' * 1000,
    )


ARCHIVES = [
    Attack("epub/laughs.epub", lambda _: _doctyped(laughs(), _PAGE * 3 + "<p>&l11;</p>"), records=True),
    Attack("epub/quadratic.epub", lambda _: _doctyped(quadratic(), _PAGE * 3 + "<p>&q;</p>" * 20_000), records=True),
    Attack("epub/external.epub", lambda g: _doctyped(external(g), _PAGE * 3 + "<p>&f;&h;</p>"), records=True),
    Attack(
        "epub/remote.epub",
        lambda g: _book(
            f'<img src="{g.url}i"/><svg xmlns="http://www.w3.org/2000/svg"><image href="{g.url}s"/></svg><object data="{g.url}o"/>'
            f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file://{g.outside}"/>{_PAGE * 3}',
            manifest=f'<item id="r" href="{g.url}r.xhtml" media-type="application/xhtml+xml"/>',
            spine='<itemref idref="r"/>',
        ),
        ("missing-resource",),
        records=True,
    ),
    Attack("epub/ratio.epub", lambda _: _book(extra={"OPS/b.xhtml": "a" * 20 * _MEGA}), ("zip-bomb",)),
    Attack("epub/lying.epub", lambda _: _patched(_book(_PAGE * 2000), "OPS/c.xhtml", size=100), ("damaged", "no-usable-text")),
    Attack("epub/claims.epub", lambda _: _patched(_book(), "OPS/c.xhtml", size=0xFFFFFFF0), ("zip-bomb",)),
    Attack("epub/encrypted.epub", lambda _: _patched(_book(), "OPS/c.xhtml", flags=1), ("encrypted",)),
    Attack("epub/overlap.epub", _overlapping, ("zip-bomb",)),
    Attack("epub/members.epub", lambda _: _book(extra={f"m/{n}": "" for n in range(70_000)}), ("zip-bomb",)),
    Attack("epub/nested.epub", lambda _: _nested(), ("damaged",)),
    Attack("epub/parent.epub", lambda _: _named("../../evil.xhtml"), ("path-traversal",)),
    Attack("epub/absolute.epub", lambda _: _named("/etc/evil.xhtml"), ("path-traversal",)),
    Attack("epub/drive.epub", lambda _: _named("C:\\evil.xhtml"), ("path-traversal",)),
    Attack("epub/backslash.epub", lambda _: _named("..\\..\\evil.xhtml"), ("path-traversal",)),
    Attack("epub/link.epub", lambda _: _linked(), records=True),
    Attack("epub/loop.epub", lambda _: _loop(), records=True),
    Attack("epub/deep-nav.epub", lambda _: _book(extra={"OPS/nav.xhtml": xhtml(_deep_nav(5000))}, manifest=_NAV), records=True),
    Attack("epub/deep.epub", lambda _: _book("<div>" * 50_000 + _PAGE * 3), ("no-usable-text",)),
    Attack("epub/manifest.epub", lambda _: _book(manifest='<item id="x" href="gone.xhtml"/>' * 50_000), ("zip-bomb",)),
    Attack(
        "epub/manifest-ids.epub",
        lambda _: _book(manifest="".join(f'<item id="x{n}" href="gone{n}.xhtml"/>' for n in range(20_000))),
        ("missing-resource",),
        records=True,
    ),
]


def _objects(objects: Mapping[int, bytes | str], root: int = 1) -> bytes:
    """Return a PDF of numbered objects with a right cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
    for number in range(1, size):
        out += f"{places.get(number, 0):010d} 00000 {'n' if number in places else 'f'} \n".encode()
    return bytes(out) + f"trailer\n<</Size {size}/Root {root} 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()


_CATALOG = "<</Type/Catalog/Pages 2 0 R>>"
_FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _sheet(content: bytes, *, box: str = "0 0 612 792", font: str = _FONT, packed: bool = False, pages: str = "", catalog: str = _CATALOG):
    body = zlib.compress(content, 9) if packed else content
    head = f"<</Length {len(body)}{'/Filter/FlateDecode' if packed else ''}>>stream\n".encode()
    return {
        1: catalog,
        2: pages or "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        4: head + body + b"\nendstream",
        5: font,
    }


def _shown(lines: int = 12) -> bytes:
    rows = "".join(f"({TRUTH[:80]}) Tj 0 -14 Td " for _ in range(lines))
    return f"BT /F 11 Tf 60 700 Td {rows}ET".encode()


def _outlined(entries: int, *, itself: bool = False) -> bytes:
    objects: dict[int, bytes | str] = dict(_sheet(_shown(), catalog="<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>"))
    last = 6 + entries
    objects[6] = f"<</Type/Outlines/First 7 0 R/Last {last} 0 R/Count {entries}>>"
    for number in range(7, last + 1):
        following = number if itself else number + 1
        objects[number] = f"<</Title(Lamp)/Parent 6 0 R/Dest[3 0 R/Fit]/Next {following} 0 R{'/First 7 0 R' if itself else ''}>>"
    return _objects(objects)


def _xref_loop() -> bytes:
    data = _objects(_sheet(_shown()))
    start = data.rfind(b"xref\n0")
    return data.replace(b"/Root 1 0 R", f"/Root 1 0 R/Prev {start}".encode())


_FORM = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 12>>stream\n/X Do /X Do \nendstream"

PDFS = [
    Attack(
        "pdf/kids-loop.pdf",
        lambda _: _objects(_sheet(_shown(), pages="<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>")),
        ("damaged",),
        records=True,
    ),
    Attack("pdf/count.pdf", lambda _: _objects(_sheet(_shown(), pages=f"<</Type/Pages/Kids[3 0 R]/Count {10**9}>>")), records=True),
    Attack("pdf/claimed.pdf", lambda _: _objects(_sheet(_shown(), pages="<</Type/Pages/Kids[3 0 R]/Count 100000>>")), ("too-large",)),
    Attack(
        "pdf/same-page.pdf", lambda _: _objects(_sheet(_shown(), pages=f"<</Type/Pages/Kids[{'3 0 R ' * 150}]/Count 150>>")), records=True
    ),
    Attack("pdf/xref-loop.pdf", lambda _: _xref_loop(), records=True),
    Attack("pdf/no-xref.pdf", lambda _: _objects(_sheet(_shown())).replace(b"startxref", b"startxxxx"), records=True),
    Attack("pdf/box.pdf", lambda _: _objects(_sheet(_shown(), box="-1e38 -1e38 1e38 1e38")), records=True),
    Attack("pdf/stream.pdf", lambda _: _objects(_sheet(_shown() + b" " * 50 * _MEGA, packed=True)), records=True),
    Attack("pdf/text.pdf", lambda _: _objects(_sheet(_shown(3000), packed=True)), records=True),
    Attack("pdf/outline-loop.pdf", lambda _: _outlined(1, itself=True), records=True),
    Attack("pdf/outline.pdf", lambda _: _outlined(50_000), records=True),
    Attack(
        "pdf/form-loop.pdf",
        lambda _: _objects(
            {
                **_sheet(b"/X Do"),
                3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 6 0 R>>>>>>",
                6: _FORM,
            }
        ),
        ("memory",),
    ),
    Attack(
        "pdf/no-map.pdf",
        lambda _: _objects(
            _sheet(_shown(), font="<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]/CharProcs<<>>/Encoding<</Differences[0/a]>>>>")
        ),
        ("no-usable-text",),
    ),
    Attack("pdf/cut.pdf", lambda _: pdf([[TRUTH[:80]] * 20] * 3)[:900], ("damaged",)),
    Attack("pdf/junk.pdf", lambda _: b"%PDF-1.7\n" + bytes(range(256)) * 4000, ("damaged",)),
    Attack("pdf/deep-array.pdf", lambda _: _objects({**_sheet(_shown()), 6: "[" * 300_000}), records=True),
    Attack("pdf/password.pdf", lambda _: pdf([prose(1)], **{"password": "x"}), ("encrypted",)),
]

ATTACKS = [*ARCHIVES, *PDFS]
