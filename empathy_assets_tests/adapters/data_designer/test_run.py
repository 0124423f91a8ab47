"""A run: every planned row is there or accounted for, whatever the model does; nothing is asked for twice."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import GenerationError, GenerationSettings, generate
from empathy_assets.adapters.data_designer.chunks import chunks_of
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets.engines.generating.pairs import pair_differs_only_in_attribute
from empathy_assets_tests.adapters.data_designer.processes import children
from empathy_assets_tests.adapters.data_designer.server import KEY, KEY_ENV, Model, serving
from empathy_assets_tests.engines.generating.test_plan import passages, plan

WRITER = pl.col("provenance").struct.field("backend")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    monkeypatch.setenv(KEY_ENV, KEY)
    with serving(Model()) as server:
        yield server


def settings(model: Model, **given: Any) -> GenerationSettings:
    return GenerationSettings(**{"endpoint": model.url, "model": "m", "key_env": KEY_ENV, "timeout": 20, "pause": 0, **given})


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return plan(300)


def asked_for(rows: pl.DataFrame, kind: str, count: int) -> pl.DataFrame:
    return rows.filter(pl.col("kind") == kind).head(count).with_columns(backend=pl.lit("llm"))


def test_embedded_run_equals_the_grammar_and_is_kept(rows: pl.DataFrame, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    small = GenerationSettings(chunk_rows=60)
    first = generate(rows, passages(), small, tmp_path, progress=lambda done, total: told.append((done, total)))
    assert first.frame.equals(write(rows, passages()))
    assert first.missing.is_empty()
    assert told[-1] == (rows.height, rows.height)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    chunks = sorted((tmp_path / "chunks").glob("*.parquet"))
    assert len(chunks) == first.stats["chunks"]
    chunks[0].unlink()
    second = generate(rows, passages(), small, tmp_path)
    assert second.stats["chunks_reused"] == second.stats["chunks"] - 1
    assert second.frame.equals(first.frame)


def test_of_a_plan_dealt_anew_only_the_changed_rows_are_written(rows: pl.DataFrame, tmp_path: Path) -> None:
    small, before = GenerationSettings(chunk_rows=60), passages().filter(pl.col("id") != "p-books-0")
    ordered = plan(300, passages=before)
    generate(ordered, before, small, tmp_path)
    again = generate(rows, passages(), small, tmp_path)
    assert again.frame.equals(generate(rows, passages(), small, tmp_path / "cold").frame)
    changed = set(rows.join(ordered, on=rows.columns, how="anti", nulls_equal=True)["row_id"])
    due = [part for part in chunks_of(rows, 60) if changed & set(part["row_id"])]
    assert changed
    assert again.stats["rows_reused"] == sum(part.height for part in due) - len(changed)
    assert again.stats["chunks_reused"] == again.stats["chunks"] - len(due)


def test_workers_do_not_change_the_bytes(rows: pl.DataFrame, tmp_path: Path) -> None:
    rows = rows.gather_every(4)  # of every kind
    made = {n: generate(rows, passages(), GenerationSettings(chunk_rows=30, workers=n), tmp_path / str(n)) for n in (1, 2)}
    files = {n: {path.name: path.read_bytes() for path in (tmp_path / str(n) / "chunks").glob("*")} for n in made}
    assert made[1].frame.equals(made[2].frame)
    assert files[1] == files[2] != {}
    assert made[1].stats == made[2].stats
    assert made[2].stats["chunks_reused"] == made[2].stats["chunks_retried"] == 0


def test_a_killed_worker_costs_its_chunk_a_second_writing(rows: pl.DataFrame, tmp_path: Path) -> None:
    rows, told = rows.gather_every(3), list[int]()

    def kill_once(done: int, total: int) -> None:
        if not told:
            os.kill(children()[0], signal.SIGKILL)
        told.append(done)

    two = GenerationSettings(chunk_rows=20, workers=2)
    made = generate(rows, passages(), two, tmp_path / "a", progress=kill_once)
    assert made.stats["chunks_retried"] == 1
    assert made.missing.is_empty()
    assert told == sorted(told)
    assert told[-1] == rows.height
    assert made.frame.equals(write(rows, passages()))


def test_workers_stay_from_one_source_to_the_next(rows: pl.DataFrame, tmp_path: Path) -> None:
    two, met = GenerationSettings(chunk_rows=20, workers=2), list[list[int]]()
    for kind in ("grounded", "nightmare"):
        part = rows.filter(pl.col("kind") == kind).head(40)
        generate(part, passages(), two, tmp_path, progress=lambda *_: met.append(sorted(children())))
    assert len(met[0]) == 2
    assert all(pids == met[0] for pids in met)


def test_the_crew_writes_what_is_not_kept_and_no_row_of_the_model(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    own = pl.concat([rows.filter(pl.col("kind") == kind).head(20) for kind in ("grounded", "nightmare")])
    asked = asked_for(rows, "therapeutic", 4)
    generate(own.head(10), passages(), settings(model, chunk_rows=10), tmp_path)
    made = generate(pl.concat([own, asked]), passages(), settings(model, chunk_rows=10, workers=2), tmp_path)
    assert made.stats["chunks_reused"] == 1
    assert made.frame.head(own.height).equals(write(own, passages()))
    assert made.frame.tail(4).select(WRITER).to_series().to_list() == ["llm:m"] * 4
    assert set(model.asked) == set(asked["row_id"])


def test_chunks_do_not_change_the_bytes(rows: pl.DataFrame, tmp_path: Path) -> None:
    some = rows.head(40)
    one = generate(some, passages(), GenerationSettings(chunk_rows=8), tmp_path / "a").frame
    other = generate(some, passages(), GenerationSettings(), tmp_path / "b").frame
    assert one.equals(other)


def test_mixed_rows_are_written_by_their_backend_and_never_asked_twice(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    model.fault = lambda number, what: {1: "500", 3: "malformed", 6: "malformed", 9: "401"}.get(number, "")
    mixed = (
        rows.filter(pl.col("kind") == "grounded")
        .head(16)
        .with_columns(backend=pl.when(pl.int_range(pl.len()) % 4 == 3).then(pl.lit("embedded")).otherwise(pl.lit("llm")))
    )
    made = generate(mixed, passages(), settings(model), tmp_path)
    assert made.frame.height == mixed.height
    assert made.frame.select(WRITER).to_series().to_list() == ["embedded" if b == "embedded" else "llm:m" for b in mixed["backend"]]
    assert made.stats["answered"] == 12
    assert made.verdicts.height == 12
    assert made.verdicts["safety"].unique().to_list() == ["safe"]
    assert set(made.faults["fault"]) == {"http 500", "malformed reply", "http 401"}
    asked = len(model.prompts)
    again = generate(mixed, passages(), settings(model), tmp_path)
    assert again.frame.equals(made.frame)
    assert again.verdicts.equals(made.verdicts)
    assert len(model.prompts) == asked


def test_a_pair_is_written_once_and_differs_in_its_attribute_alone(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    pairs = asked_for(rows, "bias", 8)
    made = generate(pairs, passages(), settings(model, chunk_rows=3), tmp_path)
    assert sum(model.asked.values()) == 4
    found = made.frame.to_dicts()
    assert [pair_differs_only_in_attribute(a, b) for a, b in zip(found[::2], found[1::2], strict=True)] == [(True, "")] * 4
    assert made.frame.select(WRITER).to_series().unique().to_list() == ["llm:m"]


def test_unsafe_dialogues_are_asked_again(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    wanted = asked_for(rows, "nightmare", 3)
    model.unsafe = {wanted["row_id"][1]}
    made = generate(wanted, passages(), settings(model), tmp_path)
    assert made.frame.select(WRITER).to_series().to_list() == ["llm:m"] * 3
    assert dict(made.faults.iter_rows()) == {"unsafe": 1}
    assert model.asked[wanted["row_id"][1]] == 2


def test_a_judge_that_says_nothing_usable_loses_no_row(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    wanted = asked_for(rows, "therapeutic", 3)
    model.fault = lambda number, what: "malformed" if what == "judge" else ""
    made = generate(wanted, passages(), settings(model, retries=1), tmp_path)
    assert made.frame.select(WRITER).to_series().to_list() == ["llm:m"] * 3
    assert made.stats["unjudged"] == 3
    assert set(model.asked.values()) == {1}
    assert not generate(wanted, passages(), settings(model, retries=1), tmp_path).stats["requests"]


def test_without_a_judge_nothing_is_judged(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    made = generate(asked_for(rows, "persona", 3), passages(), settings(model, judge=False), tmp_path)
    assert (made.frame.height, made.verdicts.height, made.stats["unjudged"]) == (3, 0, 0)
    assert not model.judged


def test_what_the_model_never_answers_is_filled_or_reported_and_asked_again_later(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    model.fault = lambda number, what: "500"
    few = asked_for(rows, "therapeutic", 3)
    reported = generate(few, passages(), settings(model, retries=0, fill=False), tmp_path)
    assert reported.missing.equals(few)
    assert reported.frame.is_empty()
    assert set(reported.reasons.select("reason", "outcome").iter_rows()) == {("http 500", "missing")}
    filled = generate(few, passages(), settings(model, retries=0), tmp_path)
    assert filled.stats["filled"] == 3
    assert set(filled.reasons["outcome"]) == {"filled"}
    assert filled.frame.equals(write(few, passages()))
    model.fault = lambda number, what: ""
    later = generate(few, passages(), settings(model), tmp_path)
    assert later.frame.select(WRITER).to_series().unique().to_list() == ["llm:m"]


def test_a_refused_key_ends_the_run_at_once_and_says_what_to_change(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    model.fault = lambda number, what: "401"
    with pytest.raises(GenerationError, match=f"the key was refused .*{KEY_ENV}") as told:
        generate(asked_for(rows, "therapeutic", 60), passages(), settings(model, parallel=4), tmp_path)
    assert len(model.prompts) <= 8
    assert KEY not in str(told.value)


def test_a_key_refused_midway_keeps_what_was_written(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    wanted = asked_for(rows, "therapeutic", 60)
    model.fault = lambda number, what: "401" if number >= 30 else ""
    with pytest.raises(GenerationError, match="are kept"):
        generate(wanted, passages(), settings(model, judge=False, parallel=4), tmp_path)
    model.fault = lambda number, what: ""
    model.asked.clear()
    made = generate(wanted, passages(), settings(model, judge=False), tmp_path)
    assert made.frame.height == 60
    assert sum(model.asked.values()) == 30


@pytest.mark.parametrize("fault", ["503", "malformed", "short"])
def test_a_server_of_no_use_is_given_up_after_its_pauses(tmp_path: Path, model: Model, fault: str) -> None:
    model.fault = lambda number, what: fault
    made = generate(asked_for(plan(), "therapeutic", 240), passages(), settings(model, chunk_rows=200, parallel=4), tmp_path)
    assert made.frame.height == made.stats["filled"] == 240
    assert len(model.prompts) < 4 * 240
    assert made.reasons.filter(pl.col("reason").str.starts_with("not asked")).height >= 40


def test_a_thread_and_another_folder_are_as_good_as_any(
    rows: pl.DataFrame, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    some = pl.concat([rows.filter(pl.col("kind") == "reasoning").head(2), asked_for(rows, "therapeutic", 2)])
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(generate, some, passages(), settings(model), Path("relative")).result()
    assert made.frame.select(WRITER).to_series().to_list() == ["embedded", "embedded", "llm:m", "llm:m"]
    assert [path.name for path in tmp_path.iterdir()] == ["relative"]


def test_a_spent_budget_ends_the_run(rows: pl.DataFrame, tmp_path: Path, model: Model) -> None:
    paid = settings(model, judge=False, budget=0.02, price_prompt=1, price_completion=0, parallel=2)  # 0.001 a request
    with pytest.raises(GenerationError, match="EMPATHY_LLM_BUDGET"):
        generate(asked_for(rows, "therapeutic", 60), passages(), paid, tmp_path)
    assert 20 <= len(model.prompts) <= 25
    assert generate(asked_for(rows, "therapeutic", 60), passages(), settings(model, judge=False), tmp_path).stats["asked"] <= 40
