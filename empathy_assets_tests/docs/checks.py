"""What can be said of a block without running it: its syntax, whether the commands in it exist with these options, how outputs compare."""

import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

_MASKS = (
    (re.compile(r"\b([pcwg])-[0-9a-f]{8,}"), r"\1-ID"),
    (re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,}\b"), "ID"),
    (re.compile(r"\d+(?:[.,:]\d+)*"), "N"),
    (re.compile(r"[─━┄]+"), "─"),
    (re.compile(r"[ \t]+"), " "),
)
_ELLIPSIS = "..."


def masked(text: str) -> list[str]:
    """Return the lines of an output without numbers, ids, times and widths; blank lines left out."""
    for pattern, stands_for in _MASKS:
        text = pattern.sub(stands_for, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def shows(expected: str, printed: str) -> bool:
    """Return whether an output is what the page shows; a line `...` stands for any lines."""
    pattern = "\n".join(r"(?:.*\n)*?.*" if line == _ELLIPSIS else re.escape(line) for line in masked(expected))
    return re.fullmatch(pattern, "\n".join(masked(printed))) is not None


def syntax_error(language: str, text: str) -> str:
    """Return what is wrong with the syntax of a block, empty if nothing is."""
    try:
        if language == "bash":
            done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
            return done.stderr
        if language == "python":
            compile(text, "<page>", "exec")
        elif language == "toml":
            tomllib.loads(text)
        elif language == "json":
            json.loads(text)
        elif language == "yaml":
            import yaml

            list(yaml.safe_load_all(text))
    except (SyntaxError, ValueError) as error:
        return str(error)
    except Exception as error:  # yaml has errors of its own
        return f"{type(error).__name__}: {error}"
    return ""


@cache
def _tools() -> dict[str, Any]:
    import typer
    from dagster._cli import create_dagster_cli
    from dagster._daemon.cli import create_dagster_daemon_cli
    from dagster_webserver.cli import create_dagster_webserver_cli

    from empathy_assets.cli import app

    return {
        "empathy": typer.main.get_command(app),
        "dagster": create_dagster_cli(),
        "dagster-daemon": create_dagster_daemon_cli(),
        "dagster-webserver": create_dagster_webserver_cli(),
    }


def commands(text: str) -> Iterator[list[str]]:
    """Yield the commands of our tools in a bash block, as words, with everything before the tool's name left out."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"\s(?:&&|\|\||\||;|&)(?:\s|$)", line):
            try:
                words = shlex.split(part, comments=True)
            except ValueError:  # one line of a quotation over several
                continue
            at = next((i for i, word in enumerate(words) if word in _tools()), None)
            if at is not None and not any(word.startswith(("git", "pip", "cat", "ls")) for word in words[:at]):
                yield words[at:]


def unknown(words: list[str]) -> str:
    """Return the first word of a command that its tool does not know, empty if it knows all."""
    command = _tools()[words[0]]
    rest = words[1:]
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return rest[0]
        command, rest = command.commands[rest[0]], rest[1:]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help", "-h"}
    return next((word for word in rest if word.startswith("-") and word != "-" and word.split("=")[0] not in options), "")
