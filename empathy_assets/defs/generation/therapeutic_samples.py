"""The `therapeutic_samples` asset: dialogues on everyday presenting issues, and clinical reasoning for the expertise stage."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.generation.designer import generated_from, run_designer
from empathy_assets.defs.resources import Workspace
from empathy_assets.records.arrow import empty_frame
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.passage import Passage


@dataset(Conversation, group="generation", kinds={"nemo"}, lineage=generated_from())
def therapeutic_samples(context: dg.AssetExecutionContext, workspace: Workspace, generation_plan: pl.DataFrame) -> Outcome:
    """Generated dialogues of 6 to 12 turns: presenting issue x client profile x tone x modality x phase of session.

    Kind `therapeutic` feeds the foundation stage, kind `reasoning` (formulation and modality-specific work) the expertise stage.
    """
    return run_designer(context, workspace, generation_plan, empty_frame(Passage))
