"""Landed paper files of every kind, whatever their name says."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import empathy_assets
from empathy_assets.engines.reading.papers import read
from empathy_assets.engines.reading.papers.read import parse_papers, read_paper_file, recognised, stream_papers
from empathy_assets.engines.reading.result import collect
from empathy_assets.records.licence import Rights
from empathy_assets_tests.engines.reading.papers.shapes import (
    JATS,
    NBIB,
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
        (b"Resource not found.", "unknown-format"),
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


def test_a_file_becomes_passages_with_its_own_hash(tmp_path: Path):
    path = tmp_path / "a.bin"
    path.write_bytes(
        article_set(
            article(990000401),
            article(990000401),
            article(990000402, doi="", title="Correction.", types="<PublicationType>Published Erratum</PublicationType>"),
        )
    )
    passages, rejects = read_paper_file(path, relative="papers/a.bin", rights=RIGHTS)
    assert len(passages) == 1
    assert passages[0].licence == "CC0-1.0"
    assert passages[0].provenance.origin == "written for the tests"
    assert len(passages[0].provenance.file_sha256) == 64
    assert [(r.reason, r.file, len(r.file_sha256)) for r in rejects] == [("excluded-erratum", "papers/a.bin", 64)]


def test_rows_for_isolated_readers_are_the_same_records(tmp_path: Path):
    path = tmp_path / "a.xml"
    path.write_bytes(article_set(article(), article(990000402, doi="", abstract="")))
    passages, rejects = read_paper_file(path, relative="papers/a.xml", rights=RIGHTS)
    result = collect(stream_papers(path, relative="papers/a.xml", source="books", rights=RIGHTS))
    assert (result.passages, result.rejects) == (passages, rejects)


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (article_set(article())[:300], True),
        (JATS[:400], True),
        (NBIB, True),
        (as_json({"data": [s2_paper()]}), True),
        (b"<eSearchResult><Count>1</Count></eSearchResult>", True),
        (as_json({"data": [{"message": "Hello"}]}), False),
        (as_json({"version": "6.9", "resultList": {}}), True),
        (b'[{"messages": [{"role": "user", "content": "Hello"}]}]', False),
        (b'{"conversations": [{"from": "human", "value": "Hello"}]}', False),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello", False),
        (b"%PDF-1.7", False),
        (b"CHAPTER I\n\nIt was a quiet day.", False),
        (b"<!doctype html><html></html>", False),
        (b"", False),
    ],
)
def test_papers_are_told_from_other_kinds(data, known):
    assert recognised(data) is known


def test_undeclared_and_unreadable_files(tmp_path: Path):
    path = tmp_path / "a.xml"
    path.write_bytes(article_set(article()))
    assert read_paper_file(path, relative="papers/a.xml", rights=None)[1][0].reason == "undeclared-rights"
    assert read_paper_file(tmp_path / "none", relative="papers/none", rights=RIGHTS)[1][0].reason == "unreadable"


def test_size_and_record_limits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read, "number", lambda *_: 100_000)
    assert parse_papers(b"x" * 100_001)[1][0].reason == "too-large"


def test_a_parser_that_fails_is_a_reject(monkeypatch: pytest.MonkeyPatch):
    def explode(_: bytes):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(read, "_parser", lambda _: explode)
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
    start = time.perf_counter()
    works, rejects = parse_papers(data)
    assert works or rejects
    assert time.perf_counter() - start < 5


@given(
    st.sampled_from([article_set(article()), JATS, NBIB, as_json({"data": [s2_paper()]}), as_json(epmc_result())]),
    st.integers(0, 4000),
    st.binary(max_size=8),
)
def test_no_exception_escapes_whatever_the_bytes(data, position, noise):
    works, rejects = parse_papers(data[:position] + noise + data[position + 1 :])
    assert not any(r.reason == "unreadable" for r in rejects)
    assert works or rejects


@given(st.binary(max_size=200))
def test_random_bytes_are_answered(data):
    works, rejects = parse_papers(data)
    assert works or rejects


def test_the_bundled_sample_gives_passages_from_ten_works():
    path = Path(empathy_assets.__file__).parent / "sample_landing" / "papers" / "findings.xml"
    passages, rejects = read_paper_file(path, relative="papers/findings.xml", rights=RIGHTS)
    assert rejects == []
    assert len({p.provenance.work_id for p in passages}) == 10
    assert all(p.provenance.title.startswith("[Sample] ") for p in passages)
    assert all(60 <= len(p.text.split()) <= 180 for p in passages)
