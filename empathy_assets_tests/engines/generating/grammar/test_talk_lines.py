"""Lines of a talk: whole clauses about living; no greetings, stories, orders, questions or broken speech."""

import pytest

from empathy_assets.engines.generating.grammar.talk_lines import talk_lines


@pytest.mark.parametrize(
    "line",
    [
        "The heart keeps a slower calendar than the wall does",
        "When the lamp goes out, the road is still there",
        "Nobody who loves you will count the steps",
        "Grief is a lodger who pays no rent",
    ],
)
def test_a_whole_clause_about_living_may_be_quoted(line: str) -> None:
    assert talk_lines(f"{line}.") == [line]


@pytest.mark.parametrize(
    "text",
    [
        "Good evening, friends, and welcome to this hour about the heart.",
        "I went to the river and I sat by the water for a while.",
        "She told the child that the lamp was kept for him.",
        "Find a chair and sit with your heart for an hour.",
        "Does the heart know what it wants in the end?",
        "A long life without a lamp at the end of the road.",
        "Which is what the heart does and the hand does.",
        "The heart is the the same for everybody in the world.",
        "It keeps the heart warm through the winter.",
        "They carry the lamp for the people behind.",
        "The heart of a life is.",
        "the heart keeps going and the lamp and so on with no stop",
        "Somebody who sits by the fire and keeps a lamp.",
        "The heart does this to people all the time.",
    ],
)
def test_what_is_no_clause_about_living_is_left_out(text: str) -> None:
    assert talk_lines(text) == []


def test_a_long_sentence_gives_its_clauses() -> None:
    text = "The heart keeps a slower calendar than the wall does; " + "the road is long and the lamp is small and we walk on " * 2
    assert talk_lines(text.strip() + ".")[0] == "The heart keeps a slower calendar than the wall does"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "I always say you can't hurry a river, and you can't hurry a sore heart.",
            "You can't hurry a river, and you can't hurry a sore heart",
        ),
        (
            "My aunt used to say that a lamp isn't kept by the match, it's kept by the hand.",
            "A lamp isn't kept by the match, it's kept by the hand",
        ),
        ("But nobody who loves you will count the steps, my dears.", "Nobody who loves you will count the steps"),
    ],
)
def test_the_thought_is_quoted_without_what_leads_up_to_it(text: str, line: str) -> None:
    assert talk_lines(text) == [line]


@pytest.mark.parametrize(
    "text",
    [
        "There's nothing to it but a road and a lamp and some waiting.",
        "You get down on your knees by the fire with some paper.",
        "You just need a warm house and somebody who keeps the lamp.",
        "A death is such a river, or a house that is gone.",
        "People will call to you from the far side of the river.",
    ],
)
def test_what_makes_light_of_things_or_leans_on_its_story_is_left_out(text: str) -> None:
    assert talk_lines(text) == []
