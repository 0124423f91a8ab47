"""The `bias_samples` asset: matched counterfactual pairs."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.generation.designer import generated_from, run_designer
from empathy_assets.defs.resources import Workspace
from empathy_assets.records.arrow import empty_frame
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.passage import Passage


@dataset(Conversation, group="generation", kinds={"nemo"}, lineage=generated_from())
def bias_samples(context: dg.AssetExecutionContext, workspace: Workspace, generation_plan: pl.DataFrame) -> Outcome:
    """Generated counterfactual pairs: two dialogues that differ only in one attribute of the client, answered equally well.

    Both members share `pair_id`: one cluster, one split, admitted or dropped together.
    """
    return run_designer(context, workspace, generation_plan, empty_frame(Passage))
