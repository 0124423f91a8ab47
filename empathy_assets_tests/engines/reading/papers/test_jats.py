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
