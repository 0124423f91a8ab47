"""Tests of safe parsing and of the walk over markup."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.markup import local, paragraphs, parse_html, parse_xml
from empathy_assets_tests.engines.reading.samples import xhtml


def texts(markup):
    return [(p.level, p.text) for p in paragraphs(parse_xml(markup.encode()))]


def test_headings_breaks_and_inline_markup():
    assert texts(xhtml("<h2>One<br/>Two</h2><p>a <i>b</i><br/>c&nbsp;d</p><div>e<p>f</p>g</div>")) == [
        (2, "One Two"),
        (0, "a b c d"),
        (0, "e"),
        (0, "f"),
        (0, "g"),
    ]


def test_notes_navigation_and_typed_parts_are_left_out():
    body = (
        '<nav><p>toc</p></nav><section epub:type="titlepage"><p>title</p></section>'
        '<p>a<a epub:type="noteref" href="#n">1</a> b<sup>2</sup>'
        ' c <a href="#x">word</a></p><aside epub:type="footnote"><p>note</p></aside><script>x()</script>'
        '<p><span class="pagenum">7</span>d</p>'
    )
    assert texts(xhtml(body)) == [(0, "a b c word"), (0, "d")]


def test_no_entity_is_expanded_and_nothing_is_fetched(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    declared = f'<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file://{secret}">'
    bomb = f"<!DOCTYPE p [{declared}]><p>x &b; &f; y</p>"
    text = " ".join(p.text for p in paragraphs(parse_xml(bomb.encode())))
    assert "ha" not in text
    assert "secret" not in text


def test_deep_markup_and_garbage_do_not_raise():
    for data in ("<div>" * 50_000, "<<<>>>", "", "<?xml version='1.0'?>"):
        root = parse_html(data)
        if root is not None:
            paragraphs(root)
    assert parse_xml(b"") is None
    assert local(parse_xml(b"<A:x xmlns:A='u'/>")) == "x"


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_parses_or_is_none(text):
    for root in (parse_html(text), parse_xml(text.encode("utf-8", "ignore"))):
        if root is not None:
            paragraphs(root)


def test_footnotes_by_class_and_by_back_link_are_left_out():
    body = (
        '<p>a<a href="notes.xhtml#n1">[1]</a> b</p><div class="footnotes x"><p>note one</p></div>'
        '<p><a href="#FNanchor_1">[1]</a> note two</p>'
        '<p><a href="#fnref2">2</a> note three</p><div id="pg-header"><p>licence</p></div>'
    )
    assert texts(xhtml(body)) == [(0, "a b")]


def test_titles_at_anchors():
    root = parse_xml(xhtml('<p id="a">x</p><div><a name="b"/><p>y</p></div>').encode())
    assert [(p.level, p.text) for p in paragraphs(root, {"a": "One", "b": "Two"})] == [(-1, "One"), (0, "x"), (-1, "Two"), (0, "y")]
