"""The step the generated sources share: run Data Designer over an asset's plan rows and report what came back."""

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.data_designer import GenerationSettings, generate
from empathy_assets.adapters.identity import config_identity
from empathy_assets.defs.dataset import Outcome, table
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.staging.grounding import with_groundedness


def run_designer(context: dg.AssetExecutionContext, workspace: Workspace, plan: pl.DataFrame, passages: pl.DataFrame) -> Outcome:
    """Generate the plan rows that name this asset; every row is there or reported as missing."""
    asset = context.asset_key.to_user_string()
    rows = plan.filter(pl.col("asset") == asset)
    settings = GenerationSettings(endpoint=workspace.llm_endpoint, model=workspace.llm_model, key_env=workspace.llm_key_env)

    def progress(done: int, total: int) -> None:
        context.log.info(f"{asset}: {done}/{total} conversations")

    generated = generate(rows, passages, settings, workspace.cache_dir / "generation", progress=progress)
    key = (fingerprint(generated.frame), fingerprint(passages), config_identity()["policy_sha256"])
    frame = workspace.frames.get("groundedness", *key, compute=lambda: with_groundedness(generated.frame, passages))
    by_kind = frame.group_by(pl.col("labels").struct.field("kind"), pl.col("stage")).len("conversations").sort("kind", "stage")
    metadata = {"planned": rows.height, "missing": generated.missing.height, "by_kind": table(by_kind), **generated.stats}
    return Outcome(frame, metadata)
