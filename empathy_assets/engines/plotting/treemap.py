"""The treemap: what a release consists of, by source and licence, areas in proportion.

Lives here: the squarified layout and its drawing. Must not live here: style (`style`) or counting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from empathy_assets.engines.plotting.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW, Format, ink_on, render

_COLOURS = (SKY, ORANGE, GREEN, YELLOW, PURPLE, BLUE, VERMILION)
_WIDE, _HIGH = 7.0, 3.6  # inches
_CHARACTER = 0.0115  # of the width, one character of a label
_LINE = 0.055  # of the height, one line of a label

Box = tuple[float, float, float, float]
"""x, y, width, height, in shares of the whole."""


def _worst(row: Sequence[float], side: float) -> float:
    """Return the greatest aspect ratio of areas laid along a side."""
    total = sum(row)
    return max(max(side * side * a / (total * total), total * total / (side * side * a)) for a in row)


def squarify(areas: Sequence[float], box: Box) -> list[Box]:
    """Return a rectangle inside `box` per area, in order, as nearly square as may be (Bruls, Huizing and van Wijk 2000).

    Args:
        areas: Sizes above 0, largest first; scaled so that they fill the box.
        box: What is to be filled.
    """
    x, y, wide, high = box
    scale = wide * high / sum(areas) if areas else 0.0
    left = [a * scale for a in areas]
    found: list[Box] = []
    while left:
        side = min(wide, high)
        taken = 1
        while taken < len(left) and _worst(left[: taken + 1], side) <= _worst(left[:taken], side):
            taken += 1
        row, left = left[:taken], left[taken:]
        thick = sum(row) / side
        at = 0.0
        for area in row:
            along = area / thick
            found.append((x, y + at, thick, along) if wide >= high else (x + at, y, along, thick))
            at += along
        x, y, wide, high = (x + thick, y, wide - thick, high) if wide >= high else (x, y + thick, wide, high - thick)
    return found


def source_treemap(counts: Mapping[str, Mapping[str, int]], fmt: Format = "svg") -> bytes:
    """Return the treemap of conversations: one block per source, divided by licence.

    Args:
        counts: Source -> licence -> conversations, 0 or more.
        fmt: `svg` or `png`.
    """
    held = {name: {k: n for k, n in parts.items() if n > 0} for name, parts in counts.items()}
    order = sorted((name for name, parts in held.items() if parts), key=lambda name: (-sum(held[name].values()), name))
    total = sum(sum(held[name].values()) for name in order)

    def label(axes: Any, box: Box, lines: Sequence[str], colour: str) -> None:
        x, y, wide, high = box
        room = int(wide / _CHARACTER)
        shown = [line for line in lines if len(line) <= room][: int(high / _LINE)]
        axes.text(x + 0.006, y + 0.012, "\n".join(shown), va="top", ha="left", fontsize=7.5, color=ink_on(colour), linespacing=1.15)

    def draw(axes: Any) -> None:
        from matplotlib.patches import Rectangle

        blocks = squarify([float(sum(held[name].values())) for name in order], (0.0, 0.0, 1.0, 1.0))
        for place, (name, block) in enumerate(zip(order, blocks, strict=True)):
            colour = _COLOURS[place % len(_COLOURS)]
            parts = sorted(held[name].items(), key=lambda part: (-part[1], part[0]))
            boxes = squarify([float(n) for _, n in parts], block)
            for first, ((licence, n), box) in enumerate(zip(parts, boxes, strict=True)):
                axes.add_patch(Rectangle(box[:2], box[2], box[3], facecolor=colour, edgecolor="white", linewidth=0.8))
                label(axes, box, [*([name] if not first else []), licence, f"{n:,} ({100 * n / total:.1f} %)"], colour)
            axes.add_patch(Rectangle(block[:2], block[2], block[3], fill=False, edgecolor=BLACK, linewidth=1.2))
        axes.set_xlim(0, 1)
        axes.set_ylim(1, 0)
        axes.set_axis_off()
        axes.set_title(f"Sources and licences of {total:,} conversations")

    return render(draw, fmt, width=_WIDE, height=_HIGH)
