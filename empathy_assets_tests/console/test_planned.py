"""The plan of a build without the build."""

from pathlib import Path

import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.planned import PlanningError, planned
from empathy_assets.engines.generating.banks import KINDS
from empathy_assets_tests.console.conftest import Small


def test_the_plan_is_that_of_the_samples_and_nothing_is_stored(small: Small) -> None:
    found = small.planned
    assert set(found.plan["kind"]) == set(KINDS)
    assert set(found.plan["passage_id"]) - {""} <= set(found.passages["id"])
    stored = [path for path in small.settings.cache_dir.parent.iterdir() if path != small.settings.cache_dir]
    assert stored == []


def test_the_seed_decides(small: Small) -> None:
    again = planned(small.settings, Console(quiet=True))
    assert again.plan.equals(small.planned.plan)
    other = planned(small.settings.model_copy(update={"seed": 7}), Console(quiet=True))
    assert not other.plan.equals(small.planned.plan)


def test_a_source_that_fails_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file where a folder should be")
    with pytest.raises(PlanningError, match="failed"):
        planned(Settings(storage=str(tmp_path / "data"), cache=str(blocked), scale=0.005), Console(quiet=True))
