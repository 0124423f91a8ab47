"""The plots of clusters and near-duplicates."""

import pytest

from empathy_assets.engines.plotting.clusters import cluster_sizes, near_duplicates


def test_clusters_are_counted_by_class_of_size():
    svg = cluster_sizes([1, 1, 1, 2, 2, 4, 5, 150], "Ties").decode()
    assert "Ties: 8 clusters, the largest of 150" in svg
    assert all(f"{n} clusters, {held} conversations" in svg for n, held in ((3, 3), (2, 4), (2, 9), (1, 150)))
    assert "101+" in svg
    assert "6-10" not in svg


def test_no_clusters_is_a_picture_too():
    assert "0 clusters, the largest of 0" in cluster_sizes([], "Ties").decode()


@pytest.mark.parametrize(("alike", "said"), [({"exact": [1.0, 1.0], "near": [0.6]}, "3 dropped"), ({"exact": [], "near": []}, "none")])
def test_copies_show_how_alike_they_are(alike, said):
    svg = near_duplicates(alike, 0.45).decode()
    assert f"Near-duplicates: {said}" in svg
    assert ("exact (2)" in svg) is bool(alike["exact"])
