"""The plots of a release: mix, EARS, yield, splits, rejects.

Lives here: one function per plot, figures in, image bytes out. Must not live here: style (`style`) or the computing of the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.plotting.style import (
    BLACK,
    BLUE,
    ORANGE,
    SKY,
    SPLIT_COLOURS,
    STAGE_COLOURS,
    STAGE_LINES,
    VERMILION,
    Format,
    render,
)

_BINS = 40


def mix_vs_target(counts: Mapping[str, int], shares: Mapping[str, float], fmt: Format = "svg") -> bytes:
    """Return bars of the share each stage has, with the share it should have as a mark.

    Args:
        counts: Stage -> records.
        shares: Stage -> share wanted, 0 to 1.
        fmt: `svg` or `png`.
    """
    total = max(sum(counts.values()), 1)

    def draw(axes: Any) -> None:
        for place, (stage, share) in enumerate(shares.items()):
            have = 100 * counts.get(stage, 0) / total
            axes.bar(place, have, width=0.6, color=STAGE_COLOURS.get(stage, BLUE))
            axes.plot([place - 0.38, place + 0.38], [100 * share] * 2, color=BLACK, linewidth=2, label="target" if place == 0 else None)
            axes.annotate(
                f"{counts.get(stage, 0):,} ({have:.1f} %)",
                (place, have),
                ha="center",
                va="bottom",
                xytext=(0, 3),
                textcoords="offset points",
            )
        axes.set_xticks(range(len(shares)), list(shares))
        axes.set_ylabel("share of the release, %")
        axes.margins(y=0.15)
        axes.set_title("Mix against target")
        axes.legend(frameon=False)

    return render(draw, fmt)


def ears_histogram(scores: Mapping[str, npt.NDArray[np.float64]], threshold: float, fmt: Format = "svg") -> bytes:
    """Return the distribution of EARS per stage, with the gate's threshold as a line.

    Args:
        scores: Stage -> EARS of its records, 0 to 1.
        threshold: Least EARS admitted.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        for stage, values in scores.items():
            if len(values):
                axes.hist(
                    values,
                    bins=np.linspace(0, 1, _BINS + 1).tolist(),
                    histtype="step",
                    linewidth=1.6,
                    color=STAGE_COLOURS.get(stage, BLUE),
                    linestyle=STAGE_LINES.get(stage, "-"),
                    label=stage,
                )
        axes.axvline(threshold, color=BLACK, linestyle="--", linewidth=1, label=f"gate {threshold:.2f}")
        axes.set_xlabel("EARS")
        axes.set_ylabel("conversations")
        axes.set_title("EARS per stage")
        axes.legend(frameon=False, loc="upper left")

    return render(draw, fmt)


def yield_waterfall(steps: Sequence[tuple[str, int]], fmt: Format = "svg") -> bytes:
    """Return what is left after each step, top to bottom, with what the step took.

    Args:
        steps: (name, records left after it), first the number read; never rising.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        before = steps[0][1] if steps else 0
        most = max(before, 1)
        for place, (_, left) in enumerate(steps):
            named = ("left", "dropped here") if place == 0 else (None, None)
            axes.barh(place, left, color=BLUE, height=0.7, label=named[0])
            axes.barh(place, before - left, left=left, color=VERMILION, hatch="//", edgecolor="white", height=0.7, label=named[1])
            note = f"{left:,}" if before == left else f"{left:,}  (-{before - left:,})"
            axes.annotate(note, (before, place), va="center", xytext=(4, 0), textcoords="offset points")
            before = left
        axes.set_yticks(range(len(steps)), [name for name, _ in steps])
        axes.invert_yaxis()
        axes.set_xlim(0, most * 1.2)
        axes.set_xlabel("conversations")
        if steps:
            axes.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.0)
        axes.set_title("Yield, step by step")

    return render(draw, fmt, height=max(2.0, 0.28 * len(steps) + 1.0))


def split_comparison(shares: Mapping[str, Mapping[str, float]], wanted: Mapping[str, float], fmt: Format = "svg") -> bytes:
    """Return the share of each split per stage as grouped bars, with the wanted shares as dashed lines.

    Args:
        shares: Stage (or `all`) -> split -> share, 0 to 1.
        wanted: Split -> share wanted.
        fmt: `svg` or `png`.
    """
    width = 0.8 / max(len(wanted), 1)

    def draw(axes: Any) -> None:
        for j, (split, share) in enumerate(wanted.items()):
            heights = [100 * of_stage.get(split, 0.0) for of_stage in shares.values()]
            places = [i + (j - (len(wanted) - 1) / 2) * width for i in range(len(shares))]
            axes.bar(places, heights, width=width * 0.92, color=SPLIT_COLOURS.get(split, SKY), label=split)
            axes.axhline(100 * share, color=SPLIT_COLOURS.get(split, SKY), linestyle="--", linewidth=0.8)
        axes.set_xticks(range(len(shares)), list(shares))
        axes.set_ylabel("share, %")
        axes.set_title("Splits per stage")
        axes.margins(y=0.22)  # room for the legend above the bars
        axes.legend(frameon=False, ncols=3, loc="upper right")

    return render(draw, fmt)


def rejects_by_reason(counts: Mapping[str, int], fmt: Format = "svg") -> bytes:
    """Return bars of how many records were dropped for which reason, most frequent on top.

    Args:
        counts: Reason -> records, in the order to show.
        fmt: `svg` or `png`.
    """

    def draw(axes: Any) -> None:
        for place, count in enumerate(counts.values()):
            axes.barh(place, count, color=ORANGE, height=0.7)
            axes.annotate(f"{count:,}", (count, place), va="center", xytext=(4, 0), textcoords="offset points")
        axes.set_yticks(range(len(counts)), list(counts))
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.set_xlabel("records")
        axes.set_title("Dropped, by reason" if counts else "Nothing was dropped")

    return render(draw, fmt, height=max(1.6, 0.28 * len(counts) + 1.0))
