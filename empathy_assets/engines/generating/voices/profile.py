"""The profile of a voice: its function words, cadence, characteristic words, images and openers, read off its transcripts.

Sources: function-word frequencies after Burrows (2002), "Delta: a measure of stylistic difference", LLC 17(3); characteristic words by
log-odds with an informative Dirichlet prior after Monroe, Colaresi and Quinn (2008), "Fightin' Words", Political Analysis 16(4); openers
are discourse markers after Schiffrin (1987). A profile holds counts of words, never sentences.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any

import numpy as np

from empathy_assets.engines.generating.voices.cadence import Cadence, cadence
from empathy_assets.engines.generating.voices.images import image_counts, image_nouns, metaphors, openers, similes
from empathy_assets.engines.generating.voices.phrases import asides, inner_nouns
from empathy_assets.engines.generating.voices.words import Vector, frequencies, function_words, is_punctuated, names_in, words_of
from empathy_assets.policy.load import number

_PHRASES = ("images", "similes", "metaphors", "openers", "asides", "inner", "owned")


@dataclass(frozen=True)
class VoiceProfile:
    """How one voice talks.

    Attributes:
        voice: Persona id.
        texts: Passages it was read from.
        words: Words in them.
        cadence: Beat of its sentences.
        vocabulary: Characteristic content words with their z-score against the other voices, strongest first.
        images: Favourite concrete things (`a kettle`), strongest first.
        similes: Its comparisons (`like a pot on a low flame`), most frequent first.
        metaphors: Its statements `X is a Y`, most frequent first; for a reader, not for rendering.
        openers: How it opens sentences (`you see,`), most frequent first.
        asides: What it says between commas (`of course`), most frequent first.
        inner: Nouns of inner life it returns to and uses without article (`courage`), most characteristic first.
        owned: Nouns of inner life it calls yours or ours (`heart`), most characteristic first.
        signature: Hash of what was measured in the voice's own passages; other voices do not enter.
        frequencies: Relative frequency of each function word, shape (function words,).
        counts: Count of every word.
    """

    voice: str
    texts: int
    words: int
    cadence: Cadence
    vocabulary: tuple[tuple[str, float], ...]
    images: tuple[str, ...]
    similes: tuple[str, ...]
    metaphors: tuple[str, ...]
    openers: tuple[str, ...]
    asides: tuple[str, ...]
    inner: tuple[str, ...]
    owned: tuple[str, ...]
    signature: str
    frequencies: Vector = field(repr=False, compare=False)
    counts: Mapping[str, int] = field(repr=False, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return the profile as JSON has it; `from_json` makes an equal one of it, to the last bit and in the same order."""
        return asdict(replace(self, counts=dict(self.counts))) | {"frequencies": self.frequencies.tolist()}

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "VoiceProfile":
        """Return the profile that `as_json` told."""
        made: dict[str, Any] = {name: tuple(told[name]) for name in _PHRASES}
        beat: dict[str, Any] = {**told["cadence"], "deciles": tuple(told["cadence"]["deciles"])}
        made["cadence"] = Cadence(**beat)
        made["vocabulary"] = tuple((word, score) for word, score in told["vocabulary"])
        made |= {"frequencies": np.array(told["frequencies"], dtype=np.float64), "counts": Counter(told["counts"])}
        return VoiceProfile(**{**told, **made})


@dataclass(frozen=True)
class Refused:
    """A voice that cannot be modelled, and why."""

    voice: str
    reason: str


