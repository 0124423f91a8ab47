"""Sorting by places: what sorting by the text itself gives."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.packaging.order import by_places

WORDS = st.one_of(st.none(), st.text("aAéz\U0001f600 ", max_size=3))


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=30, unique=True))
def test_rows_come_in_the_order_of_their_texts(rows):
    frame = pl.DataFrame(rows, schema={"ref": pl.String, "gate": pl.String, "version": pl.String}, orient="row").with_row_index("n")
    frame = pl.concat([frame[:7], frame[7:]], rechunk=False)
    assert by_places(frame, "ref", "gate", "version").equals(frame.sort("ref", "gate", "version"))


def test_the_first_column_counts_most_and_the_others_decide_among_equals():
    frame = pl.DataFrame({"ref": ["b", "a", "b"], "gate": ["x", "z", "a"], "passed": [True, False, False]})
    assert by_places(frame, "ref", "gate").rows() == [("a", "z", False), ("b", "a", False), ("b", "x", True)]
    assert by_places(frame, "gate").rows() == [("b", "a", False), ("b", "x", True), ("a", "z", False)]
