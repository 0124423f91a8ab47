"""Settings: what is unusable is refused with the remedy; numbers left open are the policy's."""

import polars as pl
import pytest

from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings, refuse_unreachable, wants_model
from empathy_assets.policy.load import number
from empathy_assets_tests.adapters.data_designer.server import KEY_ENV
from empathy_assets_tests.engines.generating.test_plan import plan


def test_what_cannot_start_says_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = plan().head(2).with_columns(backend=pl.lit("llm"))
    monkeypatch.delenv(KEY_ENV, raising=False)
    with pytest.raises(GenerationError, match="EMPATHY_LLM_MODEL"):
        refuse_unreachable(wanted, GenerationSettings())
    reachable = GenerationSettings(endpoint="http://localhost:1", model="m", key_env=KEY_ENV)
    with pytest.raises(GenerationError, match=KEY_ENV):
        refuse_unreachable(wanted, reachable)
    monkeypatch.setenv(KEY_ENV, "k")
    refuse_unreachable(wanted, reachable)


def test_embedded_rows_need_no_model() -> None:
    rows = plan().head(2)
    assert not wants_model(rows)
    refuse_unreachable(rows, GenerationSettings())


def test_numbers_left_open_are_the_policys() -> None:
    open_ones, own = GenerationSettings(), GenerationSettings(retries=0, pause=0, chunk_rows=7, price_prompt=2, price_completion=3)
    assert open_ones.askings == 1 + number("generation", "run.retries")
    assert open_ones.pause_seconds == number("generation", "llm.pause_seconds")
    assert open_ones.rows_a_chunk == number("generation", "run.chunk_rows")
    assert open_ones.cost(1e6, 0) == number("generation", "budget.price_prompt")
    assert (own.askings, own.pause_seconds, own.rows_a_chunk, own.cost(1e6, 1e6)) == (1, 0, 8, 5)


def test_a_crew_is_as_large_as_asked_for_else_as_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("empathy_assets.adapters.data_designer.settings.worker_count", lambda: 4)
    least = int(number("generation", "run.worker_rows"))
    sizes = [GenerationSettings().crew_size(30, rows) for rows in (0, least, 2 * least - 1, 2 * least, 3 * least, 100 * least)]
    assert sizes == [0, 0, 0, 2, 3, 4]
    assert GenerationSettings().crew_size(1, 100 * least) == 0
    assert [GenerationSettings(workers=n).crew_size(3, 6) for n in (1, 2, 8)] == [0, 2, 3]
