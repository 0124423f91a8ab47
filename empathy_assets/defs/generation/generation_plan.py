"""The `generation_plan` asset: one row per conversation to generate, sized by what has landed."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset, table
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.generating.plan import build_plan, plan_summary
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import largest_target, mix
from empathy_assets.records.plan import PlanRow


@dataset(PlanRow, group="generation", kinds={"nemo"})
def generation_plan(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    books: pl.DataFrame,
    transcripts: pl.DataFrame,
    academic_findings: pl.DataFrame,
    conversation_corpora: pl.DataFrame,
) -> Outcome:
    """The plan of all synthetic conversations: kind, stage, bindings, turns, passage, backend and seed of each.

    Sized for the largest target in `policy/releases.toml` times `EMPATHY_SCALE`, less what the landed corpora are expected to bring, plus
    a margin for what gates and deduplication will drop. The same plan gives the same bytes in the embedded backend.
    """
    target = largest_target(workspace.scale)
    expected = int(conversation_corpora.height * number("targets", "expected.corpus_yield"))
    plan = build_plan(
        target=target,
        stage_shares=mix(),
        passages=pl.concat([books, academic_findings, transcripts]),
        expected_corpus=expected,
        voices=sorted(transcripts.filter(pl.col("voice") != "")["voice"].unique()),
        seed=workspace.seed,
        backend=workspace.backend,
    )
    context.log.info(f"plan: {plan.height} conversations for a release of {target}, {expected} expected from landed corpora")
    return Outcome(plan, {"target": target, "expected_from_corpora": expected, "by_kind": table(plan_summary(plan))})
