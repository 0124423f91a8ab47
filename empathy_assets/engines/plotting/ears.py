"""The plot of the four EARS components: one panel each, one line per stage.

Lives here: figures in, image bytes out. Must not live here: style (`style`) or scoring.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.plotting.style import BLUE, STAGE_COLOURS, STAGE_LINES, Format, render

_BINS = 20


def ears_components(scores: Mapping[str, Mapping[str, npt.NDArray[np.float64]]], fmt: Format = "svg") -> bytes:
    """Return the distribution of each component per stage, as shares of the stage's conversations so that stages compare.

    Args:
        scores: Component -> stage -> probability that the component is shown somewhere, 0 to 1, one per conversation.
        fmt: `svg` or `png`.
    """

    def draw(panels: Any) -> None:
        for panel, (component, stages) in zip(panels, scores.items(), strict=True):
            for stage, values in stages.items():
                if len(values):
                    panel.hist(
                        values,
                        bins=np.linspace(0, 1, _BINS + 1).tolist(),
                        weights=np.full(len(values), 100 / len(values)),
                        histtype="step",
                        linewidth=1.4,
                        color=STAGE_COLOURS.get(stage, BLUE),
                        linestyle=STAGE_LINES.get(stage, "-"),
                        label=stage,
                    )
            panel.set_title(component)
            panel.set_xticks([0, 0.5, 1])
            panel.set_xlabel("probability")
        panels[0].set_ylabel("conversations, %")
        panels[0].legend(frameon=False, loc="upper left", fontsize=7)

    return render(draw, fmt, width=9.0, height=2.8, panels=len(scores))
