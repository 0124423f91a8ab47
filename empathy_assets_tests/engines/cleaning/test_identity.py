"""The column-wise identity is the identity of `records.ids`."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.cleaning.identity import identities
from empathy_assets.records.ids import conversation_id

turn = st.tuples(
    st.sampled_from(["system", "user", "assistant"]), st.text(max_size=30) | st.sampled_from(["Plain text.", " a  b", "ÇA İ ß ﬁ", "x\n\ny"])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(turn, min_size=1, max_size=4), min_size=1, max_size=4))
def test_equal_to_the_record_id(conversations):
    rows = [(i, *t) for i, talk in enumerate(conversations) for t in talk]
    frame = pl.DataFrame(rows, schema={"row": pl.UInt32, "role": pl.String, "content": pl.String}, orient="row")
    assert identities(frame).to_list() == [conversation_id(talk) for talk in conversations]
