"""The `persona` stage: dialogues in the voices of landed talks."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.stages.staging import stage_dataset, staged_from
from empathy_assets.records.conversation import Conversation


@dataset(
    Conversation,
    group="stages",
    partitions_def=release_partitions,
    lineage=staged_from("grounded_conversations"),
    tags={"empathy/stage": "4"},
)
def persona(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    grounded_conversations: pl.DataFrame,
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """Stage 4, 15 % of a release: dialogues in a voice learnt from landed talks, each anchored to the seconds of its passage."""
    return stage_dataset(context, workspace, [grounded_conversations], crisis_detector, ears_scorer)
