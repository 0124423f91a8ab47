"""Wording: which of two ways of saying the same a voice prefers, and a turn said that way.

Imposing changes no content: only words of policy's `[same]` that mean the same wherever they stand, and `shall` for `will` after I and we.
What stands in double quotes is somebody else's speech and stays.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from empathy_assets.engines.generating.voices.profile import VoiceProfile
from empathy_assets.policy.load import number, table

# `a little` is `a bit` where it says how much (a little lighter), not where it says how big (a little lamp).
_HOW_MUCH = {"a little": r"(?=[,.;:?!]|$| (?:more|less|too|at|by|in|on|and|or|when|if|that|as|to|of|\w+er)\b)"}
_WILL = re.compile(r"\b([Ii]|[Ww]e)(?:'ll| will)\b")


def worded(turn: str, voice: VoiceProfile) -> str:
    """Return a turn in the words that the voice prefers."""
    parts = turn.split('"')
    parts[::2] = [_said(part, voice) for part in parts[::2]]
    return '"'.join(parts)


def _said(text: str, voice: VoiceProfile) -> str:
    pattern, instead = _preferences(voice)
    if pattern is not None:
        text = pattern.sub(lambda m: _as(m.group(), instead[m.group().lower()]), text)
    said = "'ll" in text or " will" in text
    return _WILL.sub(r"\1 shall", text) if said and _prefers(voice.counts, "shall", "will") else text


@lru_cache(maxsize=64)
def _preferences(voice: VoiceProfile) -> tuple[re.Pattern[str] | None, Mapping[str, str]]:
    """Return what to look for and what this voice says instead."""
    pairs: list[list[str]] = table("voices")["same"]["pairs"]
    both = [*pairs, *([b, a] for a, b in pairs)]
    instead = {old: new for old, new in both if _prefers(voice.counts, _key(new), _key(old))}
    wanted = "|".join(rf"{old}\b{_HOW_MUCH.get(old, '')}" for old in instead)
    return (re.compile(rf"\b(?:{wanted})", re.IGNORECASE) if instead else None), instead


def _key(phrase: str) -> str:
    """Return the word by which a phrase is counted: its longest."""
    return max(phrase.split(), key=len)


def _prefers(counts: Mapping[str, int], this: str, other: str) -> bool:
    """Return whether a voice says `this` often enough to judge, and clearly more often than `other`."""
    said, rival = counts.get(this, 0), counts.get(other, 0)
    return said >= number("voices", "profile.count_min") and said >= number("voices", "shape.preference_min") * rival


def _as(written: str, new: str) -> str:
    return new[0].upper() + new[1:] if written[0].isupper() else new
