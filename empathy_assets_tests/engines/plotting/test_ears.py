"""The plot of the EARS components."""

import numpy as np

from empathy_assets.engines.plotting.ears import ears_components

COMPONENTS = ("empathize", "acknowledge", "reflect", "support")


def test_each_component_has_a_panel_with_a_line_per_stage():
    scores = {c: {"foundation": np.array([0.7, 0.9]), "persona": np.array([0.8])} for c in COMPONENTS}
    svg = ears_components(scores).decode()
    assert all(text in svg for text in (*COMPONENTS, "foundation", "persona", "probability"))
    assert ears_components(scores).decode() == svg


def test_a_stage_without_scores_is_left_out():
    scores = {c: {"foundation": np.array([0.7]), "persona": np.array([])} for c in COMPONENTS}
    assert "persona" not in ears_components(scores).decode()
