"""Tests of the certificate check on a planted bad benchmark."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import run_build
from empathy_assets_tests.conftest import Built


def test_a_detector_that_fails_its_benchmark_stops_the_graph(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Labels turned round: whatever the detector finds is wrong.
    rows = [{"text": f"The bakery on street {n} has fresh bread and a kind owner.", "label": 1, "category": "x"} for n in range(40)]
    rows += [{"text": f"I want to end my life tonight, number {n}.", "label": 0, "category": "x"} for n in range(40)]
    (tmp_path / "turned.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.chdir(tmp_path)
    given = {"storage": str(tmp_path / "data"), "cache": str(built.settings.cache_dir), "benchmark": str(tmp_path / "turned.jsonl")}
    result = run_build("next", Settings(**(built.settings.model_dump() | given)), Console(quiet=True))
    assert result.failed_blocking == ["crisis_detector.certificate"]
    assert not {"foundation", "expertise", "nightmare-fuel", "persona", "gated"} & set(result.metadata)
