"""JATS full text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers import jats
from empathy_assets_tests.engines.reading.papers.shapes import JATS, LONG


def test_citation_licence_and_sections():
    (work,), rejects = jats.parse(JATS)
    assert rejects == []
    assert work.title == "Carers who say they are fine: An interview study"
    assert work.authors == ("Greta Holm", "Carers Panel")
    assert (work.year, work.doi, work.pmid, work.licence, work.language, work.record_id) == (
        2020,
        "10.5555/shape.6",
        "990000106",
        "CC-BY-NC-4.0",
        "en",
        "PMC99",
    )
    assert [s.label for s in work.abstract] == ["Aim"]
    assert [s.label for s in work.body] == ["Introduction", "Results / Themes"]


def test_prose_is_free_of_marks_tables_figures_and_thanks():
    (work,), _ = jats.parse(JATS)
    assert work.body[0].text == f"{LONG} This was shown before."
    assert work.body[1].text == f"{LONG} As Lee (1997) found, pace matters."


@pytest.mark.parametrize(
    ("kind", "flag"), [("correction", "erratum"), ("retraction", "retraction-notice"), ("expression-of-concern", "concern-notice")]
)
def test_notices_are_flagged(kind, flag):
    (work,), _ = jats.parse(JATS.replace(b"research-article", kind.encode()))
    assert work.flags == (flag,)


def test_a_set_with_a_cut_article_keeps_the_whole_ones():
    body = JATS[JATS.index(b"<article ") :]
    works, rejects = jats.parse(b"<pmc-articleset>" + body + body[:900])
    assert len(works) == 1
    assert [r.reason for r in rejects] == ["truncated"]


def test_article_without_citation_and_hostile_article():
    assert [r.reason for r in jats.parse(b"<article><body><p>Text.</p></body></article>")[1]] == ["no-citation"]
    assert [r.reason for r in jats.parse(b'<!DOCTYPE article [<!ENTITY a "b">]><article/>')[1]] == ["entity-declarations"]
    assert [r.reason for r in jats.parse(b"<artic")[1]] == ["not-well-formed"]


@given(st.integers(0, 3000), st.binary(max_size=5))
def test_any_cut_is_answered(position, noise):
    works, rejects = jats.parse(JATS[:position] + noise + JATS[position + 3 :])
    assert works or rejects


def document(front: str = "", body: str = "", attributes: str = "") -> bytes:
    """Return an article with the given parts."""
    return (
        f"<article {attributes}><front><article-meta><article-id pub-id-type='pmcid'>PMC12.1</article-id><title-group>"
        f"<article-title>Una voz lenta</article-title><trans-title-group xml:lang='en'><trans-title>A slow voice</trans-title>"
        f"</trans-title-group></title-group>{front}</article-meta></front><body>{body}</body></article>"
    ).encode()


def test_an_article_in_another_language_gives_its_english_abstract_only():
    front = "<abstract><p>Resumen.</p></abstract><trans-abstract xml:lang='en'><p>Summary.</p></trans-abstract>"
    (work,), _ = jats.parse(document(front, "<p>Cuerpo.</p>", "xml:lang='es'"))
    assert (work.title, work.language, work.flags, work.pmcid) == ("A slow voice", "en", ("vernacular",), "PMC12")
    assert ([s.text for s in work.abstract], work.body) == (["Summary."], ())
    (work,), _ = jats.parse(document(front, "<p>Body.</p>", "xml:lang='en'"))
    assert ([s.text for s in work.abstract], work.title) == (["Resumen."], "Una voz lenta")


def test_abstracts_of_other_kinds_and_bare_text():
    front = (
        "<abstract>Bare words.</abstract><abstract abstract-type='teaser'><p>Read me.</p></abstract>"
        "<abstract abstract-type='plain-language-summary'><title>Plainly</title><p>Simple words.</p></abstract>"
    )
    (work,), _ = jats.parse(document(front))
    assert [(s.label, s.text) for s in work.abstract] == [("", "Bare words."), ("Plain language summary", "Simple words.")]


def test_superscript_citations_leave_nothing_behind():
    marks = "<sup><xref ref-type='bibr' rid='a'>1</xref>,<xref ref-type='bibr' rid='b'>2</xref></sup>"
    ranged = "[<xref ref-type='bibr' rid='a'>7</xref>-<xref ref-type='bibr' rid='b'>12</xref>]"
    (work,), _ = jats.parse(
        document(body=f"<p>It helped.{marks} It lasted {ranged} for 10<sup>2</sup> days<xref ref-type='fn' rid='c'>†</xref>.</p>")
    )
    assert work.body[0].text == "It helped. It lasted for 10² days."


def test_a_reply_of_several_documents_and_of_a_repository():
    one, two = document("<abstract><p>One.</p></abstract>"), document("<abstract><p>Two.</p></abstract>").replace(b"PMC12", b"PMC13")
    assert [w.pmcid for w in jats.parse(one + two)[0]] == ["PMC12", "PMC13"]
    assert [w.pmcid for w in jats.parse(b"<OAI-PMH>" + one + two + b"</OAI-PMH>")[0]] == ["PMC12", "PMC13"]
