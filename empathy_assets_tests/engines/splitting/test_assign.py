"""The splitter: whole clusters, exact totals, stages held, the same for any order of rows."""

from itertools import accumulate

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.splitting.assign import assign
from empathy_assets.engines.splitting.targets import largest_remainder, policy_shares
from empathy_assets.records.conversation import SPLITS, STAGES, Labels, Scores


def _release(clusters):
    """Rows of clusters given as {stage: [sizes]}; what the splitter looks at and nothing else."""
    rows = [
        {
            "id": f"c-{stage}-{i}-{k}",
            "stage": stage,
            "cluster_id": f"k-{stage}-{i}",
            "labels": Labels(kind=f"kind-{k % 2}", issue=f"issue-{i % 3}").model_dump(),
            "scores": Scores(words=100 + i).model_dump(),
        }
        for stage, sizes in clusters.items()
        for i, size in enumerate(sizes)
        for k in range(size)
    ]
    return pl.DataFrame(rows)


def _split(rows):
    return rows.with_columns(assign(rows))


def _totals(split):
    counts = dict(split.group_by("split").len().rows())
    return [counts.get(name, 0) for name in SPLITS]


_SIZES = st.lists(st.integers(1, 9), max_size=40)


@given(st.fixed_dictionaries(dict.fromkeys(STAGES, _SIZES)))
def test_clusters_stay_whole_and_totals_are_exact_where_singles_can_even_them_out(clusters):
    # As many single records as the largest clusters could be off by.
    rows = _release(clusters | {"foundation": clusters["foundation"] + [1] * 60})
    split = _split(rows)
    assert split.group_by("cluster_id").agg(pl.col("split").n_unique())["split"].max() == 1
    assert _totals(split) == largest_remainder(rows.height, list(policy_shares().values()))


@given(st.lists(st.integers(2, 30), min_size=1, max_size=25))
def test_without_singles_clusters_still_stay_whole_and_every_row_has_a_split(sizes):
    split = _split(_release({"persona": sizes}))
    assert split["split"].is_in(list(SPLITS)).all()
    assert split.group_by("cluster_id").agg(pl.col("split").n_unique())["split"].max() == 1


@given(st.lists(st.integers(1, 12), min_size=1, max_size=30), st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(sizes, seed):
    rows = _release({"expertise": sizes, "foundation": [1] * 20})
    shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
    assert dict(_split(rows).select("id", "split").rows()) == dict(_split(shuffled).select("id", "split").rows())


def test_large_works_leave_the_total_exact_and_the_stages_near_their_shares():
    works = [10] * 9 + [8, 7, 6, 5, 4]
    rows = _release(
        {
            "foundation": [1] * 240,
            "expertise": [*works, *[1] * (150 - sum(works))],
            "nightmare-fuel": [2] * 20 + [1] * 80,
            "persona": [9] * 8 + [1] * 18,
        }
    )
    split = _split(rows)
    assert _totals(split) == [420, 90, 90]
    shares = split.group_by("stage", "split").len().with_columns((pl.col("len") / pl.col("len").sum().over("stage")).alias("share"))
    wanted = {name: float(share) for name, share in policy_shares().items()}
    assert max(abs(share - wanted[name]) for _, name, _, share in shares.rows()) < 0.02


def test_single_records_are_dealt_out_evenly_over_length():
    split = _split(_release({"foundation": [1] * 600}))
    words = split.with_columns(pl.col("scores").struct.field("words")).group_by("split").agg(pl.col("words").mean())
    means = dict(words.rows())
    assert max(means.values()) - min(means.values()) < 15


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_the_smallest_releases_work(size):
    rows = _release({"foundation": [1] * 3}).head(size)
    assert len(assign(rows)) == size


def test_a_stage_that_is_one_work_goes_to_one_split():
    split = _split(_release({"persona": [50], "foundation": [1] * 50}))
    assert split.filter(pl.col("stage") == "persona")["split"].n_unique() == 1
    assert _totals(split) == [70, 15, 15]
    assert list(accumulate(_totals(split)))[-1] == 100
