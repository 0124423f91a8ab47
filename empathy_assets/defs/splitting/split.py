"""The `split` asset: train, val and test, 70/15/15, whole leakage clusters."""

from functools import partial

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.identity import config_identity
from empathy_assets.adapters.meanwhile import meanwhile
from empathy_assets.defs.dataset import Outcome, dataset, table
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
from empathy_assets.engines.plotting.clusters import cluster_sizes
from empathy_assets.engines.plotting.plots import split_comparison
from empathy_assets.engines.splitting.assign import assign
from empathy_assets.engines.splitting.clusters import leakage_clusters
from empathy_assets.engines.splitting.targets import policy_shares
from empathy_assets.engines.splitting.validation import validate
from empathy_assets.records.conversation import SplitConversation


@dataset(
    SplitConversation,
    group="splitting",
    partitions_def=release_partitions,
    lineage=Lineage(
        carried=("gated",),
        made={
            "cluster_id": {"gated": ("id", "turns", "provenance", "labels")},
            "split": {"gated": ("id", "turns", "provenance", "labels", "stage", "source", "scores")},
        },
    ),
)
def split(context: dg.AssetExecutionContext, workspace: Workspace, gated: pl.DataFrame) -> Outcome:
    """The admitted conversations with their leakage cluster and split.

    Near-duplicates and all conversations of one book, talk, landed dialogue, counterfactual pair or plan family form a cluster; clusters
    are assigned whole, largest first, so that the shares are met and nothing leaks.
    """

    def compute() -> pl.DataFrame:
        clustered = gated.with_columns(leakage_clusters(gated, near_duplicate_clusters(gated, workspace.frames)).alias("cluster_id"))
        return clustered.select("cluster_id", assign(clustered).alias("split"))

    # What is new of each row is kept; the rows themselves are at hand.
    found = workspace.frames.get("split", fingerprint(gated), config_identity()["policy_sha256"], compute=compute)
    rows = gated.hstack(found.select("cluster_id", "split"))
    with meanwhile(partial(fingerprint, rows)):
        figures = validate(rows)
        context.log.info(
            f"{rows['cluster_id'].n_unique()} clusters over {rows.height} conversations, worst share off by {figures.worst_pp:.3f} pp"
        )
        counts = dict(rows.group_by("split").len().iter_rows())
        metadata = {
            "clusters": rows["cluster_id"].n_unique(),
            "worst_share_off_pp": figures.worst_pp,
            **{f"rows_{name}": counts.get(name, 0) for name in ("train", "val", "test")},
            "shares": table(figures.shares),
            "distances": table(figures.distances),
        }
        sizes = rows.group_by("cluster_id").len()["len"].sort().to_list()
        pictures = workspace.pictures(split_pictures, _by_stage(figures.shares), sizes)
    return Outcome(rows, metadata, pictures)


def split_pictures(shares: dict[str, dict[str, float]], sizes: list[int]) -> dict[str, bytes]:
    """Return the splits' shares beside policy's, and how large the clusters are."""
    return {
        "split_comparison": split_comparison(shares, {k: float(v) for k, v in policy_shares().items()}, "png"),
        "cluster_sizes": cluster_sizes(sizes, "What must stay in one split", "png"),
    }


def _by_stage(shares: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Return stage (`all` for the whole release) -> split -> share."""
    found: dict[str, dict[str, float]] = {}
    for stage, name, share in shares.select("stage", "split", "share").iter_rows():
        found.setdefault(stage, {})[name] = share
    return found
