"""What records are known by: everything in them, and their order where it counts."""

import polars as pl
import pytest

from empathy_assets.engines.packaging import content as module
from empathy_assets.engines.packaging.content import content, know_lines, lines_known, row_hashes
from empathy_assets.records.arrow import set_fields
from empathy_assets_tests.engines.packaging.samples import built

LINES = "a" * 64


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(module, "_LINES", {})


def test_rows_hash_alike_whatever_the_order_of_columns_and_however_they_lie_in_memory():
    release = built()[0]
    again = pl.concat([release[:9], release[9:]], rechunk=False).select(reversed(release.columns))
    assert row_hashes(again).equals(row_hashes(release))


@pytest.mark.parametrize(
    "change",
    [
        pl.col("turns").list.head(1),
        pl.lit("another").alias("cluster_id"),
        set_fields("provenance", start=77.0),
        set_fields("labels", tone="calm"),
        set_fields("scores", groundedness=0.5),
    ],
)
def test_everything_in_a_record_counts(change):
    release = built()[0]
    assert (row_hashes(release.with_columns(change)) != row_hashes(release)).all()


def test_lines_are_known_for_the_same_records_in_the_same_order_and_for_no_other_hash():
    rows = row_hashes(built()[0])
    assert not lines_known(rows, LINES)
    know_lines(rows, LINES)
    assert lines_known(rows, LINES)
    assert not lines_known(rows, "b" * 64)
    assert not lines_known(rows.reverse(), LINES)
    assert not lines_known(rows[1:], LINES)


def test_only_the_newest_are_kept():
    for n in range(20):
        know_lines(pl.Series("row", [n], pl.UInt64), LINES)
    assert len(module._LINES) < 10
    assert lines_known(pl.Series("row", [19], pl.UInt64), LINES)
    assert not lines_known(pl.Series("row", [0], pl.UInt64), LINES)


def test_content_tells_orders_apart():
    rows = row_hashes(built()[0])
    assert content(rows) == content(rows.clone()) != content(rows.reverse())
