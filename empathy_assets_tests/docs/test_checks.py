"""The checks themselves: a page that is wrong must be found wrong."""

from pathlib import Path

import pytest

from empathy_assets_tests.docs.checks import commands, shows, syntax_error, unknown
from empathy_assets_tests.docs.pages import blocks


@pytest.mark.parametrize(
    ("language", "text"),
    [("bash", "if true"), ("python", "def"), ("toml", "a ="), ("yaml", "a: [1"), ("json", "{")],
)
def test_broken_syntax_is_found(language: str, text: str) -> None:
    assert syntax_error(language, text)


def test_commands_are_found_and_tried_against_their_help() -> None:
    text = "EMPATHY_SCALE=1 uv run empathy build \\\n  --release next && empathy s3 --verify\ndagster asset materialise\n"
    found = list(commands(text))
    assert [words[0] for words in found] == ["empathy", "empathy", "dagster"]
    assert [unknown(words) for words in found] == ["", "--verify", "materialise"]


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("12 rows in 0.5 s", "7,301 rows in 11.25 s", True),
        ("root 30d847ef2fdf7ca5", "root 07cdd9ac8e072222", True),
        ("a\n...\nz", "a\nb\nc\nz", True),
        ("a\n...\nz", "a\nz\nb", False),
        ("3 kept", "3 dropped", False),
    ],
)
def test_outputs_are_compared_without_what_changes_from_run_to_run(expected: str, printed: str, same: bool) -> None:
    assert shows(expected, printed) is same


def test_blocks_know_their_directive_and_what_they_follow(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Words.\n\n```bash\necho a\n```\n```text\na\n```\n\nIn `a.toml`:\n<!-- file: a.toml -->\n```toml\nb = 1\n```\n")
    found = blocks(page)
    assert [(b.language, b.directive, b.argument, b.follows, b.executed) for b in found] == [
        ("bash", "", "", False, True),
        ("text", "", "", True, False),
        ("toml", "file", "a.toml", False, False),
    ]
