"""Images, comparisons and openers found in running text."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.voices.images import image_counts, image_nouns, metaphors, openers, similes
from empathy_assets_tests.fixtures.voices import bare


def test_comparisons_end_with_the_noun_phrase() -> None:
    said = ["It came like a slow tide and left.", "like a lot of people, you are like the old lamp in the window"]
    assert similes(said) == Counter({"like a slow tide": 1, "like the old lamp": 1})
    assert similes(bare(said)) == similes(said)


def test_metaphors_name_a_thing_as_a_concrete_thing() -> None:
    assert metaphors(["Grief is a river.", "It is a river.", "A river is a river.", "Patience is a virtue."]) == Counter(
        {"grief is a river": 1}
    )


def test_images_are_nouns_in_their_place() -> None:
    found = image_counts(["He said well, the well is deep. Fog again, and a cold well.", "She walks home, a walk of an hour."])
    assert found == Counter({"a well": 2, "fog": 1, "a walk": 1})
    assert image_nouns()["leaves"] == "a leaf"


def test_openers_open_sentences_or_stand_as_phrases_in_bare_speech() -> None:
    said = ["You see, it bends. Now, look. So we wait. And so on."]
    assert openers(said, punctuated=True) == Counter({"you see,": 1, "now,": 1, "so,": 1})
    assert openers(bare(said), punctuated=False) == Counter({"you see,": 1})


@given(st.lists(st.text(alphabet="abcdefghijklmnop '.,", max_size=300), max_size=3))
def test_anything_can_be_searched(texts: list[str]) -> None:
    assert all(n > 0 for found in (similes(texts), metaphors(texts), image_counts(texts)) for n in found.values())
