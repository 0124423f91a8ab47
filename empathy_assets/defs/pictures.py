"""Pictures that several assets show: EARS of their conversations, and where they come from.

Lives here: which columns of a table a picture is drawn from. Must not live here: how it is drawn (engines/plotting).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.plotting.ears import ears_components
from empathy_assets.engines.plotting.plots import ears_histogram, mix_vs_target
from empathy_assets.engines.plotting.treemap import source_treemap
from empathy_assets.engines.staging.figures import licences_by_source
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import mix
from empathy_assets.records.conversation import STAGES

_COMPONENTS = ("empathize", "acknowledge", "reflect", "support")


def ears_pictures(rows: pl.DataFrame) -> dict[str, bytes]:
    """Return the histograms of EARS and of its components, per stage, of scored conversations."""
    flat = rows.select("stage", pl.col("scores").struct.unnest())

    def per_stage(name: str) -> dict[str, npt.NDArray[np.float64]]:
        """Return stage -> scores, for the stages that are there; a conversation without a score has 0."""
        held = flat.select("stage", pl.col(name).fill_null(0.0))
        return {stage: held.filter(pl.col("stage") == stage)[name].to_numpy() for stage in STAGES}

    return {
        "ears": ears_histogram(per_stage("ears"), number("gates", "ears.min"), "png"),
        "ears_components": ears_components({name: per_stage(name) for name in _COMPONENTS}, "png"),
    }


def origin_picture(rows: pl.DataFrame) -> dict[str, bytes]:
    """Return the treemap of conversations by source and licence."""
    return {"sources_and_licences": source_treemap(licences_by_source(rows), "png")}


def mix_picture(counts: Mapping[str, int]) -> dict[str, bytes]:
    """Return the stages' numbers beside the mix that policy wants."""
    return {"mix_vs_target": mix_vs_target(counts, mix(), "png")}
