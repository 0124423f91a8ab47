"""Crossref replies."""

import pytest

from empathy_assets.engines.reading.papers import crossref
from empathy_assets_tests.engines.reading.papers.shapes import LONG, as_json, crossref_item


def one(**changes: object):
    (work,), rejects = crossref.parse(as_json({"status": "ok", "message-type": "work", "message": crossref_item(**changes)}))
    assert rejects == []
    return work


def test_work_with_jats_abstract():
    work = one()
    assert (work.title, work.doi, work.year, work.licence) == (
        "Grief after the first year: A second look",
        "10.5555/shape.4",
        2018,
        "CC-BY-4.0",
    )
    assert work.authors == ("Mara Lund", "The Invented Group")
    assert [(s.label, s.text) for s in work.abstract] == [("Results", LONG)]


def test_list_page_with_missing_title_and_null_date():
    items = [crossref_item(), crossref_item(title=[], subtitle=[], issued={"date-parts": [[None]]}, abstract=None)]
    works, rejects = crossref.parse(as_json({"message": {"items": items, "next-cursor": "c"}}))
    assert rejects == []
    assert (works[1].title, works[1].year, works[1].abstract) == ("", None, ())


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"updated-by": [{"type": "correction"}]}, "corrected"),
        ({"updated-by": [{"type": "retraction"}]}, "retracted"),
        ({"update-to": [{"type": "erratum"}]}, "erratum"),
        ({"title": ["RETRACTED: Grief"]}, "retracted"),
    ],
)
def test_updates_are_flagged(changes, flag):
    assert one(**changes).flags == (flag,)


def test_plain_text_error_and_cut_page():
    assert crossref.parse(b"Resource not found.")[1][0].reason == "not-json"
    page = as_json({"message": {"items": [crossref_item(), crossref_item(DOI="10.5555/other")]}})
    works, rejects = crossref.parse(page[:-300])
    assert len(works) == 1
    assert [(r.reason, r.position) for r in rejects] == [("truncated", "record 2")]


def test_a_licence_of_the_manuscript_or_after_an_embargo_is_not_the_articles():
    cc = "https://creativecommons.org/licenses/by-nc-nd/4.0/"
    for entry in ({"URL": cc, "content-version": "am"}, {"URL": cc, "content-version": "vor", "delay-in-days": 365}):
        assert crossref.parse(as_json(crossref_item(license=[entry])))[0][0].licence == ""
    open_now = {"URL": cc, "content-version": "vor", "delay-in-days": 0}
    assert crossref.parse(as_json(crossref_item(license=[open_now])))[0][0].licence == "CC-BY-NC-ND-4.0"


def test_citation_managers_write_strings_where_crossref_writes_lists():
    item = {"DOI": "10.5555/x", "title": "One", "container-title": "Invented", "author": [{"literal": "The Group"}], "type": "article"}
    (work,), rejects = crossref.parse(as_json([item]))
    assert (work.title, work.journal, work.authors, rejects) == ("One", "Invented", ("The Group",), [])


def test_pages_one_per_line_and_preprints():
    page = as_json({"message-type": "work-list", "message": {"items": [crossref_item(type="posted-content", subtype="preprint")]}})
    works, rejects = crossref.parse(page + b"\n" + page)
    assert ([w.flags for w in works], rejects) == ([("preprint",)] * 2, [])
