"""Decoder loops: spans in which a speech recogniser got stuck and repeats itself.

Lives here: finding and dropping them. Must not live here: captions that roll by design (cues).
"""

from __future__ import annotations

from collections.abc import Sequence

from empathy_assets.engines.reading.cues import Cue
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.policy.load import number

_GRAM = 4
_LOOP_WORDS = 24  # fewer words hold too few sequences for their repetition to mean anything


def loops(text: str) -> bool:
    """Return whether a text repeats itself so much that a decoder must have been caught in a loop."""
    words = text.lower().split()
    if len(words) < _LOOP_WORDS:
        return False
    grams = [tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)]
    return len(set(grams)) < number("reading", "transcript.loop_distinct_share") * len(grams)


def without_loops(found: Sequence[Cue]) -> tuple[list[Cue], list[ReadError]]:
    """Return the cues without those that repeat the one, two or three before them again and again, or loop inside themselves.

    The first round of a loop was said and stays; the repetitions are dropped and told. Single words repeat in real speech and stay.
    """
    least, longest = int(number("reading", "transcript.loop_repeats")), int(number("reading", "transcript.loop_period"))
    texts = [cue.text.lower() for cue in found]
    kept: list[Cue] = []
    problems: list[ReadError] = []
    index = 0
    while index < len(found):
        if loops(texts[index]):
            problems.append(_problem(found, index, index + 1, 1))
            index += 1
            continue
        period, rounds = next(((p, r) for p in range(1, longest + 1) if (r := _rounds(texts, index, p)) >= least), (1, 1))
        kept.extend(found[index : index + period])
        if rounds > 1:
            problems.append(_problem(found, index + period, index + period * rounds, rounds - 1))
        index += period * rounds
    return kept, problems


def _rounds(texts: Sequence[str], index: int, period: int) -> int:
    """Return how many times the `period` texts from `index` on stand there in a row; 1 for a round of single words."""
    first = texts[index : index + period]
    if len(first) < period or all(" " not in text for text in first):
        return 1
    rounds = 1
    while texts[index + period * rounds : index + period * (rounds + 1)] == first:
        rounds += 1
    return rounds


def _problem(found: Sequence[Cue], start: int, stop: int, rounds: int) -> ReadError:
    span = f"{found[start].start:.1f}-{found[stop - 1].end:.1f} s"
    return ReadError("whisper-loop", f"{rounds} repetitions of {found[start].text[:60]!r}", span)
