"""Behaviour of `engines.scoring.groundedness`: what counts as a claim, and which claims a passage supports."""

from collections.abc import Callable

import pytest

from empathy_assets.engines.scoring.groundedness import claims_of, groundedness, groundedness_of, stems
from empathy_assets_tests.engines.scoring.groundedness_pairs import HELD_OUT, TUNED, Pairs, labelled

PASSAGE = "Grief often comes in waves. Between waves people work, laugh and cook; a wave may be called up by a song or a smell."


def test_a_reply_from_the_passage_is_grounded():
    assert groundedness("Grief can come in waves, and a song or a smell may call one up.", PASSAGE) > 0.8


def test_an_unrelated_reply_is_not():
    assert groundedness("Magnesium supplements improve marathon recovery times considerably.", PASSAGE) == 0.0


def test_half_of_the_claims():
    mixed = groundedness("Waves of grief may be called up by a song. Tax returns require careful bookkeeping every quarter.", PASSAGE)
    assert mixed == 0.5


def test_questions_and_short_sentences_make_no_claim():
    assert groundedness("What do the waves of grief feel like? I see.", PASSAGE) == 0.0


@pytest.mark.parametrize(
    "address",
    [
        "I can hear how long you have carried that by yourself.",
        "It must be so hard, the empty chair at supper every evening.",
        "It's one writer's view, and nobody has measured it in a laboratory.",
        "You said that your sister wants to sell the house in June.",
        "Others would put it differently and point at other mornings.",
    ],
)
def test_what_is_said_to_the_client_or_of_the_source_claims_nothing(address: str):
    quoted = 'In The Small Valley, Ada Marsh writes: "A wave may be called up by a song or a smell."'
    assert groundedness(f"{address} {quoted}", PASSAGE) == 1.0
    assert [supported for _, supported in claims_of(f"{address} {quoted}", PASSAGE)] == [True]


@pytest.mark.parametrize(
    ("reply", "share"),
    [
        ('One page says: "Grief never comes in waves."', 0.0),
        ("The study found that grief often comes in waves.", 1.0),
        ("The study found that grief ends after ninety days of exercise.", 0.0),
        ("Ada Marsh thinks that between waves people work, laugh and cook.", 1.0),
        ('You said "fine" to him and "not today" to me, and Ada B. Marsh writes: "Grief often comes in waves."', 1.0),
        ('Ada Marsh writes: "Grief ends by the first of June, every single time."', 0.0),
        ("I think of you, for grief often comes in waves, and you know that.", 1.0),
    ],
)
def test_what_is_quoted_or_reported_is_a_claim_whoever_is_spoken_to(reply: str, share: float):
    assert groundedness(reply, PASSAGE) == share


def figures(pairs: Pairs) -> tuple[float, float]:
    """Return (precision, recall) of support over labelled pairs."""
    rows = labelled(pairs)
    found = groundedness_of([claim for _, claim, _ in rows], [passage for passage, _, _ in rows]) >= 0.5
    true = [label in ("faithful", "paraphrased") for _, _, label in rows]
    hits = sum(1 for f, t in zip(found, true, strict=True) if f and t)
    return hits / max(1, int(found.sum())), hits / sum(true)


@pytest.mark.parametrize(("name", "pairs", "least"), [("tuned", TUNED, 0.9), ("held out", HELD_OUT, 0.8)])
def test_faithful_and_paraphrased_claims_are_told_from_contradicted_and_invented(
    name: str, pairs: Pairs, least: float, record_property: Callable[[str, object], None]
):
    precision, recall = figures(pairs)
    figure = f"{len(labelled(pairs))} claims, precision {precision:.3f}, recall {recall:.3f}"
    record_property(name, figure)
    assert min(precision, recall) >= least, figure


def test_many_at_once_agree_with_one_by_one():
    replies = ["Grief comes in waves between songs and smells.", "Nothing here at all fits anywhere."]
    assert groundedness_of(replies, [PASSAGE, PASSAGE]).tolist() == pytest.approx([groundedness(r, PASSAGE) for r in replies])


@pytest.mark.parametrize("odd", ["", "...", "\u200b", "a" * 5000, '"', ":", "12 12 12 12.", "\ud7ff\u0301 \u00df"])
def test_odd_texts_are_scored_not_raised(odd: str):
    assert 0.0 <= groundedness(odd, PASSAGE) <= 1.0
    assert 0.0 <= groundedness(PASSAGE, odd) <= 1.0


def test_stems_join_forms_of_a_word():
    assert stems("attachment") == stems("attached") == frozenset({"attach"})


def test_a_line_quoted_behind_a_colon_is_the_claim_whatever_announces_it() -> None:
    passage = "Keep the lamp by the door. Somebody on the next landing may be waiting for the sound of your keys."
    line = "somebody on the next landing may be waiting for the sound of your keys."
    reply = f"What comes back to me, from an evening by the stove, is this: {line}"
    assert groundedness(reply, passage) == 1.0
    assert groundedness(reply.replace("on the next landing may be waiting", "on the far shore has never waited"), passage) == 0.0
