"""A reader that has seen enough, as `head` has, ends a command silently."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from empathy_assets.console.pipes import READER_GONE, Piped
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import environment
from empathy_assets_tests.test_cli import COMMANDS


def unread(home: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run a command whose output nobody reads; return its exit code and what it said on standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    code = "import sys; from empathy_assets.cli import run; sys.argv[0] = 'empathy'; run()"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=home, env=environment(home, **variables), stdout=writing, stderr=subprocess.PIPE, text=True, timeout=120, check=False
    )
    os.close(writing)
    return done.returncode, done.stderr


def test_only_the_first_write_that_nobody_reads_ends_the_command() -> None:
    reading, writing = os.pipe()
    stream = Piped(writing, "w")
    assert stream.write(b"heard") == 5
    os.close(reading)
    with pytest.raises(SystemExit) as ended:
        stream.write(b"unheard")
    assert ended.value.code == READER_GONE
    assert stream.write(b"what was buffered") == 17
    stream.close()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_may_be_cut_short(command: str, tmp_path: Path) -> None:
    assert unread(tmp_path, command, "--help") == (READER_GONE, "")


@pytest.mark.parametrize(
    "arguments",
    [("releases",), ("explain", "--dropped", "--json"), ("verify", "next")],
    ids=" ".join,
)
def test_what_a_command_prints_may_be_cut_short(arguments: tuple[str, ...], built: Built, tmp_path: Path) -> None:
    code, said = unread(tmp_path, *arguments, EMPATHY_STORAGE=built.settings.storage)
    assert (code, said) == (READER_GONE, "")
