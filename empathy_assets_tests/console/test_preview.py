"""The preview: whole conversations of the build's own plan, with what a reader needs to judge them."""

from io import StringIO
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.planned import Planned
from empathy_assets.console.preview import preview, print_preview
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets_tests.adapters.data_designer.server import KEY, KEY_ENV, Model, serving
from empathy_assets_tests.console.conftest import Small


@pytest.fixture(autouse=True)
def _planned_once(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(settings: Settings, console: Console) -> Planned:
        plan = small.planned.plan.with_columns(backend=pl.lit(settings.backend))
        return Planned(plan, small.planned.passages)

    monkeypatch.setattr("empathy_assets.console.preview.planned", known)


def facts(small: Small, kind: str, count: int, **given: Any) -> dict[str, Any]:
    return preview(kind, count, small.settings.model_copy(update=given), Console(quiet=True))


def shown(found: dict[str, Any]) -> str:
    out = StringIO()
    print_preview(found, Console(file=out, width=100))
    return out.getvalue()


def test_conversations_are_those_of_the_plan(small: Small) -> None:
    found = facts(small, "grounded", 2)
    rows = {row["row_id"]: row for row in small.planned.plan.to_dicts()}
    assert len(found["conversations"]) == 2
    written = write(small.planned.plan, small.planned.passages)
    turns = dict(written.select(pl.col("provenance").struct.field("plan_row_id"), "turns").iter_rows())
    for one in found["conversations"]:
        row_id = one["row"]["row_id"]
        assert one["turns"] == turns[row_id]
        assert one["row"]["passage_id"] == rows[row_id]["passage_id"]
        assert 0 <= one["ears"] <= 1
        assert 0 <= one["crisis"] <= 1
        assert one["groundedness"] is not None
    text, last = shown(found), found["conversations"][-1]["row"]["row_id"]
    assert all(words in text for words in ("EARS", "crisis", "grounded", "client", "counsellor", last))


def test_pairs_come_whole(small: Small) -> None:
    found = facts(small, "bias", 5)
    pairs = [one["row"]["pair_id"] for one in found["conversations"]]
    assert len(pairs) == 4
    assert all(pairs.count(pair) == 2 for pair in pairs)


def test_a_model_is_previewed_with_its_own_verdict(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    with serving(Model()) as model:
        given = {"backend": "llm", "llm_endpoint": model.url, "llm_model": "m", "llm_key_env": KEY_ENV}
        found = facts(small, "nightmare", 2, **given)
        facts(small, "nightmare", 2, **given)
        assert sum(model.asked.values()) == 2
    assert {one["backend"] for one in found["conversations"]} == {"llm:m"}
    assert found["conversations"][0]["verdict"]["safety"] == "safe"
    assert "model's verdict: EARS 4" in shown(found)


def test_rows_the_model_did_not_write_are_told(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    with serving(Model(lambda number, what: "500")) as model:
        given = {"backend": "llm", "llm_endpoint": model.url, "llm_model": "other", "llm_key_env": KEY_ENV}
        text = shown(facts(small, "reasoning", 1, **given))
    assert "filled" in text
    assert "http 500" in text


def test_an_unknown_kind_is_refused(small: Small) -> None:
    with pytest.raises(ValueError, match="kind 'opera' is unknown"):
        facts(small, "opera", 1)


def test_a_kind_the_plan_lacks_is_told(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Planned(small.planned.plan.filter(pl.col("kind") != "grounded"), small.planned.passages)
    monkeypatch.setattr("empathy_assets.console.preview.planned", lambda settings, console: bare)
    with pytest.raises(ValueError, match="the plan has no grounded row"):
        facts(small, "grounded", 1)
