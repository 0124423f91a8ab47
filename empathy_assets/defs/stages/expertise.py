"""The `expertise` stage: dialogues grounded on books and findings, and clinical reasoning."""

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
    lineage=staged_from("grounded_conversations", "therapeutic_samples"),
    tags={"empathy/stage": "2"},
)
def expertise(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    grounded_conversations: pl.DataFrame,
    therapeutic_samples: pl.DataFrame,
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """Stage 2, 25 % of a release: dialogues grounded on passages of books and papers, and clinical-reasoning dialogues."""
    return stage_dataset(context, workspace, [grounded_conversations, therapeutic_samples], crisis_detector, ears_scorer)
