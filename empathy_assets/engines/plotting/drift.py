"""The plot of drift: how far the distributions of a release have moved from those of the one before.

Lives here: figures in, image bytes out. Must not live here: style (`style`) or the index (`packaging/drift`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from empathy_assets.engines.plotting.style import BLACK, BLUE, VERMILION, Format, render


def drift_bars(rows: Sequence[tuple[str, float, str, float]], bound: float, against: str, fmt: Format = "svg") -> bytes:
    """Return the population stability index per figure, with the bound as a line and the part that moved most as a note.

    Args:
        rows: (figure, index from 0 upwards, name of the bin that moved most, change of its share in -1 to 1), in the order to show.
        bound: Index above which a distribution counts as shifted.
        against: Release compared with; empty: there is none.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        for place, (_, index, moved, by) in enumerate(rows):
            shifted = index > bound
            axes.barh(place, index, color=VERMILION if shifted else BLUE, hatch="//" if shifted else "", edgecolor="white", height=0.7)
            note = f"{index:.3f}  {moved.partition(': ')[2] or moved} {100 * by:+.1f} pp" if by else f"{index:.3f}"
            axes.annotate(note, (index, place), va="center", xytext=(4, 0), textcoords="offset points", fontsize=8)
        axes.axvline(bound, color=BLACK, linestyle="--", linewidth=1, label=f"shifted above {bound:g}")
        axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, 1.6 * max([bound, *(index for _, index, *_ in rows)]))
        axes.set_xlabel("population stability index")
        axes.set_title(f"Drift against {against}" if against else "Drift: there is no release to compare with")
        if rows:
            axes.legend(frameon=False, loc="lower right")

    return render(draw, fmt, height=max(1.8, 0.28 * len(rows) + 1.0))
