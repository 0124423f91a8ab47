"""Bounds hold for every kind of file."""

import pytest

from empathy_assets.engines.reading.papers import limits
from empathy_assets.engines.reading.papers.limits import limited
from empathy_assets.engines.reading.papers.read import parse_papers
from empathy_assets_tests.engines.reading.papers.shapes import article, article_set, as_json, s2_paper


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two records through."""
    monkeypatch.setattr(limits, "number", lambda *_: 2)


def test_the_first_record_left_out_is_named():
    assert limited([1, 2]) == ([1, 2], [])
    kept, (reject,) = limited([1, 2, 3])
    assert (kept, reject.reason, reject.position) == ([1, 2], "too-many-records", "record 3")


@pytest.mark.parametrize(
    "data",
    [
        article_set(*(article(990000500 + n) for n in range(4))),
        as_json({"data": [s2_paper()] * 4}),
        b"".join(b"PMID- %d\nTI  - A title\n\n" % n for n in range(1, 5)),
        b"<pmc-articleset>"
        + b"<article><front><article-meta><article-id pub-id-type='pmid'>1</article-id></article-meta></front></article>" * 4
        + b"</pmc-articleset>",
    ],
)
def test_no_kind_of_file_goes_beyond(data):
    works, rejects = parse_papers(data)
    assert len(works) == 2
    assert [r.reason for r in rejects] == ["too-many-records"]


def test_damaged_files_are_bounded_too():
    works, rejects = parse_papers(b"<PubmedArticleSet>" + article().encode() * 9)
    assert len(works) + len(rejects) <= 3
