"""The budget: figures before anything is asked, replies already paid for left out, a limit that refuses."""

from pathlib import Path

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import prompts
from empathy_assets.adapters.data_designer.budget import estimate, refuse_over_budget, tokens_of
from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings
from empathy_assets.adapters.data_designer.store import Reply, ReplyStore, reply_key
from empathy_assets_tests.engines.generating.test_plan import passages, plan

FREE = GenerationSettings(model="m", judge=False, price_prompt=0, price_completion=0)


@pytest.fixture(scope="module")
def asked() -> pl.DataFrame:
    return plan().with_columns(backend=pl.lit("llm"))


def test_embedded_rows_cost_nothing(tmp_path: Path) -> None:
    found = estimate(plan(), passages(), GenerationSettings(), tmp_path)
    assert (found.requests, found.cost) == (0, 0)
    assert found.by_kind["rows"].sum() == plan().height


def test_judging_doubles_the_requests_and_pairs_are_asked_once(asked: pl.DataFrame, tmp_path: Path) -> None:
    plain = estimate(asked, passages(), GenerationSettings(model="m", judge=False), tmp_path)
    judged = estimate(asked, passages(), GenerationSettings(model="m"), tmp_path)
    assert judged.requests == pytest.approx(2 * plain.requests, abs=len(plain.by_kind))
    assert judged.cost > plain.cost > 0
    bias = plain.by_kind.filter(pl.col("kind") == "bias").row(0, named=True)
    assert bias["asked"] * 2 == bias["rows"]
    assert estimate(asked, passages(), FREE, tmp_path).cost == 0


def test_replies_that_are_kept_are_not_counted(asked: pl.DataFrame, tmp_path: Path) -> None:
    rows = asked.filter(pl.col("kind") == "therapeutic").head(10)
    before = estimate(rows, passages(), FREE, tmp_path).by_kind.row(0, named=True)
    store = ReplyStore(tmp_path / "replies", "therapeutic", "m", prompts.prompt("therapeutic"))
    store.add([(reply_key(row), row["row_id"], Reply([], {})) for row in rows.head(4).iter_rows(named=True)])
    after = estimate(rows, passages(), FREE, tmp_path).by_kind.row(0, named=True)
    assert (after["cached"], after["asked"]) == (4, 6)
    assert after["prompt_tokens"] == pytest.approx(0.6 * before["prompt_tokens"], rel=0.01)


def test_a_passage_that_is_not_at_hand_is_counted_by_policy(asked: pl.DataFrame, tmp_path: Path) -> None:
    rows = asked.filter(pl.col("kind") == "grounded")
    unknown = estimate(rows, passages().clear(), FREE, tmp_path).by_kind["prompt_tokens"][0]
    assert unknown > estimate(rows.with_columns(passage_id=pl.lit("")), passages(), FREE, tmp_path).by_kind["prompt_tokens"][0]


def test_tokens_are_near_what_a_tokenizer_counts() -> None:
    from tokenizers import Tokenizer

    from empathy_assets.engines.scoring.bundle import weight_bytes
    from empathy_assets.engines.scoring.crisis import TOKENIZER_FILE

    tokenizer = Tokenizer.from_buffer(weight_bytes(TOKENIZER_FILE))
    tokenizer.no_truncation()
    text = prompts.prompt("nightmare") + prompts.prompt("judge")
    assert tokens_of(text) == pytest.approx(len(tokenizer.encode(text).ids), rel=0.15)


def test_above_the_budget_nothing_starts(asked: pl.DataFrame, tmp_path: Path) -> None:
    settings = GenerationSettings(model="m", budget=0.01)
    found = estimate(asked, passages(), settings, tmp_path)
    with pytest.raises(GenerationError, match=rf"{found.requests:,} requests .* the budget is 0\.01"):
        refuse_over_budget(found, settings)
    refuse_over_budget(found, GenerationSettings(budget=1e6))
    refuse_over_budget(found, GenerationSettings())
