"""Tests of EPUB reading: spine, navigation, damage, protection."""

import pytest

from empathy_assets_tests.engines.reading.samples import archive, epub, prose, read, reasons, xhtml

_ONE = xhtml("<h2>Dawn</h2>" + "".join(f"<p>{p}</p>" for p in prose(3)))
_TWO = xhtml("".join(f"<p>{p}</p>" for p in prose(3, start=40)))
_NAV = xhtml('<nav epub:type="toc"><ol><li><a href="two.xhtml">Dusk</a></li></ol></nav>')
_NAV_ITEM = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'


def book(tmp_path, data, name="b.epub"):
    return read(tmp_path, name, data, "books")


def test_chapters_titles_and_metadata(tmp_path):
    front = {"titlepage.xhtml": xhtml("<p>Small Lights, which is a title page.</p>"), "endnotes.xhtml": xhtml("<p>1. A note.</p>")}
    data = epub(
        {**front, "one.xhtml": _ONE, "two.xhtml": _TWO}, extra={"OPS/nav.xhtml": _NAV}, manifest=_NAV_ITEM, spine='<itemref idref="nav"/>'
    )
    result = book(tmp_path, data)
    assert not result.rejects
    assert list(dict.fromkeys(p.chapter for p in result.passages)) == ["Dawn", "Dusk"]
    first = result.passages[0]
    assert first.provenance.title == "Small Lights: A Book"
    assert (first.provenance.authors, first.provenance.year) == (["Ada Brook"], 1911)
    assert first.provenance.anchor.startswith("ch. 1 'Dawn', para. 1")
    assert "title page" not in " ".join(p.text for p in result.passages)


def test_ncx_titles(tmp_path):
    ncx = '<ncx><navMap><navPoint><navLabel><text>Noon</text></navLabel><content src="two.xhtml#a"/></navPoint></navMap></ncx>'
    item = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    assert book(tmp_path, epub({"two.xhtml": _TWO}, extra={"OPS/toc.ncx": ncx}, manifest=item)).passages[0].chapter == "Noon"


def test_missing_parts_are_told_and_the_rest_is_read(tmp_path):
    data = epub(
        {"one.xhtml": _ONE},
        manifest='<item id="g" href="gone.xhtml" media-type="application/xhtml+xml"/>',
        spine='<itemref idref="g"/><itemref idref="zz"/>',
    )
    result = book(tmp_path, data)
    assert result.passages
    assert reasons(result) == ["missing-resource", "missing-resource"]


def test_malformed_xhtml_is_mended(tmp_path):
    assert (
        book(tmp_path, epub({"a.xhtml": "<html><body><p>An open paragraph <b>with bold &nbsp; and no end"}))
        .passages[0]
        .text.startswith("An open")
    )


def _encryption(algorithm, uri):
    return (
        f'<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData><EncryptionMethod Algorithm="{algorithm}"/>'
        f'<CipherData><CipherReference URI="{uri}"/></CipherData></EncryptedData></encryption>'
    )


@pytest.mark.parametrize(
    ("algorithm", "uri", "reason"),
    [
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/one.xhtml", ["drm"]),
        ("", "OPS/other.html", ["drm"]),
        ("http://www.idpf.org/2008/embedding", "OPS/font.otf", []),
        ("http://ns.adobe.com/pdf/enc#RC", "OPS/font.otf", []),
        ("http://example.org/unknown", "OPS/cover.png", []),
    ],
)
def test_protection_of_text_is_refused_and_fonts_are_not_text(tmp_path, algorithm, uri, reason):
    assert reasons(book(tmp_path, epub({"one.xhtml": _ONE}, extra={"META-INF/encryption.xml": _encryption(algorithm, uri)}))) == reason


@pytest.mark.parametrize(
    "members",
    [
        {"mimetype": "application/epub+zip"},
        {"META-INF/container.xml": "<container><rootfiles><rootfile full-path='gone.opf'/></rootfiles></container>"},
        {"META-INF/container.xml": "not xml"},
    ],
)
def test_broken_containers(tmp_path, members):
    assert reasons(book(tmp_path, archive(members))) == ["damaged"]


def test_other_content_under_the_name(tmp_path):
    assert reasons(book(tmp_path, b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00\x01" * 99)) == ["unknown-kind"]
    assert reasons(book(tmp_path, b"just words")) == ["damaged"]
    assert reasons(book(tmp_path, b"")) == ["empty-file"]
    assert reasons(book(tmp_path, epub({"one.xhtml": _ONE})[:-200])) == ["damaged"]
