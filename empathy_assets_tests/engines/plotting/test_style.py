"""The plotting style: reproducible bytes, no global state."""

import subprocess
import sys

import matplotlib as mpl

from empathy_assets.engines.plotting import style
from empathy_assets.engines.plotting.style import inline_svg, render


def _line(axes):
    axes.plot([0, 1], [1, 0])


def test_the_same_figure_gives_the_same_bytes_without_a_date():
    svg, png = render(_line), render(_line, "png")
    assert svg == render(_line)
    assert png == render(_line, "png")
    assert png.startswith(b"\x89PNG")
    assert b"dc:date" not in svg


def test_settings_do_not_leak():
    before = mpl.rcParams["svg.hashsalt"]
    render(_line)
    assert mpl.rcParams["svg.hashsalt"] == before


def test_an_inline_svg_is_the_element_alone():
    text = inline_svg(render(_line))
    assert text.startswith("<svg")
    assert text.endswith("</svg>")


def test_importing_the_plots_does_not_import_matplotlib():
    code = "import sys, empathy_assets.engines.plotting.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_stage_and_split_has_its_own_colour():
    assert len(set(style.STAGE_COLOURS.values())) == 4
    assert len(set(style.SPLIT_COLOURS.values())) == 3
