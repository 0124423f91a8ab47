"""The assignment of whole clusters to train, val and test: largest first, stratified by stage, totals exact.

Lives here: which cluster goes where. Must not live here: what makes a cluster (`clusters`), target counts (`targets`), the proof
(`leakage`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.splitting.targets import Counts, largest_remainder, policy_shares, targets
from empathy_assets.records.conversation import STAGES, Split

_IMPROVED = 160  # clusters whose place is tried again; smaller ones hardly move a share
_ROUNDS = 8

Floats = npt.NDArray[np.float64]


def _cost(miss: Floats, scale: Floats) -> float:
    """Return how far counts are from targets: squared misses per stage and of the total, relative to their size."""
    total = miss.sum(axis=0)
    return float(((miss**2) / scale[:, None]).sum() + (total**2).sum() / scale.sum() * len(scale))


def _best(cluster: Floats, miss: Floats, scale: Floats) -> int:
    costs: list[tuple[bool, float, float, int]] = []
    for j in range(miss.shape[1]):
        moved = miss.copy()
        moved[:, j] += cluster
        # Beyond a full split nothing smaller can make room again.
        over = float(np.maximum(moved.sum(axis=0), 0.0).sum())
        costs.append((over > 0, over, _cost(moved, scale), j))
    return min(costs)[3]


def _score(miss: Floats, scale: Floats) -> tuple[float, float]:
    return float(np.maximum(miss.sum(axis=0), 0.0).sum()), _cost(miss, scale)


def _improve(clusters: Floats, place: list[int], miss: Floats, scale: Floats) -> None:
    """Move and swap the largest clusters while that brings the counts nearer to the targets."""
    count = min(len(place), _IMPROVED)
    for _ in range(_ROUNDS):
        before = _score(miss, scale)
        for a in range(count):
            _try_moves(a, clusters, place, miss, scale)
            for b in range(a + 1, count):
                _try_swap(a, b, clusters, place, miss, scale)
        if _score(miss, scale) >= before:
            return


def _try_moves(a: int, clusters: Floats, place: list[int], miss: Floats, scale: Floats) -> None:
    for j in range(miss.shape[1]):
        if j == place[a]:
            continue
        tried = miss.copy()
        tried[:, place[a]] -= clusters[a]
        tried[:, j] += clusters[a]
        if _score(tried, scale) < _score(miss, scale):
            miss[:] = tried
            place[a] = j


def _try_swap(a: int, b: int, clusters: Floats, place: list[int], miss: Floats, scale: Floats) -> None:
    if place[a] == place[b] or (clusters[a] == clusters[b]).all():
        return
    change = clusters[a] - clusters[b]
    tried = miss.copy()
    tried[:, place[a]] -= change
    tried[:, place[b]] += change
    if _score(tried, scale) < _score(miss, scale):
        miss[:] = tried
        place[a], place[b] = place[b], place[a]


def _place_clusters(clusters: Floats, goal: Counts) -> tuple[list[int], Counts]:
    """Return the split of every cluster (largest first) and the counts still open, shape (stages, splits); negative where overfull."""
    miss = -goal.astype(np.float64)
    scale = np.maximum(goal.sum(axis=1), 1).astype(np.float64)
    place: list[int] = []
    for cluster in clusters:
        j = _best(cluster, miss, scale)
        miss[:, j] += cluster
        place.append(j)
    _improve(clusters, place, miss, scale)
    return place, -np.rint(miss).astype(np.int64)


def _share_singles(singles: Sequence[int], open_: Counts) -> Counts:
    """Return how many single records of each stage go to each split, so that the totals come out exact.

    Stages with few singles are served first, so that the stage with most, which can best afford it, evens out the totals.
    """
    capacity = np.maximum(open_.sum(axis=0), 0)
    shares = np.zeros_like(open_)
    for i in sorted(range(len(singles)), key=lambda s: (singles[s], s)):
        wanted = np.minimum(np.maximum(open_[i], 0), capacity)
        if wanted.sum() > singles[i]:
            wanted = np.array(largest_remainder(singles[i], [Fraction(int(w)) for w in wanted]), dtype=np.int64)
        spare = capacity - wanted
        rest = singles[i] - int(wanted.sum())
        extra = largest_remainder(min(rest, int(spare.sum())), [Fraction(int(s)) for s in spare])
        shares[i] = wanted + np.array(extra, dtype=np.int64)
        capacity = capacity - shares[i]
        # Only where big clusters overfilled a split: nothing is left to take the rest but the largest one.
        shares[i, 0] += singles[i] - int(shares[i].sum())
    return shares


def _spread(counts: Sequence[int]) -> list[int]:
    """Return split numbers, each as often as `counts` says, evenly interleaved: any stretch holds about the overall shares."""
    marks = [((k + 0.5) / n, j) for j, n in enumerate(counts) for k in range(n)]
    return [j for _, j in sorted(marks)]


def _profile(frame: pl.DataFrame) -> pl.DataFrame:
    """Return per row what the split is stratified by, besides the stage."""
    labels, scores = pl.col("labels").struct, pl.col("scores").struct
    return frame.select(
        pl.int_range(pl.len()).alias("row"),
        "cluster_id",
        pl.col("stage").replace_strict({stage: i for i, stage in enumerate(STAGES)}, return_dtype=pl.Int64),
        labels.field("kind").fill_null("").alias("kind"),
        labels.field("category").fill_null("").alias("category"),
        labels.field("issue").fill_null("").alias("issue"),
        scores.field("words").fill_null(0).alias("words"),
        pl.len().over("cluster_id").alias("size"),
    )


def assign(frame: pl.DataFrame, shares: Mapping[Split, Fraction] | None = None) -> pl.Series:
    """Return the split of every row; a cluster is never divided, and totals are exact whenever whole clusters allow.

    Clusters of several records are placed largest first where stage and total counts are missed least, then improved by moves and swaps;
    single records, ordered by kind, category, issue and length, are dealt out evenly to make the totals exact.

    Args:
        frame: Conversations with `cluster_id` (`clusters.leakage_clusters`) and a stage.
        shares: Split -> share; policy's 70/15/15 by default.

    Returns:
        Series `split`. It depends on the set of records only, not on their order.
    """
    wanted = policy_shares() if shares is None else dict(shares)
    names = list(wanted)
    rows = _profile(frame)
    sizes = [rows.filter(pl.col("stage") == i).height for i in range(len(STAGES))]
    goal = targets(sizes, wanted)

    many = rows.filter(pl.col("size") > 1)
    per_stage = [(pl.col("stage") == i).sum().cast(pl.Float64).alias(f"stage{i}") for i in range(len(STAGES))]
    clusters = many.group_by("cluster_id").agg(pl.len().alias("n"), *per_stage).sort(["n", "cluster_id"], descending=[True, False])
    place, open_ = _place_clusters(clusters.select(f"stage{i}" for i in range(len(STAGES))).to_numpy(), goal)
    chosen = dict(zip(clusters["cluster_id"].to_list(), place, strict=True))

    alone = rows.filter(pl.col("size") == 1).sort("stage", "kind", "category", "issue", "words", "cluster_id")
    singles = [alone.filter(pl.col("stage") == i) for i in range(len(STAGES))]
    dealt = _share_singles([s.height for s in singles], open_)
    for stage, one in enumerate(singles):
        chosen.update(zip(one["cluster_id"].to_list(), _spread(dealt[stage].tolist()), strict=True))
    numbered = rows["cluster_id"].replace_strict(list(chosen), list(chosen.values()), return_dtype=pl.Int64)
    return numbered.replace_strict(range(len(names)), names, return_dtype=pl.String).alias("split")
