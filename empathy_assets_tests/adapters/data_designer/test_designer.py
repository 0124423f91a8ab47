"""One run of Data Designer: both backends in one configuration, what it brings and what it loses."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import library
from empathy_assets.adapters.data_designer.chunks import material_of
from empathy_assets.adapters.data_designer.designer import Harvest, Job, run_designer
from empathy_assets.adapters.data_designer.guard import Guard
from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets_tests.adapters.data_designer.server import KEY, KEY_ENV, Model, serving
from empathy_assets_tests.engines.generating.test_plan import passages, plan


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    monkeypatch.setenv(KEY_ENV, KEY)
    with serving(Model()) as server:
        yield server


def job(model: Model, folder: Path, rows: pl.DataFrame, *, judge: bool = True) -> Job:
    settings = GenerationSettings(endpoint=model.url, model="m", key_env=KEY_ENV, timeout=20, judge=judge)
    return Job(settings, material_of(rows, passages()), folder, Guard(settings), Harvest())


def some(kind: str, count: int, backend: str = "llm") -> pl.DataFrame:
    return plan().filter(pl.col("kind") == kind).head(count).with_columns(backend=pl.lit(backend))


def test_each_row_is_written_by_its_backend(model: Model, tmp_path: Path) -> None:
    rows = pl.concat([some("grounded", 2), some("grounded", 4, "embedded").tail(2)])
    mixed = job(model, tmp_path, rows)
    batches: list[int] = []
    run_designer(rows, mixed, "one", lambda: batches.append(1))
    told = {
        r["row_id"]: [dict(t) for t in turns]
        for r, turns in zip(rows.tail(2).to_dicts(), write(rows.tail(2), passages())["turns"], strict=True)
    }
    assert mixed.harvest.embedded == told
    assert list(mixed.harvest.replies) == rows["row_id"].head(2).to_list()
    assert set(model.asked) == set(model.judged) == set(rows["row_id"].head(2))
    assert {v["safety"] for v in mixed.harvest.verdicts.values()} == {"safe"}
    assert batches == [1]
    assert {path.name for path in tmp_path.iterdir()} <= {library.home()}
    assert any("Patience with a frightened part" in prompt for prompt in model.prompts)


def test_a_reply_that_lacks_only_its_verdict_is_not_asked_for_again(model: Model, tmp_path: Path) -> None:
    rows = some("therapeutic", 1)
    one = job(model, tmp_path, rows)
    model.fault = lambda number, what: "500" if what == "judge" else ""
    run_designer(rows, one, "a", lambda: None)
    assert one.harvest.replies
    assert not one.harvest.verdicts
    model.fault = lambda number, what: ""
    run_designer(rows, one, "b", lambda: None)
    assert one.harvest.verdicts
    assert sum(model.asked.values()) == 1


def test_an_unsafe_dialogue_is_refused_with_the_judges_reason(model: Model, tmp_path: Path) -> None:
    rows = some("nightmare", 2)
    model.unsafe = {rows["row_id"][0]}
    two = job(model, tmp_path, rows)
    run_designer(rows, two, "a", lambda: None)
    assert list(two.harvest.replies) == [rows["row_id"][1]]
    assert two.guard.reasons[rows["row_id"][0]] == f"unsafe: Turn 1 of {rows['row_id'][0]}."
    assert two.guard.faults["unsafe"] == 1


@pytest.mark.parametrize(
    ("fault", "reason"), [("short", "unusable reply: 2 whole turns"), ("html", "not a reply"), ("malformed", "malformed reply")]
)
def test_what_cannot_be_used_says_why(model: Model, tmp_path: Path, fault: str, reason: str) -> None:
    rows = some("reasoning", 1)
    one = job(model, tmp_path, rows, judge=False)
    model.fault = lambda number, what: fault
    run_designer(rows, one, "a", lambda: None)
    assert not one.harvest.replies
    assert one.guard.reasons[rows["row_id"][0]].startswith(reason)


def test_a_failure_that_is_not_the_models_is_told(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = some("therapeutic", 1)
    monkeypatch.setattr("empathy_assets.adapters.data_designer.prompts.prompt", lambda _: "Write about {{ the_weather }}.")
    with pytest.raises(GenerationError, match="could not run over 1 plan rows"):
        run_designer(rows, job(model, tmp_path, rows, judge=False), "a", lambda: None)
    assert not model.prompts


def test_what_a_killed_process_left_is_swept_away(model: Model, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, others = tmp_path / f"nightmare-x-{gone.pid}", tmp_path / f"nightmare-x-{os.getppid()}"
    left.mkdir()
    others.mkdir()
    rows = some("nightmare", 1, "embedded")
    run_designer(rows, job(model, tmp_path, rows), "a", lambda: None)
    assert not left.exists()
    assert others.exists()
