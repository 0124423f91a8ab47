"""The pictures of the quality report: which there are by name, and the way from figures to what stands in the page.

Lives here: names and the call. Must not live here: how one is drawn (`plotting`), or where it is kept when it is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from empathy_assets.engines.plotting.clusters import cluster_sizes, near_duplicates
from empathy_assets.engines.plotting.drift import drift_bars
from empathy_assets.engines.plotting.ears import ears_components
from empathy_assets.engines.plotting.judges import category_bars, reliability_curve, roc_curve
from empathy_assets.engines.plotting.plots import ears_histogram, mix_vs_target, rejects_by_reason, split_comparison, yield_waterfall
from empathy_assets.engines.plotting.style import inline_svg
from empathy_assets.engines.plotting.treemap import source_treemap

Pictures = Callable[..., Mapping[str, bytes]]
"""`(draw, *given) -> draw(*given)`, pictures by title: drawn there and then, or remembered by what is given (`adapters.pictures`)."""

_PLOTS: Mapping[str, Callable[..., bytes]] = {
    "mix": mix_vs_target,
    "ears": ears_histogram,
    "components": ears_components,
    "sources": source_treemap,
    "clusters": cluster_sizes,
    "copies": near_duplicates,
    "drift": drift_bars,
    "yield": yield_waterfall,
    "split": split_comparison,
    "reasons": rejects_by_reason,
    "roc": roc_curve,
    "reliability": reliability_curve,
    "categories": category_bars,
}


def drawn_now(draw: Pictures, *given: object) -> Mapping[str, bytes]:
    """Return the pictures that `draw` makes of `given`; nothing is remembered."""
    return draw(*given)


def plotted(plot: str, *given: object) -> dict[str, bytes]:
    """Return one plot of the report as SVG, by its name.

    Raises:
        KeyError: The report has no plot of this name.
    """
    return {plot: _PLOTS[plot](*given)}


def inline(pictures: Pictures, plot: str, *given: object) -> str:
    """Return one plot of the report as an element to stand inside HTML.

    Args:
        pictures: Draws it, or remembers it.
        plot: Its name.
        given: The figures it is drawn from.
    """
    return inline_svg(pictures(plotted, plot, *given)[plot])
