"""Tests of the certificate check: missing, failed and stale certificates stop the graph, also on a planted bad benchmark."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from rich.console import Console

from empathy_assets.adapters.judges import certified_detector
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import run_build
from empathy_assets.defs.gating.checks import gated_checks
from empathy_assets.defs.resources import build_resources
from empathy_assets.defs.scoring.checks import crisis_detector_checks
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.judge import Judge
from empathy_assets_tests.conftest import Built


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """The bundled detector with a certificate that passed, whatever the figures of the bundled weights are."""
    judge = certified_detector("", "", tmp_path_factory.mktemp("models")).judge
    found = json.loads(judge.certificate) | {"passed": True}
    return judge.model_copy(update={"passed": True, "certificate": json.dumps(found)})


def with_certificate(judge: Judge, **changes: Any) -> Judge:
    return judge.model_copy(update={"certificate": json.dumps(json.loads(judge.certificate) | changes)})


def goes_on(judge: Judge, settings: Settings) -> tuple[bool, str]:
    """Whether what follows the detector is executed, and what the blocking check said."""

    @dg.asset
    def crisis_detector() -> pl.DataFrame:
        return to_frame([judge], Judge)

    @dg.asset
    def after(crisis_detector: pl.DataFrame) -> int:
        return crisis_detector.height

    resources = build_resources(settings) | {"io_manager": dg.mem_io_manager}
    graph = dg.Definitions(
        assets=[crisis_detector, after], asset_checks=[crisis_detector_checks], resources=resources, executor=dg.in_process_executor
    )
    run = graph.resolve_implicit_global_asset_job_def().execute_in_process(raise_on_error=False)
    check = next(c for c in run.get_asset_check_evaluations() if c.check_name == "certificate")
    return any(e.step_key == "after" for e in run.get_asset_materialization_events()), check.description or ""


def test_a_certificate_in_force_lets_the_graph_go_on(certified: Judge) -> None:
    assert goes_on(certified, Settings())[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passed": False, "reason": "too many missed"}, "too many missed"),
        ({"detector_version": "crisis-older"}, "certified crisis-older"),
        ({"threshold": 0.987}, "certified 0.987"),
        ({"data_sha256": "0" * 64}, "benchmark in use"),
    ],
)
def test_a_failed_or_stale_certificate_stops_the_graph(certified: Judge, changes: dict[str, Any], said: str) -> None:
    on, sentence = goes_on(with_certificate(certified, **changes), Settings())
    assert not on
    assert said in sentence


def test_a_missing_certificate_stops_the_graph(certified: Judge) -> None:
    on, sentence = goes_on(certified.model_copy(update={"certificate": ""}), Settings())
    assert not on
    assert "no certificate" in sentence


def test_a_benchmark_changed_since_certification_stops_the_graph(certified: Judge, tmp_path: Path) -> None:
    rows = [{"text": "I want to end my life", "label": 1}, {"text": "fresh bread today", "label": 0}]
    (tmp_path / "new.jsonl").write_text("\n".join(map(json.dumps, rows)))
    on, sentence = goes_on(certified, Settings(benchmark=str(tmp_path / "new.jsonl")))
    assert not on
    assert "benchmark in use" in sentence


def test_the_certificate_blocks_detector_and_release() -> None:
    blocking = {
        (spec.asset_key.to_user_string(), spec.name): spec.blocking
        for c in (crisis_detector_checks, gated_checks)
        for spec in c.check_specs
    }
    assert blocking["crisis_detector", "certificate"]
    assert blocking["gated", "crisis_sensitivity"]
    assert not blocking["crisis_detector", "specificity"]


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
