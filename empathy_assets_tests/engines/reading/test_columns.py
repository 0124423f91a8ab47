"""Tests of rows made many at a time: the same as one at a time, whatever stands beside a dialogue."""

from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.columns import Placed, Refused, conversations, without_slots
from empathy_assets.engines.reading.identity import dialogue_id
from empathy_assets.engines.reading.language import is_english
from empathy_assets.engines.reading.result import FileContext, ReadError
from empathy_assets.engines.reading.shapes import Dialogue
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.licence import Rights
from empathy_assets_tests.engines.reading.spoken import normalise

CONTEXT = FileContext("conversation_corpora", "corpora/talks.jsonl", "ab" * 32, Rights(licence="CC0-1.0", origin="o", holder="h"))
SAID = [
    "I have not slept for a week.",
    "That sounds heavy",
    "Ich weiß es nicht, alles ist so schwer geworden",
    "don’t",
    "“no”",
    "café",
    "cafÃ©",
]
ODD = [" and lonely ", "", "it ' s", "fine .", "home.Then", "\u00a0", "\n", "\n\n\n", "\t", "\x1c", "\ud800", "ﬁne", "İ", "Ǆ", "x" * 260]
WORDS = [*SAID, *ODD, "&amp;", "<b>now</b>", "{{name}}"]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=6).map(" ".join)
NAMES = st.sampled_from(["user", "assistant", "user", "assistant", "system", "tool", "Ann", "Bo"])
TURNS = st.lists(st.tuples(NAMES, TEXTS), max_size=6)
ALTERNATE = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3).map(lambda p: [t for a, b in p for t in (("human", a), ("gpt", b))])
LABELS = st.dictionaries(st.sampled_from(["issue", "quality"]), st.sampled_from(["grief", "low"]), max_size=2)


def one(item):
    """Return the row of one dialogue or why there is none, each step by its plain function."""
    try:
        turns = without_slots(normalise(item.dialogue.turns))
    except ReadError as error:
        return Refused(error.reason, error.detail)
    english, code = is_english("\n".join(text for role, text in turns if role != "system"))
    if not english:
        return Refused("not-english", f"the conversation reads as `{code or 'unknown'}`")
    place = {"unit": item.unit, "start": float(item.first), "end": float(item.last), "anchor": item.position}
    work = dialogue_id(text for role, text in turns if role == "user")
    provenance = CONTEXT.provenance(**place, record_id=item.dialogue.record_id, title="talks", work_id=work)
    return Conversation.model_validate(CONTEXT.conversation(turns, provenance, item.dialogue.labels)[1])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TURNS | ALTERNATE, LABELS), max_size=6))
def test_a_batch_gives_what_each_dialogue_gives_alone(found):
    placed = [Placed(Dialogue(turns, f"r{i}", labels), "line", i, i, f"line {i}", i) for i, (turns, labels) in enumerate(found)]
    frame, refused = conversations(CONTEXT, placed)
    assert frame.schema == polars_schema(Conversation)
    rows = iter([Conversation.model_validate(row) for row in frame.iter_rows(named=True)])
    assert [refused.get(i) or next(rows) for i in range(len(placed))] == [one(item) for item in placed]
    assert next(rows, None) is None


def test_the_rest_of_a_record_falls_with_the_dialogue_that_cannot_be_read():
    good = [("user", "I am so tired of all this."), ("assistant", "It wears you down.")]
    talks = [good, [("user", "Hello?")], good, good]
    placed = [Placed(Dialogue(turns), "line", 1, 1, "line 1", record) for turns, record in zip(talks, (0, 0, 0, 1), strict=True)]
    frame, refused = conversations(CONTEXT, placed)
    assert (frame.height, refused[1].reason, refused[2]) == (2, "one-sided", None)
    frame, refused = conversations(CONTEXT, [Placed(item.dialogue, "row", 1, 1, "row 1") for item in placed])
    assert (frame.height, list(refused)) == (3, [1])


def test_a_slot_reads_like_a_masked_detail():
    assert without_slots([("user", "I am {{ client name }}, {{1}}")]) == [("user", "I am [CLIENTNAME_1], {{1}}")]
