"""Phrases: nouns of inner life as a voice uses them, asides, and whom it means by people."""

from empathy_assets.engines.generating.voices.cadence import cadence
from empathy_assets.engines.generating.voices.phrases import asides, inner_nouns, people_of

TEXTS = [
    "Nobody is born with courage. We learn of courage late, and our heart is the last to know.",
    "Your heart may be tired of courage. The ferry waits for courage too.",
]


def test_inner_nouns_are_told_by_what_stands_before_them() -> None:
    assert inner_nouns(TEXTS, ["courage", "heart", "ferry"]) == (("courage",), ("heart",))
    assert inner_nouns(TEXTS, []) == ((), ())


def test_asides_are_counted_wherever_they_stand() -> None:
    assert asides(["It is, of course, late. Of course we stay."]) == {"of course": 2}


def test_people_are_we_or_you() -> None:
    assert people_of(cadence(["We keep what we love, and our hands know us."])) == ("we", "our", "us")
    assert people_of(cadence(["You keep what you love, and your hands know you."])) == ("you", "your", "you")
