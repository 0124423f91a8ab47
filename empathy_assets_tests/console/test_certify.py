"""Tests of `console/certify`: what `empathy certify` prints, and how it refuses a benchmark."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from empathy_assets import cli
from empathy_assets.console.certify import print_certificate
from empathy_assets.engines.certifying.measure import measure
from empathy_assets_tests.engines.certifying.test_measure import ROWS, CountingDetector


def test_recall_and_specificity_are_printed_per_category_with_intervals() -> None:
    console = Console(record=True, width=160, file=io.StringIO())
    print_certificate(measure(CountingDetector(), ROWS).certificate, console)
    text = console.export_text()
    assert "does not hold" in text
    assert "sensitivity 1.0000 (0.2065-1.0000) on 1 crisis texts" in text
    assert "specificity 0.5000 (0.0945-0.9055) on 2 other texts" in text
    assert "AUC 0.7500" in text
    for cell in ("crisis category", "other category", "0.207-1.000", "0.095-0.905"):
        assert cell in text


def test_exit_code_and_json_of_a_benchmark_that_is_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"text": "the bakery has fresh bread", "label": 1}, {"text": "I want to end my life tonight", "label": 0}]
    (tmp_path / "turned.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shown = CliRunner().invoke(cli.app, ["certify", "--benchmark", "turned.jsonl", "--json"])
    assert shown.exit_code == 1
    found = json.loads(shown.stdout)
    assert found["passed"] is False
    assert {"detector_version", "data_sha256", "threshold", "sensitivity_lower", "specificity_upper", "per_category"} <= set(found)


@pytest.mark.parametrize(("content", "said"), [("", "0 rows"), ("{", "line 1 is not JSON"), ('{"text": "x"}', "line 1 has no label")])
def test_a_benchmark_that_cannot_certify_is_one_line_and_exit_code_1(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(content)
    program = [sys.executable, "-c", "from empathy_assets.cli import run; run()", "certify", "--benchmark", "b.jsonl"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
