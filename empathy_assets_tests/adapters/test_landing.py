"""Tests of the landing folder: rights, links, the cache, editions of one work, the command line's entry."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters.isolation import Outcome, perform
from empathy_assets.adapters.landing import open_conversations, read_landed, read_paths
from empathy_assets.engines.reading.result import MODELS
from empathy_assets.records.arrow import polars_schema
from empathy_assets_tests.engines.reading.papers.shapes import article, article_set
from empathy_assets_tests.engines.reading.samples import epub, pdf, prose, xhtml

_RIGHTS = '[default]\nlicence = "CC0-1.0"\norigin = "made up"\n["books/b.txt"]\nlicence = "GPL-3.0"\norigin = "x"\n'
_RECORD = {
    "id": "r1",
    "messages": [{"role": "user", "content": "I am so tired of it all today."}, {"role": "assistant", "content": "That sounds heavy."}],
}


class InProcess:
    """Stands in for the pool of worker processes, which has tests of its own."""

    def __init__(self, workers):
        self.workers = workers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def run(self, jobs):
        return (perform(job) if Path(job.path).exists() else Outcome(reason="unreadable") for job in jobs)


@pytest.fixture(autouse=True)
def pool(request, monkeypatch):
    if "processes" not in request.node.name:
        monkeypatch.setattr("empathy_assets.adapters.landed_files.ReaderPool", InProcess)


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    root = tmp_path / "landing"
    for name in ("books/sub", "transcripts", "conversations"):
        (root / name).mkdir(parents=True)
    (root / "rights.toml").write_text(_RIGHTS)
    (root / "books/a.txt").write_text("\n\n".join(["CHAPTER I", *prose(6)]))
    (root / "books/b.txt").write_text("no good licence")
    (root / "books/README.md").write_text("not landed")
    (root / "books/.hidden").write_text("not landed")
    (root / "transcripts/t.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nThe lamp burned all night on the porch.\n")
    (root / "conversations/c.jsonl").write_text(json.dumps(_RECORD) + "\n{broken\n")
    return root


def reasons(landed):
    return sorted(zip(landed.rejects["file"], landed.rejects["reason"], strict=True))


def test_each_source_with_its_schema_and_rejects_through_processes(landing):
    found = {source: read_landed(landing, source, cache=None) for source in ("books", "transcripts", "conversation_corpora")}
    for landed in found.values():
        for name, model in MODELS.items():
            assert getattr(landed, name).schema == polars_schema(model)
    assert reasons(found["books"]) == [("books/b.txt", "incompatible-licence")]
    assert reasons(found["conversation_corpora"]) == [("conversations/c.jsonl", "spoiled-record")]
    assert found["transcripts"].passages.height == 1
    assert found["conversation_corpora"].conversations.height == 1
    assert (found["books"].files, found["books"].files_read, found["books"].files_cached) == (2, 1, 0)


def test_only_new_and_changed_files_are_read(landing, tmp_path):
    cache = UPath(tmp_path / "cache")
    steps = []
    first = read_landed(landing, "books", cache=cache, progress=lambda *step: steps.append(step))
    assert steps[-1] == (2, 2, "books/a.txt")
    again = read_landed(landing, "books", cache=cache)
    assert (again.files_read, again.files_cached) == (0, 1)
    assert again.passages.equals(first.passages)
    (landing / "books/new.txt").write_text("\n\n".join(prose(6, start=90)))
    assert (read_landed(landing, "books", cache=cache).files_read, read_landed(landing, "books", cache=cache).files_cached) == (1, 2)
    (landing / "rights.toml").write_text(_RIGHTS.replace("made up", "elsewhere"))
    changed = read_landed(landing, "books", cache=cache)
    assert changed.files_read == 2
    assert changed.passages["provenance"].struct.field("origin").unique().to_list() == ["elsewhere"]
    assert not [p for p in Path(str(cache)).iterdir() if p.name.startswith(".")]


def test_a_damaged_cache_entry_is_read_anew(landing, tmp_path):
    cache = tmp_path / "cache"
    first = read_landed(landing, "books", cache=cache)
    next(cache.rglob("*-passages.parquet")).write_bytes(b"spoiled")
    again = read_landed(landing, "books", cache=cache)
    assert again.files_read == 1
    assert again.passages.equals(first.passages)


def test_links_undeclared_files_and_unusable_declarations(landing, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.txt").write_text("secret words")
    (landing / "books/link.txt").symlink_to(outside / "x.txt")
    (landing / "books/linked").symlink_to(outside, target_is_directory=True)
    (landing / "books/sub/rights.toml").write_text('["named.txt"]\nlicence = "MIT"\norigin = "near"\n')
    (landing / "books/sub/named.txt").write_text("\n\n".join(prose(3)))
    (landing / "books/sub/other.txt").write_text("\n\n".join(prose(3, start=30)))
    landed = read_landed(landing, "books", cache=None)
    assert [r for _, r in reasons(landed)] == ["incompatible-licence", "symlink", "symlink"]
    origins = dict(
        zip(landed.passages["provenance"].struct.field("file"), landed.passages["provenance"].struct.field("origin"), strict=True)
    )
    assert origins["books/sub/named.txt"] == "near"
    assert origins["books/sub/other.txt"] == "made up"
    (landing / "rights.toml").write_text('["books/a.txt"]\nlicence = "MIT"\norigin = "x"\n')
    assert ("books/b.txt", "undeclared-rights") in reasons(read_landed(landing, "books", cache=None))
    (landing / "rights.toml").write_text("broken [")
    assert ("books/a.txt", "rights-file-invalid") in reasons(read_landed(landing, "books", cache=None))


def test_editions_of_one_book_share_a_work(landing):
    paras = [*prose(20), *prose(20, start=300)]
    (landing / "books/e.epub").write_bytes(epub({"c.xhtml": xhtml("<h1>One</h1>" + "".join(f"<p>{p}</p>" for p in paras))}))
    (landing / "books/e.txt").write_text("\n\n".join(paras))
    import textwrap

    lines = textwrap.wrap(" ".join(paras), 85)
    (landing / "books/e.pdf").write_bytes(pdf([lines[i : i + 40] for i in range(0, len(lines), 40)]))
    passages = read_landed(landing, "books", cache=None).passages.unnest("provenance", separator=".")
    works = passages.filter(passages["provenance.file"].str.starts_with("books/e."))
    assert works["provenance.file"].n_unique() == 3
    assert works["provenance.work_id"].n_unique() == 1
    assert passages["provenance.work_id"].n_unique() == 2


def test_missing_folders_and_unknown_sources(tmp_path):
    assert read_landed(tmp_path, "books", cache=None).files == 0
    with pytest.raises(KeyError):
        read_landed(tmp_path, "films", cache=None)


def test_papers_come_as_works_when_landed_and_as_passages_on_the_command_line(landing):
    (landing / "papers").mkdir()
    (landing / "papers/a.xml").write_bytes(article_set(article()))
    (landing / "papers/b.xml.gz").write_bytes(gzip.compress(article_set(article())))
    landed = read_landed(landing, "academic_findings", cache=None)
    assert landed.papers["file"].to_list() == ["papers/a.xml", "papers/b.xml.gz"]
    assert landed.papers["origin"].unique().to_list() == ["made up"]
    assert landed.passages.is_empty()
    read = read_paths([landing / "papers"])
    assert read.passages["source"].unique().to_list() == ["academic_findings"]
    assert read.passages["provenance"].struct.field("file").unique().to_list() == ["a.xml"]
    assert reasons(read) == [("b.xml.gz", "same-work")]


def test_paths_of_any_kind(landing, tmp_path):
    landed = read_paths([landing])
    assert landed.passages["source"].unique().sort().to_list() == ["books", "transcripts"]
    assert landed.conversations.height == 1
    rights = tmp_path / "mine.toml"
    rights.write_text('["a.txt"]\nlicence = "MIT"\norigin = "given"\n')
    one = read_paths([landing / "books/a.txt", landing / "books/b.txt"], rights, "book")
    assert one.passages["licence"].unique().to_list() == ["MIT"]
    assert reasons(one) == [("b.txt", "undeclared-rights")]
    assert read_paths([landing / "gone.txt"]).rejects["reason"].to_list() == ["unreadable"]


def test_conversations_are_given_part_by_part_while_they_are_open(landing: Path) -> None:
    paths = [landing / "conversations"]
    whole = read_paths(paths, kind="conversations")
    with open_conversations(paths) as opened:
        assert pl.concat(opened.frames()).equals(whole.conversations)
        assert pl.concat(opened.frames()).equals(whole.conversations)
        assert opened.rejects.equals(whole.rejects)
    assert whole.conversations.height == 1
    with pytest.raises(FileNotFoundError):
        list(opened.frames())
