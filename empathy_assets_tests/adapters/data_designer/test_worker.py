"""A worker: one answer for each task, in order, until there are no more."""

import io
import pickle
from pathlib import Path

import polars as pl

from empathy_assets.adapters.data_designer.chunks import material_of
from empathy_assets.adapters.data_designer.crew import DONE, FAILED, Task
from empathy_assets.adapters.data_designer.settings import GenerationSettings
from empathy_assets.adapters.data_designer.worker import serve
from empathy_assets_tests.engines.generating.test_plan import passages, plan


def test_each_task_is_answered_and_a_torn_one_ends_the_work(tmp_path: Path) -> None:
    rows = plan().filter(pl.col("kind") == "grounded").head(3)
    good = Task(rows, material_of(rows, passages()), GenerationSettings(), tmp_path)
    bad = Task(rows.with_columns(kind=pl.lit("sermon")), good.material, good.settings, tmp_path)
    answers = io.BytesIO()
    serve(io.BytesIO(pickle.dumps(bad) + pickle.dumps(good) + pickle.dumps(good)[:100]), answers)
    assert answers.getvalue() == FAILED + DONE
    assert len(list((tmp_path / "chunks").glob("grounded-*.parquet"))) == 1
    serve(io.BytesIO(), answers)
    assert answers.getvalue() == FAILED + DONE
