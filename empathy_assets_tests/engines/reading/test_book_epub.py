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
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/one.xhtml", ["encryption-claimed"]),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/one.bin.xhtml", ["drm"]),
        ("", "OPS/other.html", ["drm"]),
        ("http://www.idpf.org/2008/embedding", "OPS/font.otf", []),
        ("http://ns.adobe.com/pdf/enc#RC", "OPS/font.otf", []),
        ("http://example.org/unknown", "OPS/cover.png", []),
    ],
)
def test_protection_of_text_is_refused_and_fonts_are_not_text(tmp_path, algorithm, uri, reason):
    extra = {"META-INF/encryption.xml": _encryption(algorithm, uri), "OPS/one.bin.xhtml": bytes(range(128, 256)) * 9}
    assert reasons(book(tmp_path, epub({"one.xhtml": _ONE}, extra=extra))) == reason


def test_an_encrypted_chapter_is_told_and_the_others_are_read(tmp_path):
    chapters = {"one.xhtml": _ONE, "two.xhtml": _TWO, "three.xhtml": "\x00\x9d\x81 not markup"}
    extra = {"META-INF/encryption.xml": _encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OPS/three.xhtml")}
    result = book(tmp_path, epub(chapters, extra=extra))
    assert [(r.reason, r.position) for r in result.rejects] == [("drm", "OPS/three.xhtml")]
    assert result.passages


def test_a_document_of_several_chapters_is_cut_at_the_places_the_contents_name(tmp_path):
    ones, twos = prose(3), prose(3, start=40)
    text = xhtml(
        '<a id="a"></a><p>Dawn</p>' + "".join(f"<p>{p}</p>" for p in ones) + '<p id="b c">Dusk</p>' + "".join(f"<p>{p}</p>" for p in twos)
    )
    pages = '<nav epub:type="page-list"><ol><li><a href="all.xhtml">9</a></li></ol></nav>'
    nav = xhtml(
        '<nav epub:type="toc"><ol><li><a href="all.xhtml#a">Dawn</a></li><li><a href="All.xhtml#b%20c">Dusk</a></li></ol></nav>' + pages
    )
    result = book(tmp_path, epub({"all.xhtml": text}, extra={"OPS/nav.xhtml": nav.replace("All", "all")}, manifest=_NAV_ITEM))
    assert list(dict.fromkeys(p.chapter for p in result.passages)) == ["Dawn", "Dusk"]
    assert "Dawn" not in " ".join(p.text for p in result.passages)


def test_headings_of_the_document_go_before_the_titles_of_the_contents(tmp_path):
    text = xhtml('<div id="a"><h2>Dawn</h2>' + "".join(f"<p>{p}</p>" for p in prose(3)) + "</div>")
    nav = xhtml('<nav><ol><li><a href="all.xhtml#a">I. The dawn of it</a></li></ol></nav>')
    result = book(tmp_path, epub({"all.xhtml": text}, extra={"OPS/nav.xhtml": nav}, manifest=_NAV_ITEM))
    assert {p.chapter for p in result.passages} == {"Dawn"}


def test_names_in_another_case_and_a_package_without_spine(tmp_path):
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="a" href="Text/One%20A.xhtml" '
        'media-type="application/xhtml+xml"/></manifest></package>'
    )
    container = "<container><rootfiles><rootfile full-path='ops/p.opf'/></rootfiles></container>"
    result = book(tmp_path, archive({"META-INF/container.xml": container, "OPS/p.opf": package, "ops/text/one a.xhtml": _ONE}))
    assert not result.rejects
    assert {p.chapter for p in result.passages} == {"Dawn"}


def test_only_authors_are_authors_and_gutenberg_texts_lose_their_licence(tmp_path):
    head = "<p>The Project Gutenberg EBook of Small Lights</p><p>*** START OF THIS PROJECT GUTENBERG EBOOK SMALL LIGHTS ***</p>"
    tail = "<p>End of Project Gutenberg's Small Lights</p><p>The licence follows at some length.</p>"
    data = epub({"a.xhtml": xhtml(head), "one.xhtml": _ONE, "z.xhtml": xhtml(tail)})
    result = book(tmp_path, data)
    assert "Gutenberg" not in " ".join(p.text for p in result.passages)
    assert "licence" not in " ".join(p.text for p in result.passages)
    package = '<package><metadata><creator role="trl">Tom Reed</creator><creator role="aut">Ada Brook</creator></metadata><manifest>'
    item = '<item id="a" href="one.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    container = "<container><rootfiles><rootfile full-path='p.opf'/></rootfiles></container>"
    result = book(tmp_path, archive({"META-INF/container.xml": container, "p.opf": package + item, "one.xhtml": _ONE}))
    assert result.passages[0].provenance.authors == ["Ada Brook"]


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
