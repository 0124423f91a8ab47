"""The `generation_plan` asset: one row per conversation to generate, sized by what has landed."""

from functools import partial

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.identity import code_sha256
from empathy_assets.defs.dataset import Outcome, dataset, table
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.generating.plan import build_plan, passages_left_out, plan_summary
from empathy_assets.engines.generating.voices.landed import voices_of
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import largest_target, mix
from empathy_assets.records.plan import PlanRow


@dataset(
    PlanRow,
    group="generation",
    kinds={"nemo"},
    lineage=Lineage(
        made={
            "row_id": {"conversation_corpora": ("id",)},
            "passage_id": dict.fromkeys(("books", "transcripts", "academic_findings"), ("id", "text", "provenance")),
            "persona_id": {"transcripts": ("voice", "text")},
            "family_id": dict.fromkeys(("books", "transcripts", "academic_findings"), ("provenance",)),
        }
    ),
)
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
    passages = pl.concat([books, academic_findings, transcripts])
    voices = voices_of(transcripts)
    known_voices = sorted(voices.profiles)
    key = (fingerprint(passages), str(target), str(expected), *known_voices, str(workspace.seed), workspace.backend)
    kept = partial(workspace.frames.get, "plan", code_sha256("numpy", "polars"))

    def compute() -> pl.DataFrame:
        return build_plan(
            target=target,
            stage_shares=mix(),
            passages=passages,
            expected_corpus=expected,
            voices=known_voices,
            seed=workspace.seed,
            backend=workspace.backend,
            parts=kept,
        )

    plan = kept(*key, compute=compute)
    context.log.info(f"plan: {plan.height} conversations for a release of {target}, {expected} expected from landed corpora")
    tables = {"by_kind": table(plan_summary(plan)), "passages_left_out": table(passages_left_out(passages))}
    refused = [refusal.reason for refusal in voices.refused]
    return Outcome(plan, {"target": target, "expected_from_corpora": expected, "voices_refused": refused, **tables})
