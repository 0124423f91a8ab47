"""The plot of diversity says its figures, twice the same, also with nothing to show."""

from empathy_assets.engines.generating.diversity import Diversity
from empathy_assets.engines.plotting.diversity import diversity_bars

_FIGURES = {
    "therapeutic": Diversity(900, 0.31, 0.52, 0.002, "a sentence.", 0.2, 410.0),
    "landed": Diversity(80, 0.1, 0.2, 0.0, "", 0.4, 300.0),
}
_BARS = {"overlap": 0.55, "jaccard": 0.5}


def test_bars_stand_beside_what_policy_allows_and_are_reproducible() -> None:
    svg = diversity_bars(_FIGURES, _BARS).decode()
    assert all(text in svg for text in ("therapeutic", "landed", "0.52", "0.31", "most overlap allowed", "Diversity of conversations"))
    assert diversity_bars(_FIGURES, _BARS).decode() == svg


def test_nothing_to_show_is_an_empty_plot() -> None:
    assert diversity_bars({}, _BARS, "png").startswith(b"\x89PNG")
