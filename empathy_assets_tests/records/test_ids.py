"""Tests of record identities."""

import hashlib

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from empathy_assets.records.arrow import to_frame
from empathy_assets.records.conversation import Conversation, Turn
from empathy_assets.records.ids import conversation_id, digest, file_sha256, normalised, passage_id, record_ref
from empathy_assets.records.provenance import Provenance


def test_case_quotes_and_white_space_do_not_change_the_identity() -> None:
    assert conversation_id([("user", "I can\u2019t  sleep.\n")]) == conversation_id([("user", "i can't sleep.")])


def test_who_speaks_and_what_is_said_do() -> None:
    ids = {conversation_id([(role, text)]) for role in ("user", "assistant") for text in ("I can't sleep.", "I can sleep.")}
    assert len(ids) == 4


def test_where_one_turn_ends_matters() -> None:
    assert conversation_id([("user", "a b"), ("user", "c")]) != conversation_id([("user", "a"), ("user", "b c")])
    assert digest("ab", "c") != digest("a", "bc")


@given(st.text())
def test_normalisation_is_idempotent_in_effect(text: str) -> None:
    assert passage_id(normalised(text)) == passage_id(normalised(normalised(text)))


def test_the_same_dialogue_in_two_files_has_one_id_and_two_refs() -> None:
    turns = [Turn(role="user", content="Hello."), Turn(role="assistant", content="Hi, good to meet you.")]
    both = [
        Conversation(id=conversation_id((t.role, t.content) for t in turns), turns=turns, source="conversation_corpora", provenance=p)
        for p in (Provenance(file_sha256="a" * 64, start=1), Provenance(file_sha256="b" * 64, start=1))
    ]
    frame = to_frame(both, Conversation).with_columns(record_ref())
    assert frame["id"].n_unique() == 1
    assert frame["ref"].n_unique() == 2
    assert frame["ref"].dtype == pl.String


def test_a_file_is_known_by_its_bytes_wherever_it_lies(tmp_path) -> None:
    data = bytes(range(256)) * 5000  # more than one block
    (tmp_path / "a").write_bytes(data)
    assert file_sha256(tmp_path / "a") == file_sha256(UPath(tmp_path / "a")) == hashlib.sha256(data).hexdigest()
