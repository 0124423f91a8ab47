"""Tests of the pictures several assets show, and of where a build shows which."""

import pytest

from empathy_assets.defs.pictures import ears_pictures, origin_picture
from empathy_assets_tests.conftest import Built

PNG = b"\x89PNG"
STAGES = ("foundation", "expertise", "nightmare-fuel", "persona")
SHOWN = {
    **dict.fromkeys(STAGES, ("ears", "ears_components")),
    "crisis_detector": ("roc", "reliability", "sensitivity_per_category", "specificity_per_category"),
    "ears_scorer": ("reliability",),
    "verdicts": ("yield_waterfall", "near_duplicates"),
    "gated": ("mix_vs_target", "ears", "ears_components", "sources_and_licences"),
    "split": ("split_comparison", "cluster_sizes"),
    "ready_package": ("mix_vs_target", "sources_and_licences", "drift"),
}


def test_pictures_are_drawn_from_the_rows(built: Built) -> None:
    rows = built.table("gated", "next")
    assert {name: png[:4] for name, png in ears_pictures(rows).items()} == {"ears": PNG, "ears_components": PNG}
    assert ears_pictures(rows) == ears_pictures(rows)
    assert origin_picture(rows)["sources_and_licences"].startswith(PNG)
    assert origin_picture(rows.clear())["sources_and_licences"].startswith(PNG)


@pytest.mark.parametrize("asset", SHOWN)
def test_a_build_shows_the_pictures_inline(asset: str, built: Built) -> None:
    shown = {name for name, value in built.result.metadata[asset].items() if str(value).startswith("![")}
    assert shown == set(SHOWN[asset])
    assert all("](data:image/png;base64," in built.result.metadata[asset][name] for name in shown)
