"""Expansion: facts stay, fresh words vary, and the counsellor knows only what was told."""

import pytest

from empathy_assets.engines.generating.grammar.expand import Draw, Expansion, UnknownRuleError
from empathy_assets.engines.generating.grammar.template import Alternative, parse


def rules(**content: list[str]) -> dict[str, tuple[Alternative, ...]]:
    return {name: tuple(parse(a) for a in alternatives) for name, alternatives in content.items()}


def test_fact_is_the_same_ever_after() -> None:
    e = Expansion(3, [rules(t=["{who} {who}"], who=["a", "b", "c", "d"])])
    first = e.write("t")
    assert len(set(first.split())) == 1
    assert e.write("t") == first


def test_fresh_alternatives_are_used_up_before_they_return() -> None:
    e = Expansion(3, [rules(t=["{*w} {*w} {*w}"], w=["a", "b", "c"])])
    assert sorted(e.write("t").split()) == ["a", "b", "c"]


def test_second_person_and_agreement() -> None:
    e = Expansion(1, [rules(t=["{person:you} call{person.s}, {person.they} {person.is} here"], person=["my sister ~she"])])
    assert e.write("t") == "your sister calls, she is here"


def test_explicit_second_person_sees_the_same_draws() -> None:
    scope = rules(t=["{x} / {x:you}"], x=["me [one|two|three] >> thee [one|two|three]"])
    for seed in range(20):
        first, second = Expansion(seed, [scope]).write("t").split(" / ")
        assert first.split()[1] == second.split()[1]


def test_nearer_scope_wins_and_unknown_rule_is_named() -> None:
    e = Expansion(1, [rules(w=["near"]), rules(w=["far"], t=["{w} {nowhere}"])])
    assert e.write("w") == "near"
    with pytest.raises(UnknownRuleError, match="nowhere"):
        e.write("t")


def test_counsellor_passes_over_what_was_not_told() -> None:
    scope = rules(c=["{told}"], t=["{*line}"], line=["about {told}", "about {secret}"], told=["this"], secret=["that"])
    for seed in range(20):
        e = Expansion(seed, [scope], offered=frozenset())
        e.write("c")
        e.listening = True
        assert e.write("t") == "about this"


def test_turn_is_sparing_with_a_fact() -> None:
    scope = rules(t=["{*a} {*b}"], a=["{mood}"], b=["{mood} again", "other"], mood=["sad"])
    assert {Expansion(s, [scope], sparing=frozenset({"mood"})).write("t") for s in range(20)} == {"sad other"}


def test_passage_parts_and_their_stand_in() -> None:
    scope = rules(t=["{passage.term}"], passage_term=["a stand-in"])
    assert Expansion(1, [scope], {"term": "breath"}).write("t") == "breath"
    assert Expansion(1, [scope]).write("t") == "a stand-in"


def test_circle_is_refused() -> None:
    with pytest.raises(RecursionError, match="circle"):
        Expansion(1, [rules(t=["{*t}"])]).write("t")


def test_draws_are_spread() -> None:
    draw = Draw(5)
    counts = [0] * 7
    for _ in range(7000):
        counts[draw.below(7)] += 1
    assert min(counts) > 850
    assert max(counts) < 1150


def test_a_lead_invites_the_exchange_that_follows() -> None:
    e = Expansion(1, [rules(t=["so. {*lead}"], lead_past=["where from?"], lead_wish=["what for?"])])
    e.following = "past"
    assert e.write("t") == "so. where from?"
    e.following = "wish"
    assert e.write("t") == "so. what for?"


def test_a_question_and_its_reply_are_one_fact_turned_to_whoever_hears_it() -> None:
    scope = rules(t=["{ask} / {ask.reply} / {ask.reply:you}"], ask=["who sees [it|that]? => only my [dog|cat] sees me", "when? => I wait"])
    found = {Expansion(seed, [scope]).write("t") for seed in range(30)}
    assert {text.split(" / ")[0] for text in found} == {"who sees it?", "who sees that?", "when?"}
    for text in found:
        question, reply, turned = text.split(" / ")
        assert (question == "when?") == (reply == "I wait")
        assert turned in ("you wait", reply.replace("my", "your").replace("me", "you"))


def test_voice_parts_take_turns_and_a_missing_part_has_a_stand_in() -> None:
    rules = {"say": (parse("{*voice.image} {*voice.image} {voice.image} {voice.image} {voice.word}"),), "voice_word": (parse("shelter"),)}
    said = Expansion(3, [rules], voice={"image": ("kettle", "stove", "loaf")}).write("say").split()
    assert sorted(said[:3]) == ["kettle", "loaf", "stove"]
    assert said[2] == said[3]
    assert said[4] == "shelter"


def test_a_reply_is_not_reflected_before_it_was_given() -> None:
    scope = rules(
        asks=["{ask}"],
        answers=["{ask.reply}"],
        reflects=["{*line}"],
        line=["you said {ask.reply:you}", "you said nothing"],
        ask=["why? => I wait"],
    )
    for seed in range(20):
        e = Expansion(seed, [scope], offered=frozenset({"ask"}))
        e.listening = True
        assert e.write("asks") == "why?"
        assert e.write("reflects") == "you said nothing"
        e.listening = False
        e.write("answers")
        e.listening = True
        assert e.write("reflects") == "you said you wait"
