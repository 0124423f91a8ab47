"""Tests of roles and chat logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import merged, plain, plain_texts, role_of, sides
from empathy_assets_tests.engines.reading.spoken import normalise


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("human", "user"),
        ("GPT", "assistant"),
        ("Client", "user"),
        ("therapist", "assistant"),
        ("<|user|>", "user"),
        ("tool", "skipped"),
        ("Bob", ""),
    ],
)
def test_role_of(name, role):
    assert role_of(name) == role


def test_runs_merge_tools_vanish_and_empty_turns_go():
    turns = [("system", "Be kind."), ("user", "Hi"), ("user", "again"), ("assistant", ""), ("tool", "{}"), ("assistant", "Hello")]
    assert normalise(turns) == [("system", "Be kind."), ("user", "Hi\nagain"), ("assistant", "Hello")]


def test_unknown_pairs_of_speakers_are_told_by_who_opens():
    assert normalise([("Ann", "a"), ("Bo", "b"), ("Ann", "c")]) == [("user", "a"), ("assistant", "b"), ("user", "c")]
    assert normalise([("client", "a"), ("Dr. B", "b")]) == [("user", "a"), ("assistant", "b")]
    assert normalise([("user", "a"), ("system", "b"), ("user", "c"), ("system", "d")])[1][0] == "assistant"


def test_tokenised_text_is_joined():
    assert normalise([("usr", "i don ' t know ."), ("sys", "Oh , I see !")]) == [("user", "i don't know."), ("assistant", "Oh, I see!")]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "no-turns"),
        ([("user", " ")], "no-turns"),
        ([("user", "a")], "one-sided"),
        ([("A", "1"), ("B", "2"), ("C", "3")], "unknown-roles"),
    ],
)
def test_what_is_no_dialogue_says_why(turns, reason):
    with pytest.raises(ReadError) as caught:
        normalise(turns)
    assert caught.value.reason == reason


def test_a_system_that_answers_is_the_assistant_and_one_that_prompts_is_not():
    assert [role for role, _ in normalise([("USER", "Hi"), ("SYSTEM", "Hello")])] == ["user", "assistant"]
    assert [role for role, _ in normalise([("system", "Be kind."), ("user", "Hi"), ("gpt", "Hello")])] == ["system", "user", "assistant"]


def test_a_role_among_other_words_is_found_where_it_settles_both_sides():
    assert [r for r, _ in normalise([("Therapist (Ann)", "Hello"), ("Client 7", "Hi")])] == ["assistant", "user"]
    assert [r for r, _ in normalise([("agent_1", "Hello"), ("agent_2", "Hi")])] == ["user", "assistant"]
    assert [r for r, _ in normalise([("T", "Hello"), ("P", "Hi")])] == ["assistant", "user"]


def test_sentences_glued_together_are_parted_and_names_of_sites_are_not():
    turns = normalise(
        [("user", "It went on in silence.You know, I left!She stayed."), ("bot", "See www.example.Com or U.S. Army, e.g.This")]
    )
    assert turns == [
        ("user", "It went on in silence. You know, I left! She stayed."),
        ("assistant", "See www.example.Com or U.S. Army, e.g.This"),
    ]


PIECES = st.sampled_from(
    ["I can", " ' t", " .", "sleep.Then", "A.B", "café", "“", " ", "\n", "  ", "&amp;", "<i>", "x" * 240, "\ud800", "\x1c", "it ' s"]
)


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=8))
def test_many_texts_are_made_plain_like_each_of_them(texts):
    assert plain_texts(texts) == [plain(text) for text in texts]


@given(st.lists(st.sampled_from(["human", "gpt", "system", "tool", "Ann", "Bo", "Cy"]), max_size=6))
def test_sides_are_told_from_the_names_alone_or_not_at_all(names):
    roles = sides(tuple(names))
    if roles:
        assert merged([(name, "said") for name in names]) == [(role, "said") for role in roles]
    try:
        plainly = merged([(name, "said") for name in names])
    except ReadError:
        plainly = []
    assert roles or len(plainly) < max(1, len(names))
