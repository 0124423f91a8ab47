"""Which parser a file belongs to."""

import pytest

from empathy_assets.engines.reading.papers.kinds import parser_of, recognised
from empathy_assets_tests.engines.reading.papers.shapes import (
    JATS,
    NBIB,
    RIS,
    article,
    article_set,
    as_json,
    crossref_item,
    epmc_result,
    openalex_work,
    s2_paper,
)

PAPERS = [
    article_set(article())[:300],
    article_set(article()).decode().encode("utf-16"),
    article_set(article()).decode().encode("utf-16-le"),
    JATS[:400],
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><record><metadata>' + JATS[80:] + b"</metadata></record></OAI-PMH>",
    NBIB,
    RIS,
    as_json({"data": [s2_paper()]}),
    as_json(s2_paper()) + b"\n" + as_json(s2_paper()),
    as_json({"total": 0, "offset": 0}),
    as_json([openalex_work()]),
    as_json({"message-type": "work-list", "message": {"items": [crossref_item()]}}),
    as_json([{"DOI": "10.5555/x", "container-title": "Invented", "title": "One"}]),
    as_json({"version": "6.9", "resultList": {"result": [epmc_result()]}}),
    b"<eSearchResult><Count>1</Count></eSearchResult>",
    as_json({"header": {}, "esearchresult": {"idlist": []}}),
    as_json({"error": "Paper with id 0 not found"}),
    as_json({"message": "Too Many Requests", "code": "429"}),
    as_json({"errCode": 404, "errMsg": "none"}),
]
OTHERS = [
    as_json({"data": [{"message": "Hello"}]}),
    as_json([{"messages": [{"role": "user", "content": "Hello"}]}]),
    as_json({"conversations": [{"from": "human", "value": 'She wrote "paperId": 7'}]}),
    as_json({"message": "Hello"}),
    as_json({"total": 2, "offset": 0, "conversations": []}),
    as_json({"error": {"code": 1}}),
    b'{"a": 1}\n{"b": 2}\n',
    b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello",
    b"%PDF-1.7",
    b"CHAPTER I\n\nIt was a quiet day. PMID- said nobody.",
    b"1. A list\n2. Of things\n",
    b"1984\n",
    b"Not found\n\nThe first chapter begins with a lost key.",
    b"interactions:\n- none of ours\n",
    b"<!doctype html><html></html>",
    b"<transcript><text>hi</text></transcript>",
    b"",
]


@pytest.mark.parametrize("data", PAPERS)
def test_papers_are_known(data):
    assert recognised(data)


@pytest.mark.parametrize("data", OTHERS)
def test_other_kinds_are_left_to_their_readers(data):
    assert not recognised(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PMID,Title,Authors,Citation,First Author\n1,A,B,C,B\n", "no-abstracts"),
        (b"@article{one,\n title={A}\n}\n", "unsupported-export"),
        (b"FN Clarivate Analytics Web of Science\nVR 1.0\n", "unsupported-export"),
        (b"%0 Journal Article\n%T A\n", "unsupported-export"),
        (b"1. Invented J. 2020;1(1):1.\n\nA title.\n\nVale I.\n\nPMID: 990000111\n", "unsupported-export"),
        (b"990000111\n990000112\n" * 2, "no-abstracts"),
        (b"Resource not found.", "service-error"),
        (b"503 Service Unavailable\n", "service-error"),
        (b"interactions:\n- request:\n    uri: https://api.openalex.org/works\n", "recorded-session"),
    ],
)
def test_exports_that_cannot_be_read_name_what_can(data, reason):
    assert recognised(data)
    works, (reject,) = parser_of(data)(data)
    assert works == []
    assert reject.reason == reason
    assert reject.remedy
