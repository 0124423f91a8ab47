"""Landed paper files of every kind, whatever their name says."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import empathy_assets
from empathy_assets.engines.reading.papers import read
from empathy_assets.engines.reading.papers.findings import findings_of
from empathy_assets.engines.reading.papers.read import parse_papers
from empathy_assets.engines.reading.result import FileContext, ReadResult, collect
from empathy_assets.records.licence import Rights
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

RIGHTS = Rights(licence="CC0-1.0", origin="written for the tests")


@pytest.mark.parametrize(
    ("data", "works"),
    [
        (article_set(article()), 1),
        (article().encode(), 1),
        (b"\xef\xbb\xbf\r\n" + article_set(article()), 1),
        (article_set(article()).decode().encode("utf-16"), 1),
        (JATS, 1),
        (NBIB, 2),
        (as_json({"total": 1, "data": [s2_paper()]}), 1),
        (as_json([s2_paper()]), 1),
        (as_json({"meta": {}, "results": [openalex_work()]}), 1),
        (as_json(openalex_work()), 1),
        (as_json({"status": "ok", "message-type": "work", "message": crossref_item()}), 1),
        (as_json(crossref_item()), 1),
        (as_json({"version": "6.9", "resultList": {"result": [epmc_result()]}}), 1),
        (as_json(epmc_result()), 1),
    ],
)
def test_the_kind_is_found_in_the_content(data, works):
    found, rejects = parse_papers(data)
    assert len(found) == works
    assert rejects == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty-file"),
        (b" \n", "empty-file"),
        (b"<!doctype html><title>404</title>", "html"),
        (b"<HTML><body>busy</body></HTML>", "html"),
        (b"<eSearchResult><Count>1</Count></eSearchResult>", "no-abstracts"),
        (b"<ePostResult><ERROR>Invalid db</ERROR></ePostResult>", "service-error"),
        (b"<rss></rss>", "unknown-format"),
        (b'{"hello": 1}', "unknown-format"),
        (b"Resource not found.", "service-error"),
        (b'{"error": "not found"}', "service-error"),
        (b"\x00\x01\x02binary\xff", "unknown-format"),
        (b"%PDF-1.7", "unknown-format"),
    ],
)
def test_what_is_no_paper_has_a_reason(data, reason):
    works, rejects = parse_papers(data)
    assert works == []
    assert [r.reason for r in rejects] == [reason]
    assert rejects[0].remedy


def landed(path: Path) -> ReadResult:
    """Return what the common reader collects from one landed file."""
    return collect(read.read(path, FileContext("academic_findings", f"papers/{path.name}", "ab" * 32, RIGHTS)))


def test_a_file_becomes_works_that_know_where_they_come_from(tmp_path: Path):
    path = tmp_path / "a.bin"
    path.write_bytes(article_set(article(990000401), article(990000402, doi="", title="")) + b"<PubmedArticle><PMID>9</PMID>")
    result = landed(path)
    assert [(w.pmid, w.file, w.file_sha256, w.licence, w.declared, w.origin) for w in result.papers] == [
        (pmid, "papers/a.bin", "ab" * 32, "", "CC0-1.0", "written for the tests") for pmid in ("990000401", "990000402")
    ]
    assert [(r.reason, r.position, r.file) for r in result.rejects] == [("truncated", "record 3 (PMID 9)", "papers/a.bin")]


def test_a_reply_without_records_is_answered(tmp_path: Path):
    path = tmp_path / "none.xml"
    path.write_bytes(article_set())
    assert [r.reason for r in landed(path).rejects] == ["no-records"]


def test_a_large_set_is_read_record_by_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole, other = tmp_path / "set.xml", tmp_path / "list.json"
    whole.write_bytes(article_set(*(article(990000400 + n, doi="") for n in range(50))))
    other.write_bytes(as_json({"data": [s2_paper()] * 50}))
    small = landed(whole).papers
    monkeypatch.setattr(read, "number", lambda *_: 10_000)
    assert landed(whole).papers == small
    assert len(small) == 50
    assert [r.reason for r in landed(other).rejects] == ["too-large"]


def test_size_and_record_limits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read, "number", lambda *_: 100_000)
    assert parse_papers(b"x" * 100_001)[1][0].reason == "too-large"


def test_a_parser_that_fails_is_a_reject(monkeypatch: pytest.MonkeyPatch):
    def explode(_: bytes):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(read, "parser_of", lambda _: explode)
    works, (reject,) = parse_papers(b"x")
    assert works == []
    assert reject.reason == "unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"<PubmedArticleSet>" + b"<PubmedArticle>" * 50_000,
        b"<article>" + b"<sec>" * 100_000,
        b'{"data": ' + b"[" * 200_000,
        b'{"data": [' + b'{"a":' * 200_000,
        b"<!DOCTYPE " + b"[" * 100_000,
        b"PMID- 1\n" * 20_000,
        b"<!DOCTYPE a [" * 100_000,
        b"<!--" * 100_000 + b"-->",
        b'{"a": "' + b'\\"' * 200_000,
        b"<PubmedArticle>" * 100_000,
        b"[" + b"1," * 200_000 + b"1]",
        article_set(article(title="1a" * 200_000, abstract=f"<AbstractText>{'(' * 200_000}</AbstractText>")),
        JATS.replace(b"As <xref", b"(," * 100_000 + b",;" * 100_000 + b"<xref"),
    ],
)
def test_hostile_nesting_ends_in_seconds(data):
    start = time.process_time()
    works, rejects = parse_papers(data)
    assert works or rejects
    assert time.process_time() - start < 5


@given(
    st.sampled_from(
        [
            article_set(article()),
            JATS,
            NBIB,
            RIS,
            as_json(crossref_item()),
            as_json({"results": [openalex_work()]}),
            as_json({"data": [s2_paper()]}),
            as_json(epmc_result()),
        ]
    ),
    st.integers(0, 4000),
    st.binary(max_size=8),
)
def test_no_exception_escapes_whatever_the_bytes(data, position, noise):
    works, rejects = parse_papers(data[:position] + noise + data[position + 1 :])
    assert not any(r.reason == "unreadable" for r in rejects)
    assert works or rejects


@given(st.integers(1, 3), st.data())
def test_a_set_cut_at_any_byte_keeps_every_whole_record(count, data):
    records = [article(990000700 + n, doi="", title=f"Título {n} – größer") for n in range(count)]
    whole = article_set(*records)
    cut = data.draw(st.integers(0, len(whole) - 1))
    works, rejects = parse_papers(whole[:cut])
    ended = whole[:cut].count(b"</PubmedArticle>")
    assert [w.title for w in works] == [f"Título {n} – größer" for n in range(ended)]
    assert len(rejects) <= 1
    assert works or rejects or b"<PubmedArticleSet>" in whole[:cut]


def test_several_documents_in_one_file_are_read_like_one():
    works, rejects = parse_papers(article_set(article(1, doi="")) + article_set(article(2, doi="")))
    assert ([w.pmid for w in works], rejects) == (["1", "2"], [])


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "utf-16", "nonsense"])
def test_a_wrong_declaration_of_encoding_does_no_harm(encoding, declared):
    text = article_set(article(title="Größe und Nähe")).decode().replace('version="1.0"', f'version="1.0" encoding="{declared}"')
    (work,), rejects = parse_papers(text.encode(encoding))
    assert (work.title, rejects) == ("Größe und Nähe", [])


def test_one_work_or_page_per_line_as_researchers_save_them():
    lines = [as_json(s2_paper(paperId=str(n), externalIds=None, title=f"Work number {n} of many")) for n in range(3)]
    works, (reject,) = parse_papers(b"\n".join([lines[0], b'{"paperId": "broken', *lines[1:]]))
    assert [w.record_id for w in works] == ["0", "1", "2"]
    assert (reject.reason, reject.position) == ("damaged-record", "line 2")
    pages = b"\n".join(as_json({"total": 2, "offset": n, "data": [s2_paper(paperId=str(n)), None]}) for n in range(2))
    works, rejects = parse_papers(pages)
    assert [w.record_id for w in works] == ["0", "1"]
    assert [(r.reason, r.position) for r in rejects] == [("not-found", "record 2"), ("not-found", "record 4")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": "failed", "message-type": "validation-failure", "message": [{"message": "no such filter"}]}, "no such filter"),
        ({"message": "Too Many Requests", "code": "429"}, "Too Many Requests"),
        ({"header": {}, "esearchresult": {"ERROR": "Empty term"}}, "Empty term"),
        ({"errCode": 404, "errMsg": "no such page"}, "no such page"),
    ],
)
def test_what_a_service_complains_of_is_handed_on(body, said):
    works, (reject,) = parse_papers(as_json(body))
    assert (works, reject.reason) == ([], "service-error")
    assert said in reject.detail


def test_entities_are_never_expanded_or_fetched(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    body = article(title="&a;").encode()
    for subset in (
        b'<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">',
        b'<!ENTITY a SYSTEM "file://%s">' % str(secret).encode(),
        b'<!ENTITY %% p SYSTEM "file://%s"> %%p;' % str(secret).encode(),
    ):
        works, (reject,) = parse_papers(b"<!DOCTYPE PubmedArticleSet [" + subset + b"]><PubmedArticleSet>" + body + b"</PubmedArticleSet>")
        assert (works, reject.reason) == ([], "entity-declarations")
    inclusion = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{secret}" parse="text"/>'
    (work,), _ = parse_papers(article_set(article(title=f"Told {inclusion} apart")))
    assert work.title == "Told apart"
    (work,), (reject,) = parse_papers(article_set(article(title="<!ENTITY a 'b'>"), article(2)))
    assert (work.pmid, reject.reason, reject.position) == ("2", "entity-declarations", "record 1")


@given(st.binary(max_size=200))
def test_random_bytes_are_answered(data):
    works, rejects = parse_papers(data)
    assert works or rejects


def test_the_bundled_sample_gives_passages_from_ten_works():
    path = Path(empathy_assets.__file__).parent / "sample_landing" / "papers" / "findings.xml"
    result = landed(path)
    passages, rejects, _ = findings_of(result.papers)
    assert result.rejects == rejects == []
    assert len({p.provenance.work_id for p in passages}) == 10
    assert all(p.provenance.title.startswith("[Sample] ") for p in passages)
    assert all(60 <= len(p.text.split()) <= 180 for p in passages)
