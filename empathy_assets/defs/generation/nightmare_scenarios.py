"""The `nightmare_scenarios` asset: crisis, trauma and abuse scenarios."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.generation.designer import generated_from, run_designer
from empathy_assets.defs.resources import Workspace
from empathy_assets.records.arrow import empty_frame
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.passage import Passage


@dataset(Conversation, group="generation", kinds={"nemo"}, lineage=generated_from())
def nightmare_scenarios(context: dg.AssetExecutionContext, workspace: Workspace, generation_plan: pl.DataFrame) -> Outcome:
    """Generated crisis, trauma and abuse scenarios by category, difficulty and disclosure style, the client raw, the counsellor exemplary.

    Fenced, not filtered: the records go to `nightmare-fuel` alone and are exempt from the content gate on the client's side only. No
    scenario holds sexual content involving minors or operational instructions for suicide, self-harm or violence.
    """
    return run_designer(context, workspace, generation_plan, empty_frame(Passage))
