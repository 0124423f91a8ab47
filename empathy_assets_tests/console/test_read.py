"""Tests of the read command: what it writes, what it counts, what it refuses."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from empathy_assets.console.read import print_read, run_read

DIALOGUE = {"messages": [{"role": "user", "content": "My sister has stopped calling."}, {"role": "assistant", "content": "You miss her."}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of two dialogues, one of them broken, and one that nothing can be read from."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "talks.jsonl").write_text(f"{json.dumps(DIALOGUE)}\n{json.dumps({'messages': []})}\n")
    (folder / "empty.jsonl").write_text("")
    return folder


def test_records_and_rejects_are_written_and_counted_by_file(folder: Path, tmp_path: Path) -> None:
    facts = run_read([folder], tmp_path / "deep" / "out", None, "conversations", Console(quiet=True))
    records = [json.loads(line) for line in (tmp_path / "deep" / "out" / "records.jsonl").read_text().splitlines()]
    rejects = [json.loads(line) for line in (tmp_path / "deep" / "out" / "rejects.jsonl").read_text().splitlines()]
    assert (facts["records"], facts["rejects"]) == (len(records), len(rejects))
    assert facts["rejects"] > 0
    assert all(reject["reason"] and reject["remedy"] for reject in rejects)
    rows = {Path(row["file"]).name: row for row in facts["files"]}
    assert set(rows) == {"talks.jsonl", "empty.jsonl"}
    assert rows["empty.jsonl"]["records"] == 0
    assert rows["empty.jsonl"]["reason"]
    assert sum(row["rejects"] for row in rows.values()) == len(rejects)
    console = Console(record=True, width=200)
    print_read(facts, console)
    assert f"{len(records):,} records, {len(rejects):,} rejects" in console.export_text()


def test_a_kind_nobody_reads_is_refused_with_those_there_are(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"--kind 'poems' is unknown; expected one of auto, .*conversations"):
        run_read([folder], tmp_path / "out", None, "poems", Console(quiet=True))
    assert not (tmp_path / "out").exists()
