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


Chapter 2. Sleep

Sleep comes more easily to people who get up at the same hour, whatever the night was like. Worry is loudest between two and four in the
morning, when the body is coldest and nobody answers. Lying awake is not a failure of will, and trying harder to sleep keeps most people
awake. Writing a worry down before bed takes some of its weight, because the mind no longer has to hold it. Exhausted people feel more
alone than they are. A short walk in daylight helps the next night more than a long rest in the afternoon does.


Chapter 3. Work and stress

Stress at work grows where people answer for what they cannot change. Exhausted helpers often notice it first in their patience at home.
Rest that is earned only by finishing never comes, because work is never finished. People under pressure breathe high in the chest, and a
slow breath out is the cheapest help there is. Saying no to one task is easier than saying no to a person. Burnout is slow to come and slow
to leave, and shame about it makes it slower.


Chapter 4. Anger and shame

Anger tells a person that a line was crossed, and shame tells them that they are the one who is wrong. Children who were shamed for their
anger often turn it against themselves as adults. Naming the feeling aloud makes it smaller for most people. Guilt looks at what was done,
shame looks at the one who did it. An apology helps the one who gives it as much as the one who hears it. Families that quarrel and mend
teach more about love than families that never quarrel.


Chapter 5. Loneliness and family

Loneliness is not the number of people in a room, it is the number of things that nobody there may know. A mother who is tired and a
daughter who is silent often wait for the same word. Marriage suffers most in the years when both are needed everywhere else. Friends are
lost by small silences, and found again by small questions. Parents of young children feel alone in a crowd of duties. Asking for company
is harder than asking for help, and it heals more.
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
