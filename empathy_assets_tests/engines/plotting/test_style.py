"""The plotting style: reproducible bytes, no global state."""

import io
import itertools
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

from empathy_assets.engines.plotting import style
from empathy_assets.engines.plotting.style import CARD, INK, contrast, ink_on, inline_svg, render


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
    assert len(set(style.STAGE_LINES.values())) == 4


def test_plots_stand_on_a_card_of_their_own_in_light_and_dark():
    from PIL import Image

    picture = Image.open(io.BytesIO(render(_line, "png"))).convert("RGBA")
    assert picture.getpixel((0, 0)) == (255, 255, 255, 255)
    assert picture.getchannel("A").getextrema() == (255, 255)
    assert contrast(INK, CARD) >= 7  # WCAG 2, level AAA


@pytest.mark.parametrize("colour", ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"])
def test_labels_on_a_colour_can_be_read(colour):
    assert contrast(ink_on(colour), colour) >= 4.5  # WCAG 2, level AA


# Full dichromacy in linear RGB, Machado, Oliveira and Fernandes 2009.
DICHROMACY = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _lab(colour: str, sight: list[list[float]]) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as it is seen."""
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(sight) @ linear, 0, 1)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    x, y, z = np.cbrt(np.maximum(to_xyz @ seen / np.array([0.95047, 1.0, 1.08883]), 1e-6))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", DICHROMACY)
@pytest.mark.parametrize("colours", ["STAGE_COLOURS", "SPLIT_COLOURS"])
def test_colours_are_told_apart_with_every_colour_vision(colours, sight):
    seen = [_lab(colour, DICHROMACY[sight]) for colour in getattr(style, colours).values()]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) > 10  # 2.3 can just be told apart


def test_panels_share_one_scale():
    def draw(panels):
        assert len(panels) == 3
        panels[0].plot([0, 1], [0, 5])
        assert panels[2].get_ylim() == panels[0].get_ylim()

    assert render(draw, panels=3).startswith(b"<?xml")
