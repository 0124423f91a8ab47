"""The one plotting style: size, colours, fonts, and the way to reproducible bytes.

Lives here: making an empty figure and turning one into bytes. Must not live here: any particular plot.
matplotlib is imported when first used, with its object interface only: no pyplot, no display, nothing kept between plots.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Literal, cast

Format = Literal["svg", "png"]

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
)
"""Okabe and Ito's palette: told apart with every common colour vision deficiency."""

STAGE_COLOURS = {"foundation": BLUE, "expertise": GREEN, "nightmare-fuel": VERMILION, "persona": PURPLE}
SPLIT_COLOURS = {"train": BLUE, "val": ORANGE, "test": GREEN}

_RC = {
    "svg.hashsalt": "empathy-assets",  # otherwise ids in the SVG are random
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
}


def render(draw: Callable[[Any], None], fmt: Format = "svg", *, width: float = 7.0, height: float = 3.2) -> bytes:
    """Return one figure drawn by `draw` as SVG or PNG; the same input gives the same bytes.

    Args:
        draw: Draws into the axes it is given.
        fmt: `svg` (UTF-8 text) or `png` (110 dots per inch).
        width: Inches.
        height: Inches.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # matplotlib's annotations are partial; what is used of it here is covered by tests.
    with cast("Any", mpl).rc_context(_RC):
        figure: Any = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        draw(figure.add_subplot())
        stream = io.BytesIO()
        # Dates and the library's version would make equal plots differ.
        metadata = {"Date": None, "Creator": None} if fmt == "svg" else {"Software": None}
        figure.savefig(stream, format=fmt, dpi=110, metadata=metadata)
    return stream.getvalue()


def inline_svg(svg: bytes) -> str:
    """Return the `<svg>` element alone, without XML declaration and doctype, to stand inside HTML."""
    text = svg.decode("utf-8")
    return text[text.index("<svg") :].rstrip()
