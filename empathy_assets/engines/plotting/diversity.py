"""The plot of diversity: how much conversations of each kind resemble one another, beside landed ones.

Lives here: figures in, image bytes out. Must not live here: style (`style`) or the computing of the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from empathy_assets.engines.generating.diversity import Diversity
from empathy_assets.engines.plotting.style import BLACK, BLUE, CARD, ORANGE, SKY, Format, render

_PLATE = {"facecolor": CARD, "edgecolor": "none", "pad": 0.6}
"""Under a figure, so that no line strikes it through."""


def diversity_bars(figures: Mapping[str, Diversity], bars: Mapping[str, float], fmt: Format = "svg") -> bytes:
    """Return per kind the shared 4-grams, the nearest pair and the distinct word pairs, with the bars as lines.

    Args:
        figures: Kind -> its figures; landed conversations are one more kind.
        bars: `overlap` and `jaccard`, the most that policy allows, 0 to 1.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        groups = (
            ("4-grams found in others", BLUE, [f.overlap_mean for f in figures.values()]),
            ("nearest pair (5-gram Jaccard)", ORANGE, [f.jaccard_max for f in figures.values()]),
            ("distinct-2", SKY, [f.distinct_2 for f in figures.values()]),
        )
        for offset, (name, colour, values) in zip((-0.27, 0.0, 0.27), groups, strict=True):
            places = [i + offset for i in range(len(values))]
            axes.bar(places, values, width=0.25, color=colour, label=name)
            for place, value in zip(places, values, strict=True):
                axes.annotate(f"{value:.2f}", (place, value), ha="center", va="bottom", fontsize=7, zorder=3, bbox=_PLATE)
        for name, value in bars.items():
            axes.axhline(value, color=BLACK, linewidth=0.8, linestyle="--" if name == "overlap" else ":", label=f"most {name} allowed")
        axes.set_xticks(range(len(figures)), [f"{kind}\n{f.conversations:,}" for kind, f in figures.items()])
        axes.set_ylim(0, 1)
        axes.set_title("Diversity of conversations")
        axes.legend(frameon=False, ncols=2, fontsize=7)

    return render(draw, fmt)
