"""Landed voices: the voices of the passages at hand, the built-in voice, and what a bank's slots take from each.

A voice exists where its transcripts were landed with rights that name it; only the built-in voice stands without, read then off its own
frames. What is characteristic is so beside the other voices and beside the counsellor's general speech, which is read off the banks.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

import polars as pl

from empathy_assets.engines import sentences
from empathy_assets.engines.generating import banks
from empathy_assets.engines.generating.banks import Rules, bank_fingerprint, load_bank
from empathy_assets.engines.generating.grammar.person import to_second
from empathy_assets.engines.generating.grammar.template import Choice, Nodes, Slot
from empathy_assets.engines.generating.plan import HOUSE_VOICE
from empathy_assets.engines.generating.voices.images import image_nouns
from empathy_assets.engines.generating.voices.phrases import people_of
from empathy_assets.engines.generating.voices.profile import Refused, VoiceProfile, voice_profile
from empathy_assets.engines.generating.voices.words import words_of
from empathy_assets.policy.load import PolicyError, table
from empathy_assets.policy.worked_out import worked_out

_PARTS = ("opener", "aside", "image", "simile", "word", "inner", "own", "one", "ones", "us")
_TALK = ("voice", "speaker", "text")


@dataclass(frozen=True)
class Voices:
    """The voices that can be modelled, by persona id in order, those that cannot, and general speech to hold them against."""

    profiles: Mapping[str, VoiceProfile]
    refused: tuple[Refused, ...]
    general: VoiceProfile


def voices_of(passages: pl.DataFrame) -> Voices:
    """Return the voices of the passages (`Passage` schema) that name one, and the built-in voice.

    Where a voice's passages name several speakers, those of the speaker called like the voice count, else of the one who talks most:
    a host's questions are no part of a guest's manner.
    """
    return _voices(tuple(_voiced(passages).iter_rows()))


@lru_cache(maxsize=2)  # every chunk of a source is measured against the same talks
def _voices(talks: tuple[tuple[str, str, str], ...]) -> Voices:
    frame = pl.DataFrame(talks, schema=dict.fromkeys(_TALK, pl.String), orient="row")
    texts = {voice: _own(part) for (voice,), part in frame.group_by("voice", maintain_order=True)}
    counted = {str(voice): Counter(w for t in said for w in words_of(t)) for voice, said in texts.items()}
    if counted.get(HOUSE_VOICE, Counter()).total() == 0 or isinstance(voice_profile(texts[HOUSE_VOICE]), Refused):
        texts[HOUSE_VOICE] = frame_texts(load_bank("persona").scoped.get("persona_id", {}).get(HOUSE_VOICE, {}))
        counted[HOUSE_VOICE] = Counter(w for t in texts[HOUSE_VOICE] for w in words_of(t))
    general = general_speech()
    everyone = sum(counted.values(), Counter(general.counts))
    found = [voice_profile(texts[voice], str(voice), everyone - counted[str(voice)]) for voice in sorted(texts, key=str)]
    profiles = {v.voice: v for v in found if isinstance(v, VoiceProfile)}
    return Voices(profiles, tuple(v for v in found if isinstance(v, Refused)), general)


def _voiced(passages: pl.DataFrame) -> pl.DataFrame:
    return passages.filter(pl.col("voice") != "").select(_TALK).sort(_TALK)


def _own(part: pl.DataFrame) -> list[str]:
    """Return the texts of the voice's own speaker; all of them where no speaker is named."""
    words = part.group_by("speaker").agg(pl.col("text").str.len_chars().sum().alias("n")).sort("n", "speaker", descending=[True, False])
    named = [s for s in words["speaker"].to_list() if s]
    if not named:
        return part["text"].to_list()
    called = set(words_of(str(part["voice"][0]).replace("-", " ")))
    speaker = next((s for s in named if called & set(words_of(s.replace("_", " ")))), named[0])
    return part.filter(pl.col("speaker").is_in([speaker, ""]))["text"].to_list()


@cache
def general_speech() -> VoiceProfile:
    """Return the profile of how counsellors of the banks talk whoever speaks, and of what they give back of what clients tell them.

    Raises:
        PolicyError: The banks hold too few words to say.
    """
    read = sha256(json.dumps([bank_fingerprint("therapeutic"), table("voices")], sort_keys=True).encode()).hexdigest()
    code = (Path(banks.__file__).parent, Path(sentences.__file__))
    return VoiceProfile.from_json(worked_out("general-speech", read, code, lambda: _general_speech().as_json()))


def _general_speech() -> VoiceProfile:
    bank = load_bank("therapeutic")
    texts = frame_texts({n: a for n, a in bank.rules.items() if not n.startswith("client_")})
    told = bank.scoped.get("issue", {}).values()
    texts.extend(to_second(text) for rules in told for text in frame_texts(rules))
    texts.extend(text for rules in bank.scoped.get("modality", {}).values() for text in frame_texts(rules))
    found = voice_profile(texts)
    if isinstance(found, VoiceProfile):
        return found
    raise PolicyError(f"banks: {found.reason}")


def frame_texts(rules: Rules) -> list[str]:
    """Return every alternative of `rules` as plain text: first options taken, slots left out."""
    return [" ".join(_text(a.you or a.nodes).split()) for name in sorted(rules) for a in rules[name]]


def _text(nodes: Nodes) -> str:
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, Choice):
            parts.append(_text(node.options[0]))
        elif not isinstance(node, Slot):
            parts.append(node)
    return "".join(parts)


def voice_facts(voice: VoiceProfile) -> dict[str, tuple[str, ...]]:
    """Return what `{voice.opener}`, `{voice.aside}`, `{voice.image}`, ... may say; a part the voice lacks is absent.

    `opener` is one that may stand before any statement, `aside` has its commas with it (`, of course,`), `word` is a concrete noun,
    `inner` a noun of inner life without article, `own` one that is somebody's (`heart`); `one`, `ones` and `us` are how the voice speaks
    of people in general (`we`, `our`, `us`, or `you`, `your`, `you`).
    """
    nouns = image_nouns()
    words = tuple(w for w, _ in voice.vocabulary if w in nouns and nouns[w].endswith(w))
    one, ones, us = people_of(voice.cadence)
    free = table("voices")["words"]["free_openers"]
    openers = tuple(opener for opener in voice.openers if opener in free)
    set_off = tuple(f", {aside}," for aside in voice.asides)
    by_all = table("voices")["words"]["owned_by_all"]
    own = tuple(dict.fromkeys([*voice.owned, *by_all][: max(len(voice.owned), len(by_all))]))
    said = (openers, set_off, voice.images, voice.similes, words, voice.inner, own, (one,), (ones,), (us,))
    return {part: options for part, options in zip(_PARTS, said, strict=True) if options}
