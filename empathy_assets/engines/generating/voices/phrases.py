"""Phrases of a voice: the nouns it returns to as it uses them, its asides, and whom it speaks of when it speaks of people in general.

A noun is found by its neighbours: a determiner or preposition before it, nothing or a function word after it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from empathy_assets.engines.generating.voices.cadence import Cadence
from empathy_assets.engines.generating.voices.words import function_words, sentences_of, words_of
from empathy_assets.policy.load import number, table

_BEFORE_BARE = frozenset({"of", "with", "in", "from", "by", "without", "for", "into", "through"})
_OURS = frozenset({"your", "our", "my"})


def inner_nouns(texts: Iterable[str], vocabulary: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return words of `vocabulary` that the texts use as nouns of inner life: without article (`courage`), and as somebody's (`heart`).

    Both in the order of the vocabulary. Only words that policy lists as such count, so that a subject of the day is no one's heart.
    """
    lists = table("voices")["words"]
    wanted = [w for w in vocabulary if w in lists["inner"] or w in lists["owned"]]
    bare: Counter[str] = Counter()
    owned: Counter[str] = Counter()
    for before, word in _nouns(texts, frozenset(wanted)):
        bare[word] += before in _BEFORE_BARE
        owned[word] += before in _OURS
    least = number("voices", "profile.image_count_min")
    without = tuple(w for w in wanted if bare[w] >= least and w in lists["inner"])
    return without, tuple(w for w in wanted if owned[w] >= least and w in lists["owned"])


def _nouns(texts: Iterable[str], wanted: frozenset[str]) -> Iterable[tuple[str, str]]:
    """Yield each wanted word that ends its noun phrase, with the word before it."""
    for sentence in (s for text in texts for s in sentences_of(text)):
        words = ["", *words_of(sentence), ""]
        for before, word, after in zip(words, words[1:], words[2:], strict=False):
            if word in wanted and (not after or after in function_words()):
                yield before, word


def asides(texts: Sequence[str]) -> Counter[str]:
    """Return how often each aside of policy (`of course`, `in a sense`) is said, wherever it stands."""
    known = {tuple(words_of(aside)): aside for aside in table("voices")["words"]["asides"]}
    found: Counter[str] = Counter()
    for text in texts:
        words = words_of(text)
        for length in {len(key) for key in known}:
            found.update(known[key] for key in zip(*(words[i:] for i in range(length)), strict=False) if key in known)
    return found


def people_of(beat: Cadence) -> tuple[str, str, str]:
    """Return how the voice names people in general, whose they are, and as an object: `we, our, us`, else `you, your, you`."""
    return ("we", "our", "us") if beat.we >= number("voices", "shape.we_min") and beat.we > beat.you / 2 else ("you", "your", "you")
