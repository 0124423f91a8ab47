"""Tests of how networks are run: the bundled ones load, and the schedule rises and falls."""

import os
import subprocess
import sys

import pytest

from empathy_assets.engines.scoring.bundle import weight_bytes
from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE
from empathy_assets.engines.scoring.runtime import session, tokenizer, warm_up


def test_a_network_runs_on_one_thread() -> None:
    loaded = session(weight_bytes(ENCODER_FILE))
    assert loaded.get_session_options().intra_op_num_threads == 1
    assert loaded.get_providers() == ["CPUExecutionProvider"]


@pytest.mark.parametrize(("threads", "batches"), [("1", "1"), ("2", "2"), ("16", "2")])
def test_batches_run_side_by_side_where_frames_may_use_more_than_one_thread(threads: str, batches: str) -> None:
    asked = "from empathy_assets.engines.scoring.runtime import side_by_side; print(side_by_side())"
    env = {**os.environ, "POLARS_MAX_THREADS": threads}
    assert subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, text=True, check=True).stdout.strip() == batches


def test_a_tokenizer_cuts_only_where_it_is_told() -> None:
    words = "one quiet morning after another " * 40
    assert len(tokenizer(weight_bytes(TOKENIZER_FILE), 12).encode(words).ids) == 12
    assert len(tokenizer(weight_bytes(TOKENIZER_FILE)).encode(words).ids) > 150


def test_the_learning_rate_rises_then_falls() -> None:
    factor = warm_up(100, 0.1)
    assert factor(0) == 0.1
    assert factor(9) == max(factor(step) for step in range(100))
    assert factor(99) == 0.02
