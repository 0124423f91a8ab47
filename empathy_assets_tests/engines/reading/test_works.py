"""Tests of joining editions of one work."""

import polars as pl

from empathy_assets.engines.reading.identity import sketch
from empathy_assets.engines.reading.works import same_works
from empathy_assets_tests.engines.reading.samples import prose


def test_overlapping_works_share_the_first_id():
    a, b = prose(30), prose(30, start=900)
    works = pl.DataFrame({"work_id": ["w-3", "w-1", "w-2", "w-1"], "sketch": [sketch(a), sketch(a[:28]), sketch(b), sketch(a)]})
    assert same_works(works) == {"w-1": "w-1", "w-2": "w-2", "w-3": "w-1"}
    assert same_works(works.clear()) == {}
