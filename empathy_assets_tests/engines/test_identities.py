"""The column-wise identity is the identity of `records.ids`."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.identities import conversation_ids, folded_texts
from empathy_assets.records.ids import conversation_id, normalised

TEXTS = st.text(max_size=30) | st.sampled_from(["Plain text.", " a  b", "ÇA İ ß ﬁ", "x\n\ny", "“so” – it’s…", "\x1cA"])
TURNS = st.tuples(st.sampled_from(["system", "user", "assistant"]), TEXTS)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TURNS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_every_conversation_has_the_id_it_has_alone(talks):
    roles = pl.Series([role for talk in talks for role, _ in talk], dtype=pl.String)
    texts = pl.Series([text for talk in talks for _, text in talk], dtype=pl.String)
    ends = np.cumsum([0, *map(len, talks)])
    assert conversation_ids(roles, folded_texts(texts), ends) == [conversation_id(talk) for talk in talks]


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_texts_are_folded_as_identity_sees_them(texts):
    assert folded_texts(pl.Series(texts, dtype=pl.String)).to_list() == [normalised(text) for text in texts]
