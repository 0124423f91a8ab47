"""Every check of the graph as a build evaluated it: a sentence, the severity it declares, figures that can be plotted, their interval."""

import json
from typing import Any

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.graph.test_snapshot import SNAPSHOT

CHECKS = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
PARTITIONED = {key for key, asset in CHECKS["assets"].items() if asset["partitioned"]}
CERTIFIED = ("crisis_sensitivity", "certificate")


@pytest.fixture(scope="module")
def evaluated(built: Built) -> dict[str, dict[str, Any]]:
    return {check["check"]: check for check in built.result.checks}


def test_every_check_was_evaluated_and_none_twice(evaluated: dict[str, dict[str, Any]], built: Built) -> None:
    assert set(evaluated) == set(CHECKS["checks"])
    assert len(built.result.checks) == len(evaluated)


@pytest.mark.parametrize("name", sorted(CHECKS["checks"]))
def test_a_check_says_what_it_found_in_words_and_figures(name: str, evaluated: dict[str, dict[str, Any]]) -> None:
    check = evaluated[name]
    assert len(check["sentence"]) > 15
    assert check["severity"] == ("ERROR" if CHECKS["checks"][name] == "blocks" else "WARN")
    assert check["partition"] == ("next" if name.split(".")[0] in PARTITIONED else "")
    figures = check["figures"]
    assert {"value", "bound", "n"} <= set(figures), figures
    assert all(isinstance(figures[figure], int | float) for figure in ("value", "bound", "n"))
    assert figures["n"] > 0


@pytest.mark.parametrize("name", [name for name in CHECKS["checks"] if name.endswith(CERTIFIED)])
def test_a_check_of_the_detector_shows_the_certificate_it_rests_on(name: str, evaluated: dict[str, dict[str, Any]]) -> None:
    figures = evaluated[name]["figures"]
    assert figures["certificate_of"] == "crisis_detector"
    assert figures["sensitivity_lower"] > figures["sensitivity_lower_bar"]
    assert figures["sensitivity_lower"] <= figures["sensitivity"] <= figures["sensitivity_upper"]
    assert {"specificity", "specificity_lower", "specificity_upper", "threshold"} <= set(figures)


def test_what_is_a_share_of_conversations_has_its_interval(evaluated: dict[str, dict[str, Any]]) -> None:
    shares = {name for name, check in evaluated.items() if "lower_95" in check["figures"]}
    stages = ("foundation", "expertise", "nightmare-fuel", "persona")
    assert {f"{stage}.ears" for stage in stages} | {"nightmare-fuel.crisis_recall", "crisis_detector.specificity"} <= shares
    for name in shares:
        figures = evaluated[name]["figures"]
        assert figures["lower_95"] <= figures["value"] <= figures["upper_95"], name


PICTURES = {
    "mix against target": ("gated", "mix_vs_target"),
    "EARS per stage": ("gated", "ears"),
    "EARS components": ("gated", "ears_components"),
    "ROC with operating point": ("crisis_detector", "roc"),
    "reliability of the crisis score": ("crisis_detector", "reliability"),
    "reliability of EARS": ("ears_scorer", "reliability"),
    "yield waterfall": ("verdicts", "yield_waterfall"),
    "split comparison": ("split", "split_comparison"),
    "near-duplicates": ("verdicts", "near_duplicates"),
    "clusters": ("split", "cluster_sizes"),
    "drift between releases": ("ready_package", "drift"),
    "sources and licences": ("ready_package", "sources_and_licences"),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_inline_in_the_metadata_of_its_asset(picture: str, built: Built) -> None:
    asset, title = PICTURES[picture]
    assert built.result.metadata[asset][title].startswith(f"![{title}](data:image/png;base64,")


@pytest.mark.parametrize("asset", sorted(CHECKS["assets"]))
def test_an_asset_has_figures_that_the_ui_plots_over_releases(asset: str, built: Built) -> None:
    figures = {
        name for name, value in built.result.metadata[asset].items() if isinstance(value, int | float) and not isinstance(value, bool)
    }
    assert len(figures - {"duration_seconds"}) >= 1, asset
