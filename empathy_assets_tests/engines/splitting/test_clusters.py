"""Leakage clusters: chains of shared identity and likeness."""

import polars as pl

from empathy_assets.engines.splitting.clusters import leakage_clusters
from empathy_assets_tests.engines.gating.samples import conversation, frame


def test_work_pair_family_content_and_likeness_chain_into_one_cluster():
    rows = frame(
        conversation(0, provenance={"work_id": "book"}),
        conversation(1, provenance={"work_id": "book"}, labels={"pair_id": "p"}),
        conversation(2, labels={"pair_id": "p", "family_id": "f"}),
        conversation(3, labels={"family_id": "f"}),
        conversation(3, "persona"),
        conversation(5),
        conversation(6),
    )
    near = pl.DataFrame({"row": [4, 5], "cluster": [9, 9]})
    clusters = leakage_clusters(rows, near).to_list()
    assert len(set(clusters[:6])) == 1
    assert clusters[6] != clusters[0]


def test_empty_identities_tie_nothing():
    rows = frame(*(conversation(n) for n in range(5)))
    assert leakage_clusters(rows).n_unique() == 5


def test_names_do_not_depend_on_the_order_of_rows():
    rows = frame(*(conversation(n, provenance={"work_id": f"w{n % 3}"}) for n in range(12)))
    named = rows.with_columns(leakage_clusters(rows))
    turned = rows.reverse()
    again = turned.with_columns(leakage_clusters(turned))
    assert dict(named.select("id", "cluster_id").rows()) == dict(again.select("id", "cluster_id").rows())


def test_clusters_of_likeness_may_be_named_by_anything_and_keep_lone_members_apart():
    rows = frame(*(conversation(n) for n in range(3)))
    near = pl.DataFrame({"row": [0, 1, 2], "cluster": ["a", "a", "b"]})
    clusters = leakage_clusters(rows, near)
    assert clusters[0] == clusters[1] != clusters[2]
