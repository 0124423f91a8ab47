"""Frames of rows: the same however many there are."""

from empathy_assets.adapters.row_frames import frame_of
from empathy_assets.engines.reading.result import MODELS
from empathy_assets.records.arrow import polars_schema
from empathy_assets_tests.engines.reading.samples import context


def test_many_and_few_rows_make_the_same_frame():
    row = context().conversation([("user", "Hi"), ("assistant", "Hello")], context().provenance(), {"challenges": ["a", "b"]})[1]
    many = frame_of("conversations", [row] * 600)
    assert many.schema == polars_schema(MODELS["conversations"])
    assert many.head(2).equals(frame_of("conversations", [row] * 2))
    assert frame_of("rejects", []).schema == polars_schema(MODELS["rejects"])
