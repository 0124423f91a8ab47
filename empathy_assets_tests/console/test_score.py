"""Behaviour of `console.score`: files, streams, bad lines, order, any number of processes."""

import gzip
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from empathy_assets.console import score
from empathy_assets.console.score import run_score

QUIET = Console(file=io.StringIO())


def rows(count: int) -> list[dict[str, object]]:
    texts = ("We went to the lake.", "I don't want to live any more.", "My shift ends at six.")
    return [{"id": i, "text": f"{texts[i % 3]} It is day {i % 40}."} for i in range(count)]


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_bad_lines_become_error_rows_and_the_run_goes_on(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "text": "Fine."}', "", "not json", "[1, 2]", '{"id": NaN, "text": "x"}', "[" * 100_000, '{"id": ' + "9" * 5000 + "}",
        '{"id": "\\ud800", "text": "half \\udc00 a pair"}', '{"text": "no id"}',
    ]  # fmt: skip
    source = tmp_path / "in.jsonl"
    source.write_bytes("\ufeff".encode() + "\n".join(lines).encode() + b'\n{"id": 9, "text": "\xff\xfe"}\n')
    done = run_score(source, tmp_path / "out.jsonl", QUIET)
    found = read(tmp_path / "out.jsonl")
    assert [row["id"] for row in found] == [1, None, None, None, None, None, "\ud800", None, 9]
    assert ["error" in row for row in found] == [False, True, True, True, True, True, False, False, False]
    assert "line 3 is not JSON" in found[1]["error"]
    assert "line 4 holds list" in found[2]["error"]
    assert (done["rows"], done["errors"]) == (9, 5)


def test_the_number_of_processes_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score, "_ROWS", 40)
    monkeypatch.setattr(score, "_IN_PROCESS", 80)
    source = written(tmp_path / "in.jsonl", [json.dumps(row) for row in rows(300)])
    one = run_score(source, tmp_path / "one.jsonl", QUIET, processes=1)
    two = run_score(source, tmp_path / "two.jsonl", QUIET, processes=2)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert [row["id"] for row in read(tmp_path / "two.jsonl")] == list(range(300))
    assert one["flagged"] == two["flagged"] >= 100


def test_gzipped_files_are_read_and_written_alike(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in rows(5)]
    run_score(written(tmp_path / "in.jsonl", lines), tmp_path / "out.jsonl", QUIET)
    with gzip.open(tmp_path / "in.jsonl.gz", "wt") as out:
        out.write("\n".join(lines))
    for name in ("a", "b"):
        run_score(tmp_path / "in.jsonl.gz", tmp_path / f"{name}.jsonl.gz", QUIET)
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == (tmp_path / "out.jsonl").read_bytes()


def test_streams_stand_for_files(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(tmp_path / "in.jsonl", [json.dumps(row) for row in rows(3)])
    run_score(source, tmp_path / "out.jsonl", QUIET)
    with source.open("rb") as given:
        monkeypatch.setattr("sys.stdin", given)
        run_score(Path("-"), tmp_path / "piped.jsonl", QUIET)
    assert (tmp_path / "piped.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    with (tmp_path / "shown.jsonl").open("wb") as taken:
        monkeypatch.setattr("sys.stdout", taken)
        run_score(source, Path("-"), QUIET)
    assert (tmp_path / "shown.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()


def test_an_empty_file_gives_an_empty_file(tmp_path: Path) -> None:
    done = run_score(written(tmp_path / "in.jsonl", []), tmp_path / "out.jsonl", QUIET)
    assert (tmp_path / "out.jsonl").read_bytes() == b""
    assert done["rows"] == 0


def test_work_is_shared_out_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score, "_CHARACTERS", 50)
    shares = list(score._shares(io.StringIO("".join(f"{'x' * 20}{i}\n" for i in range(10)))))
    assert [first for first, _ in shares] == [1, 4, 7, 10]
    assert sum(len(share) for _, share in shares) == 10
