"""The README, from top to bottom, by somebody who has never seen the project: every block is executed in a clone, in order.

At the end a sentence of the landed book stands in the package with the page it was read from.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from empathy_assets.adapters.settings import SAMPLE_LANDING
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.docs.clone import clone, put, run, with_uv
from empathy_assets_tests.docs.pages import README, ROOT, Block, blocks
from empathy_assets_tests.faults.builds import rows
from empathy_assets_tests.journeys.commands import SCALE

pytestmark = pytest.mark.slow

MAIN = "python3 -m pip install uv && python3 -m uv run empathy build"
TESTS = "python3 -m pip install uv && python3 -m uv run pytest -n auto --dist loadfile"
STOCK = ("uv run dagster asset materialize", "uv run dg launch")
UI = "uv run dg dev"
NOT_RUN_HERE = {
    MAIN: "twenty minutes at full size; the same command is run at a small one by journeys/test_build.py",
    TESTS: "these tests themselves; .ci/run starts with this line on a fresh machine",
    UI: "serves until it is stopped: browser/test_ui.py starts it, looks at its pages and ends it",
}
SHOWN = ("mermaid", "")  # a picture and a list of folders
BOOK = SAMPLE_LANDING / "books" / "the_steady_companion.pdf"
QUOTE = re.compile(r"^(?P<sentence>.+) \[The Steady Companion, .*?p\. (?P<first>\d+)(?:-(?P<last>\d+))?, para")


def commands(block: Block) -> list[str]:
    return [line.split("  #")[0].strip() for line in block.text.splitlines()]


def without_servers(block: Block) -> Block:
    kept = [line for line in block.text.splitlines() if line.split("  #")[0].strip() not in NOT_RUN_HERE]
    return replace(block, text="\n".join(kept))


@pytest.fixture(scope="module")
def variables(built: Built) -> dict[str, str]:
    """A reader with `uv`, for whom the release has 300 conversations wherever the README does not say a scale."""
    return {**with_uv(), "EMPATHY_SCALE": SCALE}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("readme") / "empathy_assets")


@dataclass(frozen=True)
class Step:
    """An executed block: what it printed, how many packages had been published after it, and the files of `next` then, name -> SHA-256."""

    block: Block
    printed: str
    published: int
    files: dict[str, str]


@pytest.fixture(scope="module")
def steps(home: Path, built: Built, variables: dict[str, str]) -> list[Step]:
    """The executed blocks, in order."""
    done: list[Step] = []
    for block in blocks(README):
        if block.directive in ("file", "append"):
            put(home, block)
        elif block.executed:
            printed = run(home, without_servers(block), built.settings.cache_dir, **variables)
            published = rows(home / "data" / "catalogue.sqlite", "SELECT merkle_root FROM empathy_releases")
            done.append(Step(block, printed, len(published), packed(home / "data")))
    return done


def packed(storage: Path) -> dict[str, str]:
    """Return the files of the package `next` with their hashes; none while there is no package.

    Without the lock, which names the commit: a clone made by copying has none.
    """
    manifest = storage / "releases" / "next" / "manifest.json"
    files = json.loads(manifest.read_text("utf-8"))["files"] if manifest.exists() else []
    return {file["name"]: file["sha256"] for file in files if file["name"] != "config_lock.json"}


def test_every_block_is_executed_written_or_only_shown() -> None:
    for block in blocks(README):
        assert block.executed or block.directive in ("file", "append") or block.language in SHOWN, f"README.md:{block.line} is not executed"
    every = [command for block in blocks(README) for command in commands(block)]
    assert [command for command in NOT_RUN_HERE if command not in every] == []


def test_the_two_commands_are_those_of_ci_and_of_the_journeys() -> None:
    assert TESTS in [line.replace("--quiet --disable-pip-version-check ", "") for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    assert commands(blocks(README)[0]) == [MAIN, TESTS]


def test_the_readme_can_be_followed_from_top_to_bottom(steps: list[Step], home: Path) -> None:
    said = "\n".join(step.printed for step in steps)
    assert "published data/releases/next" in said
    assert "next: whole and unchanged" in said
    assert "certificate holds" in said
    assert (home / "data" / "releases" / "v0.1.0" / "manifest.json").exists()
    assert '"crisis"' in (home / "out.jsonl").read_text("utf-8")
    assert not re.search(r"Traceback|Warning\b", said)


def test_stock_dagster_builds_the_same_bytes_as_the_command(steps: list[Step], built: Built) -> None:
    """Once by each of its two ways: a package of other bytes would have a row of its own in the catalogue."""
    after = next(step for step in steps if all(command in step.block.text for command in STOCK))
    assert after.published == 1
    assert {"train.jsonl", "verdicts.parquet", "certificate.json"} <= set(after.files)
    assert after.files == packed(Path(built.settings.storage))


def test_a_sentence_of_the_landed_book_is_in_the_package_with_its_page(steps: list[Step]) -> None:
    import pypdfium2

    printed = next(step.printed for step in steps if step.block.language == "python")
    quotes = [found for line in printed.splitlines() if (found := QUOTE.match(line))]
    assert quotes, printed
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(BOOK)]
    for quote in quotes:
        first, last = int(quote["first"]), int(quote["last"] or quote["first"])
        text = " ".join(pages[first - 1 : last])
        assert quote["sentence"].rstrip(".") in re.sub(r"- (?=[a-z])", "", text), quote[0]


def test_what_became_of_the_book_is_told_with_page_and_split(steps: list[Step]) -> None:
    told = next(step.printed for step in steps if "books/the_steady_companion.pdf" in step.printed)
    assert re.search(r"source +grounded_conversations +books/the_steady_companion\.pdf ch\. \d.*p\. \d+", told)
    assert re.search(r"split +(train|val|test)", told)
