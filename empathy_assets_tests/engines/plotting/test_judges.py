"""The plots of the judges draw what they are told, twice the same, also with nothing to show."""

import numpy as np
import pytest

from empathy_assets.engines.plotting.judges import category_bars, reliability_curve, roc_curve

_CURVE = (np.array([0.0, 0.2, 1.0]), np.array([0.0, 0.9, 1.0]))
_PLOTS = {
    "roc": (lambda: roc_curve({"detector": _CURVE, "length": _CURVE}, (0.8, 0.97), 0.955, 0.95), ["detector", "length", "at least 0.955"]),
    "no roc": (lambda: roc_curve({"detector": (np.zeros(0), np.zeros(0))}, (0.0, 0.0), 0.0, 0.95), ["chance", "sensitivity 0.95"]),
    "reliability": (lambda: reliability_curve({"reflect": [(0.1, 0.2, 5), (0.8, 0.7, 9)], "none": []}), ["perfect", "reflect"]),
    "bars": (lambda: category_bars([("abuse", 12, 0.9, 0.7, 0.97)], "Found", 0.95), ["abuse", "0.90  (12)", "Found"]),
    "no bars": (lambda: category_bars([], "Found"), ["Found: no texts"]),
}


@pytest.mark.parametrize("name", _PLOTS)
def test_a_plot_says_its_figures_and_is_reproducible(name):
    draw, said = _PLOTS[name]
    svg = draw().decode("utf-8")
    assert all(text in svg for text in said), name
    assert draw().decode("utf-8") == svg


def test_a_plot_may_be_a_picture():
    assert category_bars([("abuse", 1, 1.0, 0.2, 1.0)], "Found", fmt="png").startswith(b"\x89PNG")
