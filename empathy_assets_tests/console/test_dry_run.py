"""The dry run: figures per kind and in all, and how they stand with the budget."""

from io import StringIO
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.dry_run import dry_run, print_dry_run
from empathy_assets.console.planned import Planned
from empathy_assets_tests.console.conftest import Small

LLM = {"backend": "llm", "llm_endpoint": "http://localhost:1/v1", "llm_model": "m"}


@pytest.fixture(autouse=True)
def _planned_once(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(settings: Settings, console: Console) -> Planned:
        plan = small.planned.plan.with_columns(backend=pl.lit(settings.backend))
        return Planned(plan, small.planned.passages)

    monkeypatch.setattr("empathy_assets.console.dry_run.planned", known)


def facts(small: Small, **given: Any) -> dict[str, Any]:
    return dry_run(small.settings.model_copy(update=given), Console(quiet=True))


def shown(found: dict[str, Any]) -> str:
    out = StringIO()
    print_dry_run(found, Console(file=out, width=80))
    return out.getvalue()


def test_the_embedded_generator_costs_nothing(small: Small) -> None:
    found = facts(small)
    assert found["total"]["rows"] == found["total"]["embedded"] == small.planned.plan.height
    assert (found["total"]["requests"], found["total"]["cost"]) == (0, 0)
    assert "EMPATHY_BACKEND=llm" in shown(found)


def test_a_model_is_estimated_per_kind(small: Small) -> None:
    found = facts(small, **LLM)
    assert {row["kind"] for row in found["kinds"]} == set(small.planned.plan["kind"])
    assert found["total"]["cost"] == pytest.approx(sum(row["cost"] for row in found["kinds"]))
    assert found["total"]["requests"] > found["total"]["asked"] > 0
    text = shown(found)
    assert all(words in text for words in ("therapeutic", "grounded", "all", "no budget is set", "m at http://localhost:1/v1"))
    assert "…" not in text, "nothing is cut on a terminal of 80 columns"


@pytest.mark.parametrize(("budget", "within"), [(0.01, False), (1e6, True)])
def test_the_budget_is_held_against_it(small: Small, budget: float, within: bool) -> None:
    found = facts(small, **LLM, llm_budget=budget)
    assert found["within_budget"] is within
    assert ("would refuse to start" in shown(found)) is not within
