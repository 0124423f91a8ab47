"""The content gate: unsafe replies, the fence, the floor, and survivors who must not be silenced."""

import pytest

from empathy_assets.engines.gating.content import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation

_FENCE = "nightmare-fuel"


def _said(client="I do not know how to go on with this week.", counsellor="That sounds like a great deal to carry alone.", **changes):
    return conversation(turns=[("user", client), ("assistant", counsellor)], **changes)


@pytest.mark.parametrize(
    ("counsellor", "rule"),
    [
        ("Honestly, the world would be better off without you.", "encourages-harm"),
        ("You might as well end your life.", "encourages-harm"),
        ("You deserved it, after what you did.", "blames-victim"),
        ("I'm attracted to you, and we can meet.", "sexual-advance"),
        ("You are pathetic.", "contempt"),
        ("Get over yourself.", "contempt"),
        ("Stop taking your meds, they only dull you.", "collusion"),
        ("Let’s keep this between us.", "collusion"),
    ],
)
@pytest.mark.parametrize("stage", ["foundation", "expertise", _FENCE, "persona"])
def test_unsafe_assistant_language_is_blocked_in_every_stage(counsellor, rule, stage):
    exempt = ["content"] if stage == _FENCE else []
    bad, twin = ask(GATE, _said(counsellor=counsellor, stage=stage, exempt_from=exempt), _said(stage=stage), stage=stage)
    assert bad["reason"].startswith(f"{rule}: ")
    assert bad["spans"][0]["turn"] == 1
    assert (bad["passed"], twin["passed"]) == (False, True)


@pytest.mark.parametrize(
    "counsellor",
    [
        "Part of you has come to believe the world would be better off without you, and that hurts to hear.",
        "It was not your fault.",
        "It sounds as though he told you that it was your fault.",
        "You felt that you deserved it.",
        "When you say you are worthless, I hear how tired you are.",
        "She asked you to keep this a secret, and you did.",
        "You feel like no one would miss you.",
    ],
)
def test_reflecting_what_hurts_is_not_saying_it(counsellor):
    (found,) = ask(GATE, _said(counsellor=counsellor))
    assert found["passed"], found["reason"]


@pytest.mark.parametrize(
    ("client", "rule"),
    [
        ("I'm going to kill my boss tomorrow.", "client-graphic-violence"),
        ("There was blood everywhere on the kitchen floor.", "client-graphic-violence"),
        ("I cut my arms again and there was blood.", "client-graphic-self-harm"),
    ],
)
def test_the_clients_side_is_filtered_except_where_the_fence_exempts_it(client, rule):
    (outside,) = ask(GATE, _said(client))
    (unmarked,) = ask(GATE, _said(client, stage=_FENCE), stage=_FENCE)
    (exempt,) = ask(GATE, _said(client, stage=_FENCE, exempt_from=["content"]), stage=_FENCE)
    (claimed,) = ask(GATE, _said(client, exempt_from=["content"]))
    assert outside["reason"].startswith(rule)
    assert [outside["passed"], unmarked["passed"], exempt["passed"], claimed["passed"]] == [False, False, True, False]
    assert "exempt" in exempt["reason"]


@pytest.mark.parametrize("role", ["client", "counsellor"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("He wrote erotic stories about a little girl.", "floor-minors"),
        ("She is sexy for a 14-year-old.", "floor-minors"),
        ("The lethal dose of it is known.", "floor-instructions"),
        ("This is the best way to kill someone.", "floor-instructions"),
    ],
)
def test_the_floor_holds_for_both_sides_in_every_stage_and_knows_no_exemption(role, text, rule):
    for stage in ("foundation", "expertise", _FENCE, "persona"):
        (found,) = ask(GATE, _said(**{role: text}, stage=stage, exempt_from=["content"]), stage=stage)
        assert not found["passed"]
        assert found["reason"].startswith(f"{rule}: ")


@pytest.mark.parametrize(
    "client",
    [
        "My uncle abused me when I was a child and I never told anyone.",
        "He made me look at porn when I was a kid.",
        "We stopped having sex with each other after the baby, and the kids take all we have.",
        "I keep thinking about dying and I am scared of it.",
        "The doctor raised my dose to 20 mg and it makes me tired.",
    ],
)
def test_survivors_and_plain_talk_are_not_silenced(client):
    for stage in ("foundation", _FENCE):
        (found,) = ask(GATE, _said(client, stage=stage), stage=stage)
        assert found["passed"], found["reason"]


def test_the_floor_names_the_reason_when_something_lesser_comes_first():
    (found,) = ask(GATE, _said(client="There was blood everywhere.", counsellor="The fatal dose is easily had."))
    assert found["reason"] == "floor-instructions: 2 phrases, first in turn 1"
    assert found["score"] == 2
