"""Tests of stretches: a dialogue taken from columns gives the row it gives by itself."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.columns import Placed, conversations
from empathy_assets.engines.reading.shapes import Dialogue
from empathy_assets.engines.reading.stretches import taken
from empathy_assets_tests.engines.reading.test_columns import CONTEXT, WORDS

SAID = st.lists(st.sampled_from([word for word in WORDS if word.isprintable() or word.isspace()]), max_size=5).map(" ".join)
LONG = st.sampled_from(["I am so tired of all of this and I do not know what to do about it. ", "…!? ", "ich weiß es nicht mehr "])
TEXTS = SAID | st.builds(lambda text, times: text * times, LONG, st.integers(1, 12))
NAMES = st.sampled_from(["user", "assistant", "system", "Ann", "tool"])
TALKS = st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=5) | st.lists(TEXTS, min_size=2, max_size=18).map(
    lambda texts: [("assistant" if i % 2 else "user", text) for i, text in enumerate(texts)]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TALKS, min_size=1, max_size=5))
def test_every_dialogue_is_taken_as_it_is_alone_or_left(talks):
    found = pl.DataFrame(
        {
            "index": range(len(talks)),
            "line": range(3, 3 + len(talks)),
            "record_id": [f"r{i}" for i in range(len(talks))],
            "speakers": [[name for name, _ in talk] for talk in talks],
            "texts": [[text for _, text in talk] for talk in talks],
        }
    )
    done = taken(CONTEXT, found)
    assert sorted([*done.kept, *done.refused, *done.left]) == list(range(len(talks)))
    assert done.frame.height == len(done.kept)
    for place, row in enumerate(done.kept):
        alone, refused = conversations(CONTEXT, [_placed(talks, row)])
        assert not refused
        assert alone.equals(done.frame[place])
    for row, why in done.refused.items():
        assert conversations(CONTEXT, [_placed(talks, row)])[1] == {0: why}


def _placed(talks, row):
    return Placed(Dialogue(talks[row], f"r{row}"), "line", row + 3, row + 3, f"record {row}, line {row + 3}")


def test_the_usual_dialogue_is_taken():
    talk = [("user", "I am so tired of all this."), ("assistant", "It wears you down.")]
    lists = {"speakers": [[n for n, _ in talk]], "texts": [[t for _, t in talk]]}
    done = taken(CONTEXT, pl.DataFrame({"index": [0], "line": [1], "record_id": ["a"], **lists}))
    assert (done.kept, done.left, done.frame["provenance"][0]["anchor"]) == ([0], [], "record 0, line 1")
