"""The security commands of `.ci/run` find what they are there for, and take a reason given on the spot."""

import subprocess
from pathlib import Path

import pytest

from empathy_assets_tests.docs.pages import ROOT
from empathy_assets_tests.journeys.commands import environment

KEY = "AKIA" + "QW3RTZUI0PASDFGH"  # of nobody
ALLOWED = "# pragma: allowlist nextline " + "secret - of nobody\n"
BANDIT = ("bandit", "--configfile", str(ROOT / "pyproject.toml"), "--quiet")


def code(home: Path, *command: str) -> int:
    return subprocess.run(command, cwd=home, env=environment(home), capture_output=True, timeout=120, check=False).returncode


@pytest.mark.parametrize(
    ("text", "expected"),
    [(f'key = "{KEY}"\n', 1), (f'{ALLOWED}key = "{KEY}"\n', 0), ("key = os.environ['KEY']\n", 0)],
    ids=["planted", "with its reason", "from the environment"],
)
def test_a_secret_in_a_file_is_found(text: str, expected: int, tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text(text)
    assert code(tmp_path, "bash", str(ROOT / ".ci" / "secrets"), "settings.py") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("subprocess.run(input(), shell=True)", 1),
        ("subprocess.run(['git'])  # nosec B603 B607  # fixed", 0),
        ("random.random()", 0),
    ],
)
def test_a_dangerous_call_is_found(line: str, expected: int, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(f"import random\nimport subprocess\n\n{line}\n")
    assert code(tmp_path, *BANDIT, "module.py") == expected
