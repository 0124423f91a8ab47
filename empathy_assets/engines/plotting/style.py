"""The one plotting style: size, colours, fonts, and the way to reproducible bytes.

Lives here: making an empty figure and turning one into bytes. Must not live here: any particular plot.
Plots stand on a white card of their own, so that they read alike in a light and a dark page.
matplotlib is imported when first used, with its object interface only: no pyplot, no display, nothing kept between plots.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

from empathy_assets.engines.lasting import lasting

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

CARD, INK = "#FFFFFF", "#1A1A1A"
"""What plots stand on and are written in, whatever the page around them."""

STAGE_COLOURS = {"foundation": BLUE, "expertise": GREEN, "nightmare-fuel": VERMILION, "persona": PURPLE}
STAGE_LINES = {"foundation": "-", "expertise": "--", "nightmare-fuel": "-.", "persona": ":"}
"""Lines that overlap are told apart by their dashes too."""
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
    "figure.constrained_layout.h_pad": 0.08,  # inches: text keeps off the edge of its card
    "figure.constrained_layout.w_pad": 0.08,
    "figure.facecolor": CARD,
    "savefig.facecolor": CARD,
    "savefig.transparent": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#RRGGBB`, 0 (black) to 1 (white), as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours, 1 (same) to 21 (black on white), as WCAG 2 defines it."""
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Return the colour, of `INK` and `CARD`, that text on `colour` reads best in."""
    return max(INK, CARD, key=lambda ink: contrast(ink, colour))


def render(draw: Callable[[Any], None], fmt: Format = "svg", *, width: float = 7.0, height: float = 3.2, panels: int = 1) -> bytes:
    """Return one figure drawn by `draw` as SVG or PNG; the same input gives the same bytes.

    Args:
        draw: Draws into the axes it is given, or, with several panels, into the list of them.
        fmt: `svg` (UTF-8 text) or `png` (110 dots per inch).
        width: Inches.
        height: Inches.
        panels: Axes side by side, of one vertical scale.
    """
    mpl, canvas, new_figure = _matplotlib()
    with mpl.rc_context(_RC):
        figure = new_figure(figsize=(width, height))
        canvas(figure)
        draw(figure.add_subplot() if panels == 1 else list(figure.subplots(1, panels, sharey=True)))
        stream = io.BytesIO()
        # Dates and the library's version would make equal plots differ.
        metadata = {"Date": None, "Creator": None} if fmt == "svg" else {"Software": None}
        figure.savefig(stream, format=fmt, dpi=110, metadata=metadata)
    return stream.getvalue()


@cache
def _matplotlib() -> tuple[Any, Any, Any]:
    """Return matplotlib, its canvas and its figure; their annotations are partial, what is used of them here is covered by tests."""
    with lasting():
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    return mpl, FigureCanvasAgg, Figure


def inline_svg(svg: bytes) -> str:
    """Return the `<svg>` element alone, without XML declaration and doctype, to stand inside HTML."""
    text = svg.decode("utf-8")
    return text[text.index("<svg") :].rstrip()
