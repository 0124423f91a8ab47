"""Someone who has never seen the project lands a book, finds its sentences in the package, and sees what could not be used."""

import json
from pathlib import Path

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import build, records, run

pytestmark = pytest.mark.slow

BOOK = """THE QUIET KETTLE

by Nell Arrowsmith


Chapter 1. Waiting

{first}

{second}
"""
FIRST = " ".join(
    [
        "A kettle that is watched teaches patience to the person who watches it, and patience is most of what listening asks.",
        "When a friend falls silent at the table, the silence is seldom empty; it is where the next true sentence is being made.",
        "People who have been hurried all their lives often need a room in which nobody reaches for the clock.",
        "You can offer that room by slowing your own breath and letting the first answer pass without reply.",
        "The second answer, the one that comes after the pause, is usually the one that was meant.",
    ]
)
SECOND = " ".join(
    [
        "Grief behaves like weather in a small valley, arriving from behind the hill and leaving when it has rained enough.",
        "Nobody is weak because it rains on them, and nobody is strong because they happen to be standing under a roof.",
        "What helps is company that does not mind getting wet, and a promise to sit on the same step tomorrow.",
        "A shared task, such as peeling apples, lets the hands stay busy while the heart finds its words.",
        "By the end of the bowl there is often one sentence on the table that was not there before.",
    ]
)
RIGHTS = """
["books/*"]
licence = "CC-BY-4.0"
origin = "written for a test"
holder = "a tester"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    books = folder / "landing" / "books"
    books.mkdir(parents=True)
    (books / "quiet_kettle.txt").write_text(BOOK.format(first=FIRST, second=SECOND))
    (books / "torn.pdf").write_bytes(b"%PDF-1.7 torn in two")
    (books / "torn.epub").write_bytes(b"PK\x03\x04 not really")
    (folder / "landing" / "rights.toml").write_text(RIGHTS)
    (folder / "landing" / "transcripts").mkdir()
    (folder / "landing" / "transcripts" / "undeclared.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:04.000\nNobody said who owns this talk.\n"
    )
    return folder


@pytest.fixture(scope="module")
def facts(home: Path, built: Built) -> dict:
    return build(home, EMPATHY_LANDING=str(home / "landing"), EMPATHY_CACHE=str(built.settings.cache_dir))


def test_the_run_finishes_and_the_book_is_in_the_package_with_its_place(facts: dict, home: Path) -> None:
    assert facts["success"]
    cited = [r for r in records(home) if r["metadata"]["provenance"]["file"] == "books/quiet_kettle.txt"]
    assert cited
    origin = cited[0]["metadata"]["provenance"]
    assert origin["unit"] == "paragraph"
    assert origin["start"] >= 1
    assert cited[0]["metadata"]["licence"] == "CC-BY-4.0"
    said = " ".join(turn["content"].lower() for record in cited for turn in record["messages"] if turn["role"] == "assistant")
    assert any(
        phrase in said for phrase in ("that is watched", "seldom empty", "nobody reaches", "second answer", "weather in a small valley")
    )


def test_what_could_not_be_used_is_counted_and_explained(facts: dict) -> None:
    reasons = {(row["source"], row["example"]): row["reason"] for row in facts["rejects"]}
    assert {source for source, _ in reasons} == {"books", "transcripts"}
    assert reasons["transcripts", "transcripts/undeclared.vtt"] == "undeclared-rights"
    assert sum(row["count"] for row in facts["rejects"] if row["source"] == "books") == 2


def test_a_record_s_life_can_be_told(facts: dict, home: Path) -> None:
    record = next(r for r in records(home) if r["metadata"]["provenance"]["file"] == "books/quiet_kettle.txt")
    told = json.loads(run(home, "empathy", "explain", record["metadata"]["id"], "--json"))
    assert told[0]["provenance"]["file"] == "books/quiet_kettle.txt"
    assert {v["gate"] for v in told[0]["verdicts"]} >= {"ears", "licence", "composition"}
    assert told[0]["split"] == record["metadata"]["split"]
    assert "quiet_kettle" in run(home, "empathy", "explain", record["metadata"]["id"])


def test_the_readers_can_be_tried_alone(home: Path) -> None:
    out = home / "out"
    shown = run(home, "empathy", "read", "landing/books", "--out", str(out))
    assert "quiet_kettle.txt" in shown
    lines = [json.loads(line) for line in (out / "records.jsonl").read_text().splitlines()]
    assert lines[0]["provenance"]["licence" if "licence" in lines[0]["provenance"] else "file"].endswith("quiet_kettle.txt")
    assert len((out / "rejects.jsonl").read_text().splitlines()) == 2
