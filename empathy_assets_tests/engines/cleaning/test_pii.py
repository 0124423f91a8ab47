"""Masking: consistent placeholders, an offset map, guards that never hide an identifier, no residue."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.cleaning.detect import find
from empathy_assets.engines.cleaning.pii import mask, mask_conversation, residue, suspects
from empathy_assets_tests.engines.cleaning.test_detect import FOUND, SURVIVES


def test_placeholders_are_consistent_inside_a_conversation():
    masked = mask_conversation(["I am on 212-555-0142 or a@example.org.", "So 212.555.0142?", "Also b@example.org, A@example.org"])
    assert masked.texts == ["I am on [PHONE_1] or [EMAIL_1].", "So [PHONE_1]?", "Also [EMAIL_2], [EMAIL_1]"]


def test_other_mentions_of_a_named_person_are_masked_too():
    masked = mask_conversation(["My name is Johanna Berg.", "Thank you, Johanna. Is Berg your birth name?", "Everyone says Johannesburg."])
    assert masked.texts == ["My name is [NAME_1].", "Thank you, [NAME_1]. Is [NAME_1] your birth name?", "Everyone says Johannesburg."]


def test_a_name_that_is_a_word_is_masked_in_its_context_only():
    assert mask_conversation(["My name is Hope.", "Hope helps."]).texts == ["My name is [NAME_1].", "Hope helps."]


def test_numbering_goes_on_after_earlier_placeholders():
    assert mask_conversation(["[EMAIL_1] wrote", "and x@example.org"]).texts == ["[EMAIL_1] wrote", "and [EMAIL_2]"]


def test_the_offset_map_leads_from_old_to_new_places():
    texts = ["ring 212-555-0142 or 030/9123456", "none"]
    masked = mask_conversation(texts)
    for turn, start, end, new_start, new_end, label in masked.spans:
        assert masked.texts[turn][new_start:new_end] == label
        assert texts[turn][start:end][0].isdigit()
    assert len(masked.spans) == 2


@pytest.mark.parametrize("text", [t for texts in FOUND.values() for t in texts])
def test_the_guard_lets_every_identifier_through(text):
    assert suspects(pl.Series([text])).item()


@pytest.mark.parametrize("text", [t.upper() for kind, texts in FOUND.items() for t in texts if kind not in ("NAME", "ADDRESS")])
def test_upper_case_hides_nothing(text):
    assert suspects(pl.Series([text])).item()
    assert find(text)


def test_columns():
    turns = pl.DataFrame(
        {"row": [0, 0, 4, 4], "role": ["user", "assistant"] * 2, "content": ["mail a@example.org", "ok", "calm", "yes"]},
        schema_overrides={"row": pl.UInt32},
    )
    masked, replaced = mask(turns)
    assert masked["content"].to_list() == ["mail [EMAIL_1]", "ok", "calm", "yes"]
    assert replaced.rows() == [(0, 1)]
    assert residue(masked).is_empty()
    assert residue(turns).rows() == [(0, 1)]


piece = st.sampled_from([t for texts in FOUND.values() for t in texts] + SURVIVES + ["and then", "Will you?", "[PHONE_3]"])


@settings(max_examples=80, deadline=None)
@given(st.lists(piece, min_size=1, max_size=4))
def test_nothing_is_left_after_masking(pieces):
    once = mask_conversation([". ".join(pieces)])
    assert [h for t in once.texts for h in find(t)] == []
    assert mask_conversation(once.texts).texts == once.texts
