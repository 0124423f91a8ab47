"""The plot of clusters: how many conversations hang together, and how alike near copies are.

Lives here: figures in, image bytes out. Must not live here: style (`style`) or finding clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.plotting.style import BLACK, BLUE, ORANGE, Format, render

_CLASSES = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 0))
_BINS = 25


def cluster_sizes(sizes: Sequence[int] | npt.NDArray[np.integer[Any]], what: str, fmt: Format = "svg") -> bytes:
    """Return the number of clusters per class of size, and the conversations they hold.

    Args:
        sizes: Conversations of each cluster, 1 or more.
        what: What ties the members of a cluster, for the title.
        fmt: `svg` or `png`.
    """
    held = np.asarray(sizes, dtype=np.int64)

    def draw(axes: Any) -> None:
        names: list[str] = []
        for low, high in _CLASSES:
            inside = held[(held >= low) & ((held <= high) | (high == 0))]
            if low > 2 and not len(inside):
                continue
            axes.barh(len(names), len(inside), color=BLUE, height=0.7)
            note = f"{len(inside):,} clusters, {int(inside.sum()):,} conversations"
            axes.annotate(note, (len(inside), len(names)), va="center", xytext=(4, 0), textcoords="offset points")
            names.append(str(low) if low == high else f"{low}-{high}" if high else f"{low}+")
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.margins(x=0.45)
        axes.set_ylabel("size")
        axes.set_xlabel("clusters")
        axes.set_title(f"{what}: {len(held):,} clusters, the largest of {int(held.max()) if len(held) else 0:,}")

    return render(draw, fmt)


def near_duplicates(alike: Mapping[str, Sequence[float]], bar: float, fmt: Format = "svg") -> bytes:
    """Return how alike the conversations dropped as copies are to the one that was kept.

    Args:
        alike: What the copies are (`exact`, `near`) -> Jaccard similarity of each with the kept one, 0 to 1.
        bar: Similarity from which on two conversations are copies, drawn as a line.
        fmt: `svg` or `png`.
    """
    total = sum(len(values) for values in alike.values())

    def draw(axes: Any) -> None:
        bins = np.linspace(0, 1, _BINS + 1).tolist()
        for (name, values), colour, hatch in zip(alike.items(), (ORANGE, BLUE), ("", "//"), strict=False):
            axes.hist(values, bins=bins, color=colour, hatch=hatch, edgecolor="white", alpha=0.85, label=f"{name} ({len(values):,})")
        axes.axvline(bar, color=BLACK, linestyle="--", linewidth=1, label=f"a copy from {bar:.2f}")
        axes.set_xlabel("similarity to the conversation that was kept (Jaccard)")
        axes.set_ylabel("conversations dropped")
        axes.set_title(f"Near-duplicates: {total:,} dropped" if total else "Near-duplicates: none")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, None if total else 1)
        axes.legend(frameon=False, loc="upper left")

    return render(draw, fmt)
