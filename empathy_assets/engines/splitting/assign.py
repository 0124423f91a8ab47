"""The assignment of whole clusters to train, val and test: largest first, stratified by stage, totals exact.

Lives here: which cluster goes where. Must not live here: what makes a cluster (`clusters`), target counts (`targets`), the proof
(`leakage`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.splitting.targets import Counts, largest_remainder, policy_shares, targets
from empathy_assets.records.conversation import STAGES, Split

_IMPROVED = 64  # clusters whose place is tried again; smaller ones hardly move a share
_ROUNDS = 6

Floats = npt.NDArray[np.float64]
Score = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Goal:
    """What cluster counts are held against, shape (stages, splits).

    Attributes:
        full: Counts wanted in the end.
        clustered: Counts wanted of clusters alone, in proportion; single records fill the rest.
    """

    full: Floats
    clustered: Floats

    def scores(self, *counts: Floats) -> list[Score]:
        """Return how bad each of some counts of placed clusters is, worst concern first; lower is better.

        Records over a split's total cannot be mended by single records, nor can those over a stage's share be without spoiling it; short
        of that, chi-square against proportional counts.
        """
        tried = np.stack(counts)
        over_total = np.maximum(tried.sum(axis=1) - self.full.sum(axis=0), 0.0)
        over_stage = np.maximum(tried - self.full, 0.0) ** 2 / np.maximum(self.full.sum(axis=1, keepdims=True), 1.0)
        chi_square = (tried - self.clustered) ** 2 / np.maximum(self.clustered, 1.0)
        concerns = [part.reshape(len(tried), -1).sum(axis=1).tolist() for part in (over_total, over_stage, chi_square)]
        return list(zip(*concerns, strict=True))


def _moved(counts: Floats, cluster: Floats, source: int, target: int) -> Floats:
    tried = counts.copy()
    tried[:, source] -= cluster
    tried[:, target] += cluster
    return tried


def _with(counts: Floats, cluster: Floats, split: int) -> Floats:
    tried = counts.copy()
    tried[:, split] += cluster
    return tried


def _better(tried: Floats, counts: Floats, goal: _Goal) -> bool:
    new, old = goal.scores(tried, counts)
    return new < old


def _try_moves(a: int, clusters: Floats, place: list[int], counts: Floats, goal: _Goal) -> None:
    for j in range(counts.shape[1]):
        tried = _moved(counts, clusters[a], place[a], j)
        if _better(tried, counts, goal):
            counts[:] = tried
            place[a] = j


def _try_swap(a: int, b: int, clusters: Floats, place: list[int], counts: Floats, goal: _Goal) -> None:
    if place[a] == place[b] or (clusters[a] == clusters[b]).all():
        return
    tried = _moved(counts, clusters[a] - clusters[b], place[a], place[b])
    if _better(tried, counts, goal):
        counts[:] = tried
        place[a], place[b] = place[b], place[a]


def _improve(clusters: Floats, place: list[int], counts: Floats, goal: _Goal) -> None:
    """Move and swap the largest clusters while that brings the counts nearer to the goal."""
    count = min(len(place), _IMPROVED)
    for _ in range(_ROUNDS):
        before = goal.scores(counts)
        for a in range(count):
            _try_moves(a, clusters, place, counts, goal)
            for b in range(a + 1, count):
                _try_swap(a, b, clusters, place, counts, goal)
        if goal.scores(counts) >= before:
            return


def _place_clusters(clusters: Floats, wanted: Counts) -> tuple[list[int], Counts]:
    """Return the split of every cluster (largest first) and the counts still open, shape (stages, splits); negative where overfull."""
    full = wanted.astype(np.float64)
    part = clusters.sum(axis=0) / np.maximum(full.sum(axis=1), 1.0)
    goal = _Goal(full, full * part[:, None])
    counts = np.zeros_like(full)
    place: list[int] = []
    for cluster in clusters:
        tried = [_with(counts, cluster, split) for split in range(full.shape[1])]
        _, j = min((score, split) for split, score in enumerate(goal.scores(*tried)))
        counts = tried[j]
        place.append(j)
    _improve(clusters, place, counts, goal)
    return place, np.rint(full - counts).astype(np.int64)


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
    named = pl.DataFrame({"cluster_id": list(chosen), "split": [names[j] for j in chosen.values()]}, schema_overrides={"split": pl.String})
    found = rows.select("cluster_id").join(named.cast({"cluster_id": pl.String}), on="cluster_id", how="left", maintain_order="left")
    return found["split"]
