"""The README, from top to bottom, by somebody who has never seen the project: every block is executed in a clone, in order.

At the end a sentence of the landed book stands in the package with the page it was read from.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from empathy_assets.adapters.settings import SAMPLE_LANDING
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.docs.clone import clone, put, run, with_uv
from empathy_assets_tests.docs.pages import README, ROOT, Block, blocks
from empathy_assets_tests.journeys.commands import SCALE

pytestmark = pytest.mark.slow

MAIN = "python3 -m pip install uv && python3 -m uv run empathy build"
TESTS = "python3 -m pip install uv && python3 -m uv run pytest -n 2 --dist loadfile"
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


@pytest.fixture(scope="module")
def printed(home: Path, built: Built, variables: dict[str, str]) -> dict[int, str]:
    """What each block printed, by its place among all; the blocks were executed in order."""
    found: dict[int, str] = {}
    for place, block in enumerate(blocks(README)):
        if block.directive in ("file", "append"):
            put(home, block)
        elif block.executed:
            found[place] = run(home, without_servers(block), built.settings.cache_dir, **variables)
    return found


def test_every_block_is_executed_written_or_only_shown() -> None:
    for block in blocks(README):
        assert block.executed or block.directive in ("file", "append") or block.language in SHOWN, f"README.md:{block.line} is not executed"
    every = [command for block in blocks(README) for command in commands(block)]
    assert [command for command in NOT_RUN_HERE if command not in every] == []


def test_the_two_commands_are_those_of_ci_and_of_the_journeys() -> None:
    assert TESTS in [line.replace("--quiet --disable-pip-version-check ", "") for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    assert commands(blocks(README)[0]) == [MAIN, TESTS]


def test_the_readme_can_be_followed_from_top_to_bottom(printed: dict[int, str], home: Path) -> None:
    said = "\n".join(printed.values())
    assert "published data/releases/next" in said
    assert "next: whole and unchanged" in said
    assert "certificate holds" in said
    assert (home / "data" / "releases" / "v0.1.0" / "manifest.json").exists()
    assert '"crisis"' in (home / "out.jsonl").read_text("utf-8")
    assert not re.search(r"Traceback|Warning\b", said)


def test_a_sentence_of_the_landed_book_is_in_the_package_with_its_page(printed: dict[int, str]) -> None:
    import pypdfium2

    place = next(n for n, block in enumerate(blocks(README)) if block.language == "python")
    quotes = [found for line in printed[place].splitlines() if (found := QUOTE.match(line))]
    assert quotes, printed[place]
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(BOOK)]
    for quote in quotes:
        first, last = int(quote["first"]), int(quote["last"] or quote["first"])
        text = " ".join(pages[first - 1 : last])
        assert quote["sentence"].rstrip(".") in re.sub(r"- (?=[a-z])", "", text), quote[0]


def test_what_became_of_the_book_is_told_with_page_and_split(printed: dict[int, str]) -> None:
    told = next(text for text in printed.values() if "books/the_steady_companion.pdf" in text)
    assert re.search(r"source +grounded_conversations +books/the_steady_companion\.pdf ch\. \d.*p\. \d+", told)
    assert re.search(r"split +(train|val|test)", told)
