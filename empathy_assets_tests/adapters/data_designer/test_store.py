"""The reply store: what was paid for is found again by its row, whatever else changed."""

from pathlib import Path

import polars as pl

from empathy_assets.adapters.data_designer.store import Reply, ReplyStore, reply_key
from empathy_assets_tests.engines.generating.test_plan import plan

TURNS = [{"role": "user", "content": "It rained."}, {"role": "assistant", "content": "And you stood in it."}]


def test_replies_are_found_again(tmp_path: Path) -> None:
    store = ReplyStore(tmp_path, "therapeutic", "m", "prompt")
    store.add([("a", "row-a", Reply(TURNS, {"safety": "safe"}))])
    store.add([("b", "row-b", Reply(TURNS, {}))])
    store.add([])
    assert store.load() == {"a": Reply(TURNS, {"safety": "safe"}), "b": Reply(TURNS, {})}
    assert ReplyStore(tmp_path, "therapeutic", "m", "other prompt").load() == {}
    assert ReplyStore(tmp_path, "therapeutic", "other model", "prompt").load() == {}


def test_a_damaged_file_costs_its_own_replies_only(tmp_path: Path) -> None:
    store = ReplyStore(tmp_path, "bias", "m", "p")
    store.add([("a", "row-a", Reply(TURNS, {}))])
    store.add([("b", "row-b", Reply(TURNS, {}))])
    next(tmp_path.rglob("*.parquet")).write_bytes(b"PAR1 broken")
    assert len(store.load()) == 1


def test_the_key_is_the_rows_whoever_writes_it() -> None:
    row, other = plan().filter(pl.col("kind") == "grounded").head(2).iter_rows(named=True)
    assert reply_key(row) == reply_key({**row, "backend": "llm"})
    assert len({reply_key(row), reply_key(other), reply_key({**row, "passage_id": "p-other"})}) == 3


def test_members_of_a_pair_share_a_key() -> None:
    a, b, c = plan().filter(pl.col("kind") == "bias").head(3).iter_rows(named=True)
    assert reply_key(a) == reply_key(b) != reply_key(c)
