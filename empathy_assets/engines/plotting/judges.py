"""The plots of the judges: ROC, reliability, share judged rightly per category.

Lives here: one function per plot, figures in, image bytes out. Must not live here: style (`style`) or the computing of the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.plotting.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW, Format, render

_LINES = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, YELLOW, BLACK)
_DASHES = ("-", "--", "-.", (0, (1, 1)))
_MARKS = ("o", "s", "^", "D")
"""Lines and marks are told apart without their colour too."""

Points = Sequence[tuple[float, float, int]]


def roc_curve(
    curves: Mapping[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]],
    point: tuple[float, float],
    lower: float,
    bar: float,
    fmt: Format = "svg",
) -> bytes:
    """Return ROC curves with the first one's operating point and the lower bound of its sensitivity.

    Args:
        curves: Name (with its area, if it is to be read) -> (false alarm rates, sensitivities), ascending.
        point: (specificity, sensitivity) at the threshold.
        lower: Lower bound of the sensitivity's 95 % Wilson interval.
        bar: Sensitivity that is asked for.
        fmt: `svg` or `png`.
    """
    specificity, sensitivity = point

    def draw(axes: Any) -> None:
        for place, (name, (alarms, found)) in enumerate(curves.items()):
            look = {"color": _LINES[place % len(_LINES)], "linestyle": _DASHES[place % len(_DASHES)]}
            axes.plot(alarms, found, **look, linewidth=1.8 if place == 0 else 1.1, label=name)
        axes.errorbar([1 - specificity], [sensitivity], yerr=[[max(0.0, sensitivity - lower)], [0.0]], fmt="o", color=BLACK, capsize=4)
        axes.axhline(bar, color=BLACK, linestyle="--", linewidth=0.8, label=f"sensitivity {bar:g}")
        axes.plot([0, 1], [0, 1], color=BLACK, linewidth=0.8, linestyle=":", label="chance")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.01)
        axes.set_xlabel("false alarms (1 - specificity)")
        axes.set_ylabel("sensitivity")
        axes.set_title(f"Operating point: sensitivity {sensitivity:.3f} (at least {lower:.3f}), specificity {specificity:.3f}")
        axes.legend(frameon=False, loc="lower right")

    return render(draw, fmt, height=4.0)


def reliability_curve(curves: Mapping[str, Points], title: str = "Reliability", fmt: Format = "svg") -> bytes:
    """Return predicted against observed probability; a larger mark stands for more rows.

    Args:
        curves: Name (with its calibration error, if it is to be read) -> (mean predicted, share observed, rows) per bin.
        title: Of what.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=BLACK, linewidth=0.8, linestyle="--", label="perfect")
        for place, (name, points) in enumerate(curves.items()):
            if not points:
                continue
            predicted, observed, rows = (np.array(column, dtype=float) for column in zip(*points, strict=True))
            colour = _LINES[place % len(_LINES)]
            mark, dash = _MARKS[place % len(_MARKS)], _DASHES[place % len(_DASHES)]
            axes.plot(predicted, observed, color=colour, linestyle=dash, marker=mark, markersize=3, linewidth=1.2, label=name)
            axes.scatter(predicted, observed, s=12 + 90 * rows / rows.max(), color=colour, marker=mark, alpha=0.6, linewidths=0)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.01)
        axes.set_xlabel("predicted probability")
        axes.set_ylabel("share observed")
        axes.set_title(title)
        axes.legend(frameon=False, loc="upper left")

    return render(draw, fmt, height=4.0)


def category_bars(rows: Sequence[tuple[str, int, float, float, float]], title: str, bar: float | None = None, fmt: Format = "svg") -> bytes:
    """Return the share judged rightly per category as bars with their 95 % intervals.

    Args:
        rows: (category, texts, share, lower, upper), in the order to show.
        title: What a right judgement is.
        bar: Share that is asked for, drawn as a line; null draws none.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        for place, (_, n, share, lower, upper) in enumerate(rows):
            axes.barh(place, share, color=SKY, height=0.7)
            below, above = max(0.0, share - lower), max(0.0, upper - share)
            axes.errorbar([share], [place], xerr=[[below], [above]], fmt="none", ecolor=BLACK, capsize=3, linewidth=1)
            axes.annotate(f"{share:.2f}  ({n})", (1.0, place), va="center", xytext=(6, 0), textcoords="offset points")
        axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
        axes.invert_yaxis()
        if bar is not None:
            axes.axvline(bar, color=BLACK, linestyle="--", linewidth=0.8)
        axes.set_xlim(0, 1)
        axes.set_xlabel("share, with 95 % Wilson interval (texts in brackets)" + (f"; dashed: {bar:g} is asked" if bar is not None else ""))
        axes.set_title(title if rows else f"{title}: no texts")

    return render(draw, fmt, height=max(1.6, 0.3 * len(rows) + 1.0))