def voice_profile(texts: Iterable[str], voice: str = "", beside: Mapping[str, int] | None = None) -> VoiceProfile | Refused:
    """Return the profile of a voice, or why there is none.

    Args:
        texts: Passages of the voice, in any order; with or without punctuation.
        voice: Persona id.
        beside: Counts of the words of other voices and of general speech: what is characteristic is so beside these. None: nothing is.

    Returns:
        The profile; `Refused` where there are fewer words than policy asks for.
    """
    passages = sorted(texts)
    counts = Counter(word for text in passages for word in words_of(text))
    least = int(number("voices", "profile.words_min"))
    if counts.total() < least:
        found = f"{counts.total()} words in {len(passages)} passages, at least {least} expected"
        return Refused(voice, f"too little is heard of voice {voice or 'without a name'}: {found}; land more of its talks")
    punctuated = is_punctuated(passages)
    beat = cadence(passages)
    weighed = characteristic(counts, beside or {})
    names = names_in(passages) if punctuated else frozenset[str]()
    vocabulary = _vocabulary(counts, weighed, names)
    inner, owned = inner_nouns(passages, [w for w, _ in vocabulary])
    return VoiceProfile(
        voice=voice,
        texts=len(passages),
        words=counts.total(),
        cadence=beat,
        vocabulary=vocabulary,
        images=_images(image_counts(passages), counts, weighed),
        similes=_often(similes(passages), 1, int(number("voices", "profile.images_max"))),
        metaphors=_often(metaphors(passages), 1, int(number("voices", "profile.images_max"))),
        openers=_habits(openers(passages, punctuated=punctuated), counts.total()),
        asides=_habits(asides(passages), counts.total()),
        inner=inner,
        owned=owned,
        signature=_signature(voice, counts, beat),
        frequencies=frequencies(counts),
        counts=counts,
    )


def characteristic(counts: Mapping[str, int], beside: Mapping[str, int]) -> dict[str, float]:
    """Return the z-score of each word's log-odds in `counts` against `beside` (Monroe et al. 2008, equations 15, 16, 22).

    The prior is the two taken together, scaled to policy's `prior_words`.
    """
    words = sorted(counts)
    own = np.array([counts[w] for w in words], dtype=float)
    other = np.array([beside.get(w, 0) for w in words], dtype=float)
    n_own, n_other = float(own.sum()), float(sum(beside.values()))
    if not n_other:
        return dict.fromkeys(words, 0.0)
    weight = number("voices", "profile.prior_words")
    prior = weight * (own + other) / (n_own + n_other)
    odds = np.log((own + prior) / (n_own + weight - own - prior)) - np.log((other + prior) / (n_other + weight - other - prior))
    z = odds / np.sqrt(1 / (own + prior) + 1 / (other + prior))
    return dict(zip(words, np.round(z, 3).tolist(), strict=True))


def _vocabulary(counts: Counter[str], weighed: Mapping[str, float], names: frozenset[str]) -> tuple[tuple[str, float], ...]:
    least, z_min = number("voices", "profile.count_min"), number("voices", "profile.z_min")
    fit = [
        w for w, z in weighed.items() if z >= z_min and counts[w] >= least and len(w) > 2 and w not in function_words() and w not in names
    ]
    ranked = sorted(fit, key=lambda w: (-weighed[w], w))
    return tuple((w, weighed[w]) for w in ranked[: int(number("voices", "profile.vocabulary_max"))])


def _images(heard: Counter[str], counts: Counter[str], weighed: Mapping[str, float]) -> tuple[str, ...]:
    """Return favourite images: named again and again, and not less often than beside."""
    least = number("voices", "profile.image_count_min")
    own = {phrase for noun, phrase in image_nouns().items() if weighed.get(noun, 0.0) >= 0 and counts[noun]}
    ranked = sorted((p for p, n in heard.items() if n >= least and p in own), key=lambda p: (-heard[p], p))
    return tuple(ranked[: int(number("voices", "profile.images_max"))])


def _often(found: Counter[str], least: int, most: int) -> tuple[str, ...]:
    return tuple(sorted((p for p, n in found.items() if n >= least), key=lambda p: (-found[p], p))[:most])


def _habits(found: Counter[str], n_words: int) -> tuple[str, ...]:
    rate = number("voices", "profile.opener_rate_min")
    habits = Counter({p: n for p, n in found.items() if n >= 2 and 1000 * n / n_words >= rate})
    return _often(habits, 1, int(number("voices", "profile.openers_max")))


def _signature(voice: str, counts: Counter[str], beat: Cadence) -> str:
    measures: list[object] = [v if v is None or isinstance(v, tuple) else round(v, 6) for v in astuple(beat)]
    figures: Sequence[object] = (voice, sorted(counts.items()), measures)
    return "v-" + hashlib.sha256(json.dumps(figures).encode()).hexdigest()[:16]
