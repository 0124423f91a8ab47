"""The whole path: every row accounted for, scores filled, ids recomputed, the same result for any chunking."""

import polars as pl
import pytest

from empathy_assets.engines.cleaning.prepare import prepare
from empathy_assets.records.arrow import SchemaMismatchError, empty_frame, polars_schema, to_frame
from empathy_assets.records.conversation import Conversation, Turn
from empathy_assets.records.ids import conversation_id
from empathy_assets.records.provenance import Provenance
from empathy_assets.records.reject import Reject

GOOD = [
    ("user", "I have not slept for days and I miss my brother."),
    ("assistant", "That sounds exhausting. What do you miss most about him?"),
]


def record(turns, n=0):
    return Conversation.model_construct(
        id=f"raw-{n}", turns=[Turn.model_construct(role=r, content=t) for r, t in turns], source="conversation_corpora",
        provenance=Provenance(file="a.jsonl", file_sha256="ab", unit="line", start=n, anchor=f"line {n}", record_id=f"r{n}"),
        licence="CC0-1.0",
    )  # fmt: skip


def frame(*conversations):
    return to_frame([record(t, n) for n, t in enumerate(conversations)], Conversation)


def test_a_good_conversation_passes_with_scores_and_its_own_id():
    kept, rejects = prepare(frame(GOOD))
    assert rejects.is_empty()
    assert rejects.schema == polars_schema(Reject)
    row = kept.row(0, named=True)
    assert [(t["role"], t["content"]) for t in row["turns"]] == GOOD
    assert row["id"] == conversation_id(GOOD)
    assert row["provenance"]["record_id"] == "r0"
    scores = row["scores"]
    assert (scores["language"], scores["words"], scores["pii_replaced"], scores["pii_residue"]) == ("en", 21, 0, 0)


def test_personal_data_is_replaced_and_counted_and_hotlines_stay():
    talk = [
        ("user", "Mail a@example.org or ring 212-555-0142, I called 988."),
        ("assistant", "I noted a@example.org. 741741 is also there for you."),
    ]
    kept, _ = prepare(frame(talk))
    row = kept.row(0, named=True)
    assert [t["content"] for t in row["turns"]] == [
        "Mail [EMAIL_1] or ring [PHONE_1], I called 988.",
        "I noted [EMAIL_1]. 741741 is also there for you.",
    ]
    assert row["scores"]["pii_replaced"] == 3
    assert row["scores"]["pii_residue"] == 0


def test_copies_in_other_spelling_get_one_id():
    shouted = [(r, t.upper().replace(" ", "\u00a0 ")) for r, t in GOOD]
    curly = [(r, "\r\n" + t.replace("'", "’")) for r, t in GOOD]
    kept, _ = prepare(frame(GOOD, shouted, curly))
    assert kept["id"].n_unique() == 1


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        ([("user", "\u200b"), ("assistant", " \n")], "empty"),
        ([], "empty"),
        ([("user", "I talk and talk and nobody answers me"), ("assistant", "")], "one-sided"),
        ([("user", "hm"), ("assistant", "ok")], "too-short"),
        ([("user", "word " * 5000), ("assistant", "I hear you out.")], "too-long"),
        ([("user", "no end"), ("assistant", "to this")] * 300, "too-long"),
        ([("user", "who is speaking here"), ("narrator", "nobody knows")], "unknown-role"),
        ([("user", "a gap follows here"), ("assistant", None)], "missing-content"),
        ([("user", "a gap follows here"), (None, "so who said it")], "unknown-role"),
    ],
)
def test_unusable_rows_are_rejected_with_place_reason_and_remedy(talk, reason):
    kept, rejects = prepare(frame(GOOD, talk, GOOD))
    assert kept["provenance"].struct.field("record_id").to_list() == ["r0", "r2"]
    (reject,) = rejects.iter_rows(named=True)
    assert (reject["reason"], reject["position"], reject["file"], reject["source"]) == (reason, "line 1", "a.jsonl", "conversation_corpora")
    assert reject["detail"]
    assert reject["remedy"]


def test_a_null_list_of_turns_is_a_reject_and_a_missing_anchor_is_spelled_out():
    raw = frame(GOOD, GOOD).with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then("turns").alias("turns"),
        pl.col("provenance").struct.with_fields(pl.lit("").alias("anchor")),
    )
    _, rejects = prepare(raw)
    assert rejects["position"].to_list() == ["line 1"]


def test_any_chunking_gives_the_same_rows():
    talks = [
        GOOD,
        [("user", "  “odd” <b>thing</b>"), ("user", "my name is Ada Byron"), ("assistant", "Hello Ada, tell me more about it")],
        [("user", "x")],
        GOOD,
    ]
    whole = frame(*talks)
    kept, rejects = prepare(whole)
    parts = [prepare(whole.slice(i, 1)) for i in range(whole.height)]
    assert pl.concat([p[0] for p in parts]).equals(kept)
    assert pl.concat([p[1] for p in parts]).equals(rejects)
    again, none = prepare(kept)
    assert none.is_empty()
    assert again["id"].equals(kept["id"])


def test_empty_and_wrong_frames():
    kept, rejects = prepare(empty_frame(Conversation))
    assert kept.is_empty()
    assert rejects.is_empty()
    nothing, all_rejected = prepare(frame([("user", "")]))
    assert nothing.schema == polars_schema(Conversation)
    assert all_rejected.height == 1
    with pytest.raises(SchemaMismatchError, match="input of prepare"):
        prepare(pl.DataFrame({"id": ["x"]}))
