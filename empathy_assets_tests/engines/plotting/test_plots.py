"""Every plot draws what it is told, twice the same, also with little or nothing to show."""

import numpy as np
import pytest

from empathy_assets.engines.plotting.plots import (
    ears_histogram,
    mix_vs_target,
    rejects_by_reason,
    split_comparison,
    yield_waterfall,
)

_SHARES = {"foundation": 0.4, "expertise": 0.25, "nightmare-fuel": 0.2, "persona": 0.15}
_WANTED = {"train": 0.7, "val": 0.15, "test": 0.15}

_PLOTS = {
    "mix": (lambda: mix_vs_target({"foundation": 2400, "persona": 900}, _SHARES), ["2,400 (72.7 %)", "persona", "target"]),
    "no mix": (lambda: mix_vs_target({}, _SHARES), ["Mix against target"]),
    "ears": (lambda: ears_histogram({"persona": np.array([0.8, 0.9]), "expertise": np.array([])}, 0.8), ["gate 0.80", "persona"]),
    "yield": (lambda: yield_waterfall([("judged", 1500), ("ears", 1100), ("pii", 1100)]), ["1,500", "1,100  (-400)", "dropped here"]),
    "no yield": (lambda: yield_waterfall([]), ["Yield, step by step"]),
    "split": (lambda: split_comparison({"all": _WANTED, "persona": {"train": 1.0}}, _WANTED), ["train", "val", "test", "persona"]),
    "rejects": (lambda: rejects_by_reason({"ears: low": 1234}), ["ears: low", "1,234", "Dropped, by reason"]),
    "no rejects": (lambda: rejects_by_reason({}), ["Nothing was dropped"]),
}


@pytest.mark.parametrize("name", _PLOTS)
def test_a_plot_says_its_figures_and_is_reproducible(name):
    draw, said = _PLOTS[name]
    svg = draw().decode("utf-8")
    assert all(text in svg for text in said), name
    assert draw().decode("utf-8") == svg


def test_a_plot_may_be_a_picture():
    assert mix_vs_target({"foundation": 1}, _SHARES, "png").startswith(b"\x89PNG")
