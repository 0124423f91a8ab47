"""Tests of the common shape: whatever is understood there reads as the general way reads it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.common_shape import common_dialogue
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.shapes import dialogues

TURN = {"role": "user", "content": "I can_comma_t sleep_comma_ again."}
TALK = [TURN, {"role": "assistant", "content": "That is hard."}]
VALUES = st.sampled_from(["user", "assistant", "I feel low.", "", "42", 7, None, True, [], ["a", "b"], {}, {"role": "user"}])
ITEM_KEYS = st.sampled_from(["role", "from", "content", "value", "text", "type", "name", "Role", "history", "time", "mood"])
ITEMS = st.dictionaries(ITEM_KEYS, VALUES, min_size=1, max_size=3) | st.sampled_from([*TALK, "said", None, []])
LISTS = st.just(TALK) | st.lists(st.sampled_from(TALK), max_size=4) | st.lists(ITEMS, max_size=3)
KEYS = ["messages", "conversations", "id", "ID", "conv_id", "topic", "label", "rating", "survey_score", "data", "content", "note", "role"]
OTHERS = ["system", "chosen", "rejected", "mapping", "replies", "history", "question", "answer"]
RECORDS = st.dictionaries(st.sampled_from([*KEYS, *OTHERS]), VALUES | LISTS, max_size=4)
LIKELY = st.builds(lambda talk, rest: {**rest, "messages": talk}, LISTS, RECORDS)


@settings(max_examples=400, deadline=None)
@given(RECORDS | LIKELY | VALUES | LISTS)
def test_what_is_understood_reads_as_in_general(record):
    found = common_dialogue(record)
    if found is None:
        return
    try:
        expected = list(dialogues(record))
    except ReadError as error:
        raise AssertionError(f"{record!r} is refused: {error}") from error
    assert [found] == expected


def test_the_shape_most_corpora_have_is_understood():
    found = common_dialogue({"id": 7, "topic": "Sleep", "messages": TALK})
    assert found is not None
    assert (found.record_id, found.labels, found.turns[0]) == ("7", {"issue": "sleep"}, ("user", "I can,t sleep, again."))
    assert common_dialogue({"conversations": [{"from": "human", "value": "Hi", "time": 3}, {"from": "gpt", "value": "Hello", "time": 4}]})


def test_what_the_names_do_not_decide_is_handed_back():
    mixed = [TURN, {"role": "assistant", "text": "That is hard."}]
    for record in (
        {},
        {"messages": mixed},
        {"messages": TALK, "system": "Be kind."},
        {"messages": TALK, "turns": TALK},
        {1: TALK, "messages": TALK},
    ):
        assert common_dialogue(record) is None
