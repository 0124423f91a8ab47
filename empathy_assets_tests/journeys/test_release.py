"""A versioned release is final: the same bytes are a no-op, other bytes are refused with the version to bump."""

import shutil
from pathlib import Path

import pytest

from empathy_assets.adapters.settings import SAMPLE_LANDING
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import build, run

pytestmark = pytest.mark.slow

EXTRA = """A SMALL LAMP

by Orla Finch


Chapter 1. Grief

Grief after the death of a mother or a father comes in waves, and each wave is smaller than the fear of it. People who mourn often feel
guilty on the first day that they laugh again, as if missing somebody had to be proved. Loneliness grows when friends stop saying the name
of the person who died. Sleep is lighter in the first year of a loss, and most people find that it returns. Anger belongs to mourning as
much as sadness does. Talking about the dead keeps the love and loosens the pain. Shame over tears fades when somebody sits beside them.
Memory becomes a comfort once the funeral is no longer the only thing it shows. Nobody has to say goodbye all at once.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(SAMPLE_LANDING, folder / "landing")
    return folder


@pytest.fixture(scope="module")
def shared(home: Path, built: Built) -> dict[str, str]:
    return {"EMPATHY_LANDING": str(home / "landing"), "EMPATHY_CACHE": str(built.settings.cache_dir)}


def test_a_release_is_written_once(home: Path, shared: dict[str, str]) -> None:
    first = build(home, "--release", "v0.1.0", **shared)
    assert (first["success"], first["changed"]) == (True, True)
    again = build(home, "--release", "v0.1.0", **shared)
    assert (again["success"], again["changed"], again["merkle_root"]) == (True, False, first["merkle_root"])

    (home / "landing" / "books" / "a_small_lamp.txt").write_text(EXTRA)
    refused = build(home, "--release", "v0.1.0", expect=1, **shared)
    assert "--release v0.2.0" in " ".join(refused["errors"])
    assert "published and final" in " ".join(refused["errors"])
    assert "whole and unchanged" in run(home, "empathy", "verify", "v0.1.0")

    rolled = build(home, "--release", "next", **shared)
    assert rolled["success"]
    assert rolled["merkle_root"] != first["merkle_root"]
    shown = run(home, "empathy", "diff", "v0.1.0", "next")
    assert "added" in shown
