"""A thousand rows against a server that misbehaves and dies, and a process that is killed: nothing lost, nothing asked for twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import Generated, GenerationSettings, generate, library
from empathy_assets_tests.adapters.data_designer import processes
from empathy_assets_tests.adapters.data_designer.server import KEY, KEY_ENV, Fault, Model, serving
from empathy_assets_tests.engines.generating.test_plan import passages, plan

ROWS = 1000
WRITER = pl.col("provenance").struct.field("backend")


def mix(seed: int, *, dead_after: int | None = None) -> Fault:
    """5 % 429, 5 % 500, 10 % malformed, 3 % stalls, one 401; from `dead_after` requests on, no reply at all."""
    drawn = random.Random(seed)
    shares = {"429": 5, "500": 5, "malformed": 10, "stall": 3, "": 77}

    def fault(number: int, what: str) -> str:
        if dead_after is not None and number >= dead_after:
            return "hang up"
        return "401" if number == 57 else drawn.choices(list(shares), list(shares.values()))[0]

    return fault


def run(rows: pl.DataFrame, model: Model, folder: Path, **given: Any) -> Generated:
    settings = GenerationSettings(endpoint=model.url, model="m", key_env=KEY_ENV, timeout=1, parallel=32, pause=0.1, judge=False, **given)
    return generate(rows, passages(), settings, folder)


def accounted(made: Generated, rows: pl.DataFrame) -> None:
    """Every row is written or missing, every row the model did not write has its reason."""
    written = made.frame["provenance"].struct.field("plan_row_id").to_list()
    assert sorted([*written, *made.missing["row_id"]]) == sorted(rows["row_id"])
    by_model = made.frame.filter(WRITER == "llm:m").height
    assert made.reasons.height == rows.height - by_model
    assert made.reasons["reason"].str.len_chars().min() or made.reasons.is_empty()


@pytest.mark.slow
def test_a_thousand_rows_through_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    rows = plan(4000).filter(pl.col("kind") == "therapeutic").head(ROWS).with_columns(backend=pl.lit("llm"))
    assert rows.height == ROWS
    with serving(Model(mix(1, dead_after=600))) as model:
        model.stall_seconds = 1.5
        half = run(rows, model, tmp_path, fill=False)
        port = model.server_address[1]
    accounted(half, rows)
    assert 0 < half.frame.height < ROWS
    assert {"http 429", "http 500", "malformed reply", "timeout", "http 401", "no connection"} <= set(half.faults["fault"])
    assert sum(model.asked.values()) < ROWS + 200, "a dead server is not asked for every row"

    with serving(Model(mix(2), port)) as restarted:
        restarted.stall_seconds = 1.5
        whole = run(rows, restarted, tmp_path)
        asked_again = Counter(restarted.asked)
        third = run(rows, restarted, tmp_path)
    accounted(whole, rows)
    assert whole.frame.height == ROWS
    assert set(asked_again) == set(half.missing["row_id"]), "only what is missing is asked for"
    assert whole.frame.filter(WRITER == "llm:m").height >= ROWS - 10
    assert half.frame.select(WRITER).to_series().unique().to_list() == ["llm:m"]
    kept = whole.frame.filter(
        pl.col("provenance").struct.field("plan_row_id").is_in(half.frame["provenance"].struct.field("plan_row_id").implode())
    )
    assert kept.equals(half.frame)
    left = whole.stats["filled"]
    assert third.stats["asked"] <= left * 4
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_server_that_comes_back_is_asked_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    rows = plan().filter(pl.col("kind") == "therapeutic").head(120).with_columns(backend=pl.lit("llm"))
    with serving(Model(lambda number, what: "hang up" if 40 <= number < 80 else "")) as model:
        made = run(rows, model, tmp_path)
    assert made.frame.select(WRITER).to_series().unique().to_list() == ["llm:m"]
    assert made.missing.is_empty()
    assert dict(made.faults.iter_rows())["no connection"] == 40


KILLED = """
import sys
from pathlib import Path
import polars as pl
from empathy_assets.adapters.data_designer import GenerationSettings, generate
from empathy_assets_tests.engines.generating.test_plan import passages
folder, url, workers = sys.argv[1:]
rows, settings = pl.read_parquet(folder + ".plan"), GenerationSettings(chunk_rows=20, workers=int(workers))
if url:
    settings = GenerationSettings(endpoint=url, model="m", judge=False, parallel=4)
generate(rows, passages(), settings, Path(folder), progress=lambda done, total: print(done, flush=True))
"""


def killed(rows: pl.DataFrame, folder: Path, url: str, after: int, workers: int = 1) -> list[int]:
    """Generate in a process of its own, kill it once `after` rows are done, and return its workers."""
    crew: list[int] = []
    rows.write_parquet(f"{folder}.plan")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), url, str(workers)], stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= after:
                time.sleep(0.05)  # into the next chunk
                crew = processes.children(process.pid)
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    return crew


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_process_is_resumed_with_the_same_bytes(tmp_path: Path, workers: int) -> None:
    rows, small = plan(300).gather_every(2), GenerationSettings(chunk_rows=20, workers=workers)
    crew = killed(rows, tmp_path / "killed", "", rows.height // 3, workers)
    assert len(crew) == (workers if workers > 1 else 0)
    assert processes.gone(crew), "a worker ends with its parent"
    kept = len(list((tmp_path / "killed" / "chunks").glob("*.parquet")))
    resumed = generate(rows, passages(), small, tmp_path / "killed")
    undisturbed = generate(rows, passages(), GenerationSettings(), tmp_path / "whole")
    assert resumed.stats["chunks_reused"] == kept > 0
    assert resumed.stats["chunks"] > kept
    resumed.frame.write_parquet(tmp_path / "a.parquet")
    undisturbed.frame.write_parquet(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_killed_process_has_kept_the_groups_it_paid_for(tmp_path: Path) -> None:
    rows = plan().filter(pl.col("kind") == "therapeutic").head(300).with_columns(backend=pl.lit("llm"))
    with serving(Model()) as model:
        killed(rows, tmp_path / "a", model.url, 100)
        kept = pl.read_parquet(tmp_path / "a" / "replies" / "*" / "*.parquet")["row_id"]
        model.asked.clear()
        settings = GenerationSettings(endpoint=model.url, model="m", judge=False)
        made = generate(rows, passages(), settings, tmp_path / "a")
        assert 100 <= kept.len() < 300
        assert sorted([*model.asked.elements(), *kept]) == sorted(rows["row_id"])
    assert made.frame.height == 300
    assert [path.name for path in (tmp_path / "a" / "designer").iterdir()] in ([], [library.home()])
