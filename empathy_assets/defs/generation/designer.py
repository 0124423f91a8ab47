"""The step the generated sources share: run Data Designer over an asset's plan rows and report what came back."""

from functools import partial

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.data_designer import estimate, generate, refuse_over_budget
from empathy_assets.adapters.identity import config_identity
from empathy_assets.adapters.progress import paced
from empathy_assets.adapters.rowwise import map_rows
from empathy_assets.defs.dataset import Outcome, table
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.staging.passages import against_passages, needed
from empathy_assets.records.conversation import Labels
from empathy_assets.records.ids import digest
from empathy_assets.records.plan import PlanRow

_CHUNK_ROWS = 1_024  # a second of comparing
_BINDINGS = tuple(name for name in PlanRow.model_fields if name in Labels.model_fields)


def generated_from(*passages: str) -> Lineage:
    """Return the column lineage of a generated source: its plan rows, and the passages it is grounded on."""
    text = {"generation_plan": ("row_seed", "n_turns", *_BINDINGS), **dict.fromkeys(passages, ("text",))}
    return Lineage(
        made={
            "id": text,
            "turns": text,
            "stage": {"generation_plan": ("stage",)},
            "source": {"generation_plan": ("asset",)},
            "provenance": {"generation_plan": ("row_id", "passage_id", "backend"), **dict.fromkeys(passages, ("id", "provenance"))},
            "licence": dict.fromkeys(passages, ("licence",)),
            "labels": {"generation_plan": _BINDINGS},
            "scores": dict.fromkeys(passages, ("text",)),
        }
    )


def run_designer(context: dg.AssetExecutionContext, workspace: Workspace, plan: pl.DataFrame, passages: pl.DataFrame) -> Outcome:
    """Generate the plan rows that name this asset; every row is there or reported as missing, with the reason.

    The budget is held against the whole plan, so that the first asset refuses what the last one would overspend.
    """
    asset = context.asset_key.to_user_string()
    rows = plan.filter(pl.col("asset") == asset)
    settings, folder = workspace.generation, workspace.generation_dir
    refuse_over_budget(estimate(plan, passages, settings, folder), settings)

    def progress(done: int, total: int) -> None:
        context.log.info(f"{asset}: {done}/{total} conversations")

    generated = generate(rows, passages, settings, folder, progress=paced(progress))
    frame = _measured(context, workspace, generated.frame, passages)
    by_kind = frame.group_by(pl.col("labels").struct.field("kind"), pl.col("stage")).len("conversations").sort("kind", "stage")
    by_writer = frame.group_by(pl.col("provenance").struct.field("backend")).len("conversations").sort("backend")
    metadata = {"planned": rows.height, "by_kind": table(by_kind), "by_writer": table(by_writer), **generated.stats}
    if plan.filter(pl.col("backend") == "llm").height:
        reason = pl.col("reason").str.split(":").list.first()
        metadata |= {
            "faults": table(generated.faults),
            "not_written_by_the_model": table(generated.reasons.group_by(reason, "outcome").len("rows").sort("reason", "outcome")),
            "model_verdicts": table(generated.verdicts.group_by("ears", "groundedness", "safety").len("rows").sort("ears", "groundedness")),
        }
    return Outcome(frame, metadata)


def _measured(context: dg.AssetExecutionContext, workspace: Workspace, frame: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return the conversations with how far they rest on their passages and sound like their voices; what is unchanged is not measured."""
    used = needed(frame, passages)
    if used.is_empty() or frame.is_empty():
        return against_passages(frame, passages=used)
    parts = map_rows(
        partial(against_passages, passages=used),
        frame,
        namespace="groundedness",
        name=context.asset_key.to_user_string(),
        # A cited passage is named by the hash of its text in the row itself; a voice is what all its talks together show.
        version=digest(fingerprint(used.filter(pl.col("voice") != "")), config_identity()["policy_sha256"]),
        cache=workspace.frames,
        aligned=lambda _: True,
        pool=workspace.pool(context),
        rows=_CHUNK_ROWS,
    )
    return pl.concat(parts)
