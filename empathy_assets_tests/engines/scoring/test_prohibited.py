"""Behaviour of `engines.scoring.prohibited`."""

import pytest

from empathy_assets.engines.scoring.prohibited import prohibited


def kinds(reply, client="I feel low today."):
    return [hit.kind for hit in prohibited([("user", client), ("assistant", reply)])]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("You should call a crisis hotline.", "referral"),
        ("Please seek professional help for this.", "referral"),
        ("As an AI, I can\u2019t feel.", "machine"),
        ("At least you still have your sister.", "minimisation"),
        ("Other people have it so much worse.", "minimisation"),
        ("I promise it will get better.", "overpromising"),
        ("Everything will be fine.", "overpromising"),
        ("You should stop taking your medication.", "medical"),
        ("You clearly have bipolar disorder.", "medical"),
    ],
)
def test_each_kind_is_found(reply, kind):
    assert kind in kinds(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "I won't tell you to look on the bright side.",
        "I can't promise that everything will be fine.",
        "You don't have to call a hotline for us to keep talking.",
        "It sounds as though the mornings are hardest.",
        "Who could sit with you this evening?",
    ],
)
def test_negation_and_ordinary_care_are_not_hits(reply):
    assert kinds(reply) == []


def test_a_referral_the_client_asked_for_is_allowed():
    assert kinds("You could call the crisis line tonight.", "Is there a helpline, who can I call?") == []


def test_a_referral_in_immediate_danger_is_allowed():
    assert kinds("Please call 911 now.", "I've just taken all my pills and I'm scared.") == []


def test_asking_later_does_not_excuse_an_earlier_turn():
    turns = [("user", "Hi."), ("assistant", "Call a hotline."), ("user", "Who can I call?"), ("assistant", "Call a hotline.")]
    assert [hit.turn for hit in prohibited(turns)] == [1]


def test_the_client_may_say_anything_and_spans_are_exact():
    assert prohibited([("user", "At least you are honest. As an AI?")]) == []
    (hit,) = prohibited([("assistant", "Well, AT LEAST YOU tried.")])
    assert hit.text == "AT LEAST YOU"
    assert (hit.start, hit.end) == (6, 18)


@pytest.mark.parametrize(
    "said",
    [
        "He broke down my door and he'll kill me.",
        "She wants to die before the anniversary.",
        "The only way out I see is to kill myself.",
        "He said goodbye to everybody at work.",
        "I nearly died on Monday and it was no accident.",
        "Can you see me past midnight?",
    ],
)
def test_threats_and_farewells_are_immediate_danger(said):
    assert kinds("This is an emergency; I'd like you to call emergency services, and I'm staying.", said) == []


def test_despair_alone_excuses_no_referral():
    assert kinds("Please call a helpline.", "I feel hopeless and so tired of it all.") == ["referral"]


def test_danger_may_be_known_from_outside_the_words():
    turns = [("user", "I know what it means."), ("assistant", "Call emergency services now, I'm with you.")]
    assert prohibited(turns)
    assert prohibited(turns, danger=True) == []
