"""The `gated` asset: the conversations of the four stages that the ledger admits, in the exact mix."""

from functools import partial

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.meanwhile import meanwhile
from empathy_assets.defs.dataset import Outcome, dataset, table
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.pictures import ears_pictures, mix_picture, origin_picture
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.composing.admission import admitted_refs
from empathy_assets.engines.staging.figures import stage_figures, yield_by_source
from empathy_assets.policy.releases import mix, releases
from empathy_assets.records.conversation import STAGES, Conversation
from empathy_assets.records.ids import record_ref


@dataset(
    Conversation,
    group="gating",
    partitions_def=release_partitions,
    lineage=Lineage(carried=STAGES, made={"id": {**dict.fromkeys(STAGES, ("id",)), "verdicts": ("ref", "gate", "passed")}}),
    ins={"nightmare_fuel": dg.AssetIn("nightmare-fuel")},
)
def gated(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    foundation: pl.DataFrame,
    expertise: pl.DataFrame,
    nightmare_fuel: pl.DataFrame,
    persona: pl.DataFrame,
    verdicts: pl.DataFrame,
) -> Outcome:
    """The admitted conversations: exactly 40/25/20/15 of the release's target, or of the largest size at which the mix holds.

    Which source lacks how many is in the metadata; what passed every gate and was not needed is `surplus` in the ledger.
    """
    refs = admitted_refs(verdicts).implode()
    rows = pl.concat([foundation, expertise, nightmare_fuel, persona]).filter(record_ref().is_in(refs))
    target = releases()[context.partition_key].size(workspace.scale)
    counts = dict(rows.group_by("stage").len().sort("stage").iter_rows())
    shares = pl.DataFrame(
        [(s, counts.get(s, 0), round(share * target)) for s, share in mix().items()], schema=["stage", "admitted", "target"], orient="row"
    )
    if rows.height < target:
        context.log.warning(
            f"release of {target} shrank to {rows.height}: {shares.filter(pl.col('admitted') < pl.col('target')).to_dicts()}"
        )
    with meanwhile(partial(fingerprint, rows)):
        metadata = {
            "target": target,
            "shortfall": target - rows.height,
            "mix": table(shares),
            "by_source": table(yield_by_source(verdicts)),
            **stage_figures(rows),
        }
        pictures = {
            **workspace.pictures(mix_picture, counts),
            **workspace.pictures(ears_pictures, rows.select("stage", "scores")),
            **workspace.pictures(origin_picture, rows.select("source", "licence")),
        }
    return Outcome(rows, metadata, pictures)
