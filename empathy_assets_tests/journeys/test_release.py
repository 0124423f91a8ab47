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


Chapter 1. Light

A small lamp does not argue with the dark; it makes one corner usable and lets the rest of the room wait. People who are tired
of being advised often lean towards such corners without knowing why. If you keep the wick short and the hour unhurried, they will
tell you which part of the dark they came from. The telling is not a performance, and it does not need applause or a plan. It needs
somebody who notices when the voice grows thin and who says so kindly. After that the next step is usually small enough to be taken.
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
