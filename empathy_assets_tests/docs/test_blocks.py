"""Every code block of the documentation: executed in a reader's clone, or parsed where it says why it cannot be.

The README's are executed by `test_readme`, those of production ground by `test_production`.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.docs.checks import commands, shows, syntax_error, unknown
from empathy_assets_tests.docs.clone import clone, continued, put, run
from empathy_assets_tests.docs.pages import LANGUAGES, PAGES, README, Block, blocks, continues

EXECUTED = [page for page in PAGES if any(block.executed or block.directive in ("file", "append") for block in blocks(page))]
ALL = [(page, block) for page in (*PAGES, README) for block in blocks(page)]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Callable[[Path], Path]:
    """Executes a page once per session and returns the folder as the page leaves it; what any build has certified and read is known."""
    top = tmp_path_factory.mktemp("docs")
    shutil.copytree(built.settings.cache_dir, top / "cache")
    done: dict[Path, Path] = {}

    def play(page: Path) -> Path:
        if page not in done:
            before = continues(page)
            target = top / page.stem
            home = continued(play(before), target) if before else clone(target)
            _play(page, home, top / "cache")
            done[page] = home
        return done[page]

    return play


def _play(page: Path, home: Path, cache: Path) -> None:
    printed = ""
    for block in blocks(page):
        if block.directive in ("file", "append"):
            put(home, block)
        elif block.executed:
            printed = run(home, block, cache)
        elif block.language == "text":
            assert shows(block.text, printed), f"{page.name}:{block.line} shows\n{block.text}\nbut this was printed\n{printed}"


@pytest.mark.slow
@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page: Path, played: Callable[[Path], Path]) -> None:
    played(page)


@pytest.mark.parametrize(("page", "block"), ALL, ids=[f"{page.stem}-{block.line}" for page, block in ALL])
def test_a_block_can_be_read_and_its_commands_exist(page: Path, block: Block) -> None:
    assert block.language in LANGUAGES
    assert syntax_error(block.language, block.text) == ""
    found = list(commands(block.text)) if block.language == "bash" else []
    assert [(words, word) for words in found if (word := unknown(words))] == []


def test_an_output_stands_directly_after_what_printed_it() -> None:
    for page in PAGES:
        before = None
        for block in blocks(page):
            if block.language == "text":
                assert before is not None and before.executed and block.follows, f"{page.name}:{block.line} is no command's output"
            before = block


def test_a_file_that_is_written_is_named_in_the_text_before_it() -> None:
    for page in PAGES:
        lines = page.read_text("utf-8").splitlines()
        for block in blocks(page):
            if block.directive in ("file", "append"):
                above = " ".join(lines[max(0, block.line - 6) : block.line - 2])
                assert f"`{block.argument}`" in above, f"{page.name}:{block.line} does not tell that it goes to {block.argument}"
