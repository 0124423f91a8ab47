"""Tests of the command line's surface: help, one-line errors, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from empathy_assets import cli
from empathy_assets_tests.conftest import Built

COMMANDS = ["build", "preview", "read", "score", "certify", "explain", "verify", "diff", "releases", "audit", "s3"]
LOOKED_AT = """
import atexit, gc, sys
from empathy_assets.cli import run
atexit.register(lambda: print(gc.get_freeze_count()))
sys.argv = ["empathy", "--help"]
run()
"""


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    return CliRunner()


@pytest.fixture
def configured(built: Built, monkeypatch: pytest.MonkeyPatch) -> Built:
    monkeypatch.setenv("EMPATHY_STORAGE", built.settings.storage)
    return built


def test_help_names_every_command(runner: CliRunner) -> None:
    shown = runner.invoke(cli.app, ["--help"])
    assert shown.exit_code == 0
    assert all(command in shown.output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, runner: CliRunner) -> None:
    assert runner.invoke(cli.app, [command, "--help"]).exit_code == 0


def test_a_command_is_not_searched_for_garbage_as_it_ends() -> None:
    done = subprocess.run([sys.executable, "-c", LOOKED_AT], capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) > 10_000


def test_verify_exits_with_one_when_a_byte_changed(configured: Built, runner: CliRunner, tmp_path: Path) -> None:
    good = Path(configured.settings.storage) / "releases" / "next"
    assert runner.invoke(cli.app, ["verify", str(good)]).exit_code == 0
    bad = tmp_path / "bad"
    bad.mkdir()
    for file in good.iterdir():
        (bad / file.name).write_bytes(file.read_bytes() + (b" " if file.name == "val.jsonl" else b""))
    shown = runner.invoke(cli.app, ["verify", str(bad), "--json"])
    assert shown.exit_code == 1
    assert any("val.jsonl" in problem for problem in json.loads(shown.output)["problems"])


def test_explain_samples_what_was_dropped(configured: Built, runner: CliRunner) -> None:
    shown = runner.invoke(cli.app, ["explain", "--dropped", "--reason", "surplus", "--sample", "2", "--json"])
    rows = json.loads(shown.output)
    assert len(rows) == 2
    assert all("surplus" in row["reason"] for row in rows)
    assert "surplus" in runner.invoke(cli.app, ["explain", "--dropped", "--reason", "surplus"]).output


def test_explain_finds_a_record_by_its_words(configured: Built, runner: CliRunner) -> None:
    words = configured.table("persona", "next")["turns"][0][0]["content"][:60]
    told = json.loads(runner.invoke(cli.app, ["explain", words, "--json"]).output)
    assert words in told[0]["turns"][0]["content"]
    missing = runner.invoke(cli.app, ["explain", "nobody ever wrote these seven words"])
    assert "nothing in release next" in str(missing.exception)


def test_a_dry_run_counts_and_builds_nothing(runner: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMPATHY_BACKEND", "llm")
    shown = runner.invoke(cli.app, ["build", "--dry-run", "--scale", "0.005", "--json"])
    facts = json.loads(shown.stdout)
    assert shown.exit_code == 0
    assert facts["total"]["requests"] > 0
    assert not (tmp_path / "data" / "releases").exists()
    monkeypatch.setenv("EMPATHY_LLM_BUDGET", "0.01")
    over = runner.invoke(cli.app, ["build", "--dry-run"])
    assert over.exit_code == 1
    assert "above the budget" in over.output


def test_preview_shows_whole_conversations(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_SCALE", "0.005")
    arguments = ["preview", "therapeutic", "-n", "2", "--backend", "embedded", "--seed", "7"]
    facts = json.loads(runner.invoke(cli.app, [*arguments, "--json"]).stdout)
    assert len(facts["conversations"]) == 2
    assert facts["conversations"][0]["turns"][0]["content"].split()[0] in runner.invoke(cli.app, arguments).output


def test_score_judges_texts_pairs_and_dialogues_and_keeps_bad_rows(runner: CliRunner, tmp_path: Path) -> None:
    rows = [
        {"id": "t", "text": "I keep thinking everyone would be better off if I were gone."},
        {"id": "r", "context": [{"role": "user", "content": "My dog died."}], "response": "I'm so sorry. You miss him a great deal."},
        {"id": "m", "messages": [{"role": "user", "content": "Work is dull."}, {"role": "assistant", "content": "It sounds flat."}]},
        {"id": "x"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\nnot json\n")
    assert runner.invoke(cli.app, ["score", "in.jsonl", "out.jsonl"]).exit_code == 0
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row.get("id") for row in found][:4] == ["t", "r", "m", "x"]
    assert found[0]["crisis"]["flagged"] is True
    assert "ears" not in found[0]
    assert set(found[1]["ears"]) >= {"empathize", "acknowledge", "reflect", "support", "overall", "evidence"}
    assert "error" in found[3]
    assert "error" in found[4]


def test_certify_prints_the_certificate(runner: CliRunner) -> None:
    shown = runner.invoke(cli.app, ["certify", "--json"])
    assert json.loads(shown.output)["sensitivity_lower"] > 0.95
    assert "sensitivity" in runner.invoke(cli.app, ["certify"]).output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_speaks_to_scripts(command: str, runner: CliRunner) -> None:
    assert "--json" in runner.invoke(cli.app, [command, "--help"], env={"COLUMNS": "200"}).output


def refused(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Return the exit code and the one line that the command line ends with."""
    monkeypatch.setattr("sys.argv", ["empathy", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.run()
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert shown.count("\n") == 1
    return stopped.value.code, shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bild"], "No such command 'bild'"),
        (["read", "nowhere", "--out", "o"], "does not exist"),
        (["read"], "Missing argument"),
        (["build", "--scal", "1"], "No such option"),
        (["preview", "bias", "-n", "0"], "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_asked_so_is_one_line_that_leads_to_the_help(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, shown = refused(arguments, monkeypatch, capsys)
    assert code == 2
    assert message in shown
    assert "--help." in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--release", "v9.9.9"], "is unknown; releases.toml has"),
        (["explain"], "nothing to explain"),
        (["preview", "opera"], "kind 'opera' is unknown"),
        (["read", ".", "--out", "o", "--kind", "film"], "--kind 'film'"),
    ],
)
def test_an_expected_error_is_one_line_and_exit_code_one(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, shown = refused(arguments, monkeypatch, capsys)
    assert code == 1
    assert message in shown
