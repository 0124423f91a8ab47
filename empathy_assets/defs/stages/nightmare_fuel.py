"""The `nightmare-fuel` stage: crisis, trauma and abuse, fenced, not filtered."""

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
    key="nightmare-fuel",
    partitions_def=release_partitions,
    lineage=staged_from("conversation_corpora", "nightmare_scenarios"),
    tags={"empathy/stage": "3"},
)
def nightmare_fuel(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    conversation_corpora: pl.DataFrame,
    nightmare_scenarios: pl.DataFrame,
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """Stage 3, 20 % of a release: crisis, trauma and abuse scenarios, and landed dialogues with severe crisis.

    Exempt from the content gate on the client's side only; every other gate and the hard floor hold here as everywhere.
    """
    return stage_dataset(context, workspace, [conversation_corpora, nightmare_scenarios], crisis_detector, ears_scorer)
