"""Semantic Scholar replies."""

from empathy_assets.engines.reading.papers import semantic_scholar
from empathy_assets_tests.engines.reading.papers.shapes import LONG, as_json, s2_paper


def test_a_page_of_papers():
    works, rejects = semantic_scholar.parse(
        as_json({"total": 2, "offset": 0, "data": [s2_paper(), s2_paper(abstract=None, authors=None, externalIds=None)]})
    )
    assert rejects == []
    first, second = works
    assert (first.doi, first.pmid, first.year, first.licence, first.journal) == (
        "10.5555/shape.2",
        "990000102",
        2020,
        "CC-BY-4.0",
        "Invented Review",
    )
    assert first.abstract[0].text == LONG
    assert (second.abstract, second.authors, second.doi) == ((), (), "")


def test_single_paper_list_and_empty_page():
    assert len(semantic_scholar.parse(as_json(s2_paper()))[0]) == 1
    assert len(semantic_scholar.parse(as_json([s2_paper(), s2_paper()]))[0]) == 2
    assert semantic_scholar.parse(as_json({"total": 0, "offset": 0})) == ([], [])


def test_retraction_in_the_title_is_flagged():
    (work,), _ = semantic_scholar.parse(as_json(s2_paper(title="RETRACTED: Listening")))
    assert work.flags == ("retracted",)


def test_spoiled_records_and_errors_have_reasons():
    works, rejects = semantic_scholar.parse(as_json({"data": ["text", None, {"paperId": "x"}, s2_paper()]}))
    assert len(works) == 1
    assert [(r.reason, r.position) for r in rejects] == [
        ("not-an-object", "record 1"),
        ("not-found", "record 2"),
        ("no-citation", "record 3"),
    ]
    assert semantic_scholar.parse(b'{"error": "Paper not found"}')[1][0].reason == "service-error"
    assert semantic_scholar.parse(b"<html>busy</html>")[1][0].reason == "html"
