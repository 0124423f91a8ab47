"""Tests of the life of a record, a passage and a file, told from what a build leaves behind."""

import io
import shutil
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.record_catalogue import find, load_records
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.console.explain import NotFoundError, life_of, print_life
from empathy_assets.console.releases import catalogue_of
from empathy_assets.engines.composing.admission import admitted_refs
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.ids import record_ref
from empathy_assets.records.reject import Reject
from empathy_assets_tests.adapters.packed import publish
from empathy_assets_tests.conftest import Built


def shown(lives: list[dict]) -> str:
    out = io.StringIO()
    print_life(lives, Console(file=out, width=200))
    return out.getvalue()


def test_a_conversation_is_told_with_every_verdict_and_its_split(built: Built) -> None:
    ledger = built.table("verdicts", "next")
    rows = built.table("expertise", "next").with_columns(record_ref())
    record = rows.filter(pl.col("ref").is_in(admitted_refs(ledger).implode())).row(0, named=True)
    (life,) = life_of(record["id"], "next", built.settings)
    assert life["kind"] == "conversation"
    assert {v["gate"] for v in life["verdicts"]} == set(ledger.filter(pl.col("ref") == record["ref"])["gate"])
    assert life["split"] in ("train", "val", "test")
    text = shown([life])
    assert record["turns"][0]["content"][:30] in text
    assert "composition" in text


def test_a_passage_is_told_with_the_conversations_that_rest_on_it(built: Built) -> None:
    used = built.table("expertise", "next")["provenance"].struct.field("passage_id")
    passages = built.table("books").filter(pl.col("id").is_in(used.implode()))
    passage = passages.row(0, named=True)
    (life,) = life_of(passage["text"], "next", built.settings)
    assert (life["kind"], life["id"]) == ("passage", passage["id"])
    assert len(life["conversations"]) == (used == passage["id"]).sum()
    assert passage["provenance"]["anchor"] in shown([life])


def test_a_file_is_told_by_its_name(built: Built) -> None:
    file = Path(built.table("books")["provenance"][0]["file"]).name
    lives = life_of(file, "next", built.settings)
    assert {life["kind"] for life in lives} <= {"passage", "conversation"}
    assert all(life["provenance"]["file"].endswith(file) for life in lives)
    released = [bool(life.get("split")) for life in lives]
    assert released == sorted(released, reverse=True)


def test_what_is_in_quarantine_is_told_with_reason_and_remedy(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.settings.storage, tmp_path / "data")
    settings = Settings(storage=str(tmp_path / "data"))
    reject = Reject(source="books", file="books/locked.pdf", position="page 1", reason="encrypted", detail="a password", remedy="unlock it")
    Quarantine(storage_root(settings.storage)).write("books", to_frame([reject], Reject))
    (life,) = life_of("locked.pdf", "next", settings)
    assert life["kind"] == "quarantined"
    assert "encrypted: a password" in shown([life])
    assert "unlock it" in shown([life])


def test_what_is_nowhere_is_said_with_what_is_expected(built: Built) -> None:
    with pytest.raises(NotFoundError, match=r"nothing in release next.*expected an id"):
        life_of("a sentence nobody ever wrote", "next", built.settings)


def test_what_only_another_release_holds_is_told_with_its_line(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.settings.storage, tmp_path / "data")
    settings = Settings(storage=str(tmp_path / "data"))
    root = storage_root(settings.storage)
    publish(root, "v0.1.0", tmp_path)
    load_records(catalogue_of(settings), "v0.1.0")
    record = find(catalogue_of(settings), release="v0.1.0").row(3, named=True)
    (life,) = life_of(record["id"], "next", settings)
    assert (life["kind"], life["release"], life["split"], life["line"]) == ("released", "v0.1.0", record["split"], record["line"])
    assert f"v0.1.0: {record['split']}.jsonl, line {record['line']}" in shown([life])


def test_a_database_that_cannot_be_asked_hides_nothing_else(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    record = built.table("expertise", "next")["id"][0]
    monkeypatch.setenv("EMPATHY_DATABASE_URL", "postgresql://me@127.0.0.1:1/none")
    monkeypatch.setenv("EMPATHY_DATABASE_PATIENCE", "0.5")
    assert life_of(record, "next", built.settings)[0]["id"] == record
    with pytest.raises(NotFoundError, match=r"other releases were not asked, since the catalogue at .* cannot be used"):
        life_of("a sentence nobody ever wrote", "next", built.settings)
