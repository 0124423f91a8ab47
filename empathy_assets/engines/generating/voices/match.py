"""Style match: how much a text sounds like one voice rather than like the others.

What a counsellor says is mostly general speech, whoever's manner colours it; so what is compared is the way a text goes from general
speech, not where it stands. Three measures enter one sum: the cosine of that way with the voice's own over the function words (Cosine
Delta of Smith and Aldridge 2011, which Evert et al. 2017 found best of the family of Burrows's Delta, centred on general speech), the
share of the voice's characteristic words and images, and the same cosine over the figures of cadence. Their weights are policy,
chosen on held-out pieces of known voices. The score is the logistic function of a voice's lead over its nearest rival: 0.5 is as much
like the one as like the other, and above it no other voice is nearer. Rivals are the other voices; a voice that is alone has general
speech for a rival, whose nearness is 0 by construction.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.generating.voices.cadence import cadence_of, standardised
from empathy_assets.engines.generating.voices.images import image_nouns
from empathy_assets.engines.generating.voices.profile import VoiceProfile
from empathy_assets.engines.generating.voices.words import Vector, frequencies, words_of
from empathy_assets.policy.load import number

Table = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StyleMatch:
    """How much a text sounds like a voice, in [0, 1], and what says so."""

    score: float
    words: tuple[str, ...]
    images: tuple[str, ...]


class Matcher:
    """Voices to tell apart; `general` speech is the rival of a voice that has no other."""

    def __init__(self, voices: Sequence[VoiceProfile], general: VoiceProfile) -> None:
        """Prepare the comparison.

        Args:
            voices: Profiles, at least one; scores come in their order.
            general: How counsellors talk in general.
        """
        self.voices = tuple(voices)
        self._all = (*self.voices, general)
        profile = np.stack([v.frequencies for v in self._all])
        rate = profile.mean(axis=0)
        self._scale = np.sqrt(np.maximum(profile.var(axis=0), (rate + 1e-4) / number("voices", "match.smoothing_words")))
        self._profile = profile / self._scale
        self._marks = [_marks(v) for v in self._all]
        self._usual = np.array([_share(v.counts, marks) for v, marks in zip(self._all, self._marks, strict=True)])
        self._aside = np.array([_share(general.counts, marks) for marks in self._marks])

    def scores(self, texts: Sequence[str]) -> Table:
        """Return the style match of each text with each voice, shape (texts, voices), in [0, 1]."""
        near = np.zeros((len(texts), len(self._all)))
        for name, values in self.measures(texts).items():
            near += number("voices", f"match.{name}") * values
        lead = near[:, :1] if len(self.voices) == 1 else _lead(near[:, :-1])
        return 1 / (1 + np.exp(-lead))

    def measures(self, texts: Sequence[str]) -> dict[str, Table]:
        """Return how near each text is to each voice by each measure, shape (texts, voices + 1): higher is nearer, general speech last."""
        counted = [Counter(words_of(text)) for text in texts]
        beats = [cadence_of([text], words) for text, words in zip(texts, counted, strict=True)]
        return {
            "delta": self._turned(np.array([frequencies(c) for c in counted]).reshape(len(counted), -1) / self._scale, self._profile),
            "vocabulary": self._marked(counted),
            "cadence": self._turned(standardised(beats), standardised([v.cadence for v in self._all])),
        }

    def _turned(self, texts: Table, voices: Table) -> Table:
        """Return the cosine between each text's and each voice's way away from general speech, in [-1, 1]; 0 where either has gone none."""
        moved, towards = np.nan_to_num(texts - voices[-1]), np.nan_to_num(voices - voices[-1])
        length = np.linalg.norm(moved, axis=1)[:, None] * np.linalg.norm(towards, axis=1)[None, :]
        return np.divide(moved @ towards.T, length, out=np.zeros_like(length), where=length > 0)

    def _marked(self, counted: Sequence[Counter[str]]) -> Table:
        """Return how far the share of a voice's own words has risen from general speech (0) towards the voice's talks (1), bounded."""
        most = number("voices", "match.marks_max")
        found = np.array([[_share(c, marks) for marks in self._marks] for c in counted]).reshape(len(counted), -1)
        rise = np.maximum(self._usual - self._aside, 1e-3)
        return np.clip((found - self._aside) / rise, -most, most)

    def evidence(self, text: str, voice: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the characteristic words and the images of `voice` in `text`, in the voice's order."""
        profile = next(v for v in self.voices if v.voice == voice)
        said = set(words_of(text))
        images = {phrase for noun, phrase in image_nouns().items() if noun in said}
        return tuple(w for w, _ in profile.vocabulary if w in said), tuple(i for i in profile.images if i in images)


def _marks(voice: VoiceProfile) -> frozenset[str]:
    """Return the words that mark a voice: its characteristic ones and the nouns of its images."""
    return frozenset(word for word, _ in voice.vocabulary) | {image.rpartition(" ")[2] for image in voice.images}


def _share(counts: Mapping[str, int], marks: frozenset[str]) -> float:
    return sum(counts.get(word, 0) for word in sorted(marks)) / max(1, sum(counts.values()))


def _lead(near: Table) -> Table:
    """Return each voice's nearness less that of its nearest rival."""
    ranked = np.sort(near, axis=1)
    rival = np.where(near == ranked[:, -1:], ranked[:, -2:-1], ranked[:, -1:])
    return near - rival


def style_match(texts: Sequence[str], profile: VoiceProfile, others: Sequence[VoiceProfile], general: VoiceProfile) -> list[StyleMatch]:
    """Return how much each text sounds like `profile` rather than like `others` or general speech."""
    matcher = Matcher([profile, *others], general)
    scores: Vector = matcher.scores(texts)[:, 0]
    return [StyleMatch(round(float(s), 4), *matcher.evidence(t, profile.voice)) for s, t in zip(scores, texts, strict=True)]
