"""The `foundation` stage: landed dialogues, therapeutic samples and counterfactual pairs."""

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
    lineage=staged_from("conversation_corpora", "therapeutic_samples", "bias_samples"),
    tags={"empathy/stage": "1"},
)
def foundation(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    conversation_corpora: pl.DataFrame,
    therapeutic_samples: pl.DataFrame,
    bias_samples: pl.DataFrame,
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """Stage 1, 40 % of a release: everyday therapeutic dialogue from landed corpora, therapeutic samples and bias pairs.

    Landed dialogues in which the detector finds severe crisis are not here; they are routed behind the fence of `nightmare-fuel`.
    """
    return stage_dataset(context, workspace, [conversation_corpora, therapeutic_samples, bias_samples], crisis_detector, ears_scorer)
