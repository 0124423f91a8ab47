"""Identity of works: title and author keys, content sketches of books and talks, sketches of dialogues.

Lives here: what makes two files the same work whatever their format. Must not live here: record ids (records.ids).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np

from empathy_assets.policy.load import number
from empathy_assets.records.ids import digest, normalised

_WORD = re.compile(r"[^\W_]+")
_NO_WORD = bytes(code for code in range(128) if not chr(code).isalnum())
_SUBTITLE = re.compile(r"\s*[:;\n(\[—]|\s-{1,2}\s|, or,? ")
_LEADING = frozenset({"the", "a", "an"})
_SHINGLE = 5
_HASH_BYTES = 8


def words_of(text: str) -> list[str]:
    """Return the words of `text` as identity sees them: lower case, no punctuation."""
    return _WORD.findall(normalised(text))


def title_key(title: str, authors: Sequence[str]) -> str:
    """Return a key equal for the same title and first author however written, empty where either is missing."""
    head = [w for w in words_of(_SUBTITLE.split(title.strip(), maxsplit=1)[0]) if w not in _LEADING]
    names = sorted(w for w in words_of(authors[0]) if w.isalpha() and len(w) > 1) if authors else []
    return digest("work", " ".join(head), " ".join(names)) if head and names else ""


def sketch(texts: Iterable[str]) -> list[int]:
    """Return the bottom-k sketch of a work's five-word sequences as sorted 63-bit integers (Broder 1997)."""
    keep = int(number("reading", "identity.sketch_size"))
    seen: set[int] = set()
    for text in texts:
        words = words_of(text)
        for i in range(0, max(1, len(words) - _SHINGLE + 1)):
            gram = " ".join(words[i : i + _SHINGLE]).encode("utf-8", "surrogatepass")
            seen.add(int.from_bytes(hashlib.blake2b(gram, digest_size=_HASH_BYTES).digest(), "big") >> 1)
    return sorted(seen)[:keep]


def overlap(left: Sequence[int], right: Sequence[int]) -> float:
    """Return the estimated Jaccard overlap of two works from their sketches, 0 to 1."""
    if not left or not right:
        return 0.0
    size = min(int(number("reading", "identity.sketch_size")), max(len(left), len(right)))
    union = np.union1d(np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64))[:size]
    both = np.intersect1d(np.intersect1d(left, right), union)
    return float(len(both) / len(union))


def work_id(key: str, marks: Sequence[int]) -> str:
    """Return the id of a work: from its title key, else from its content sketch."""
    return "w-" + (key or digest("sketch", *(str(m) for m in marks)))


def dialogue_id(client_turns: Iterable[str]) -> str:
    """Return the id of a dialogue from the first letters the client said, the same for raw, merged and re-tokenised turns."""
    return dialogue_id_of(map(normalised, client_turns))


def dialogue_id_of(client_turns: Iterable[str]) -> str:
    """Return `dialogue_id` of turns that are `records.ids.normalised` already."""
    limit = int(number("reading", "identity.sketch_chars"))
    letters = ""
    for turn in client_turns:
        letters += turn.encode().translate(None, _NO_WORD).decode() if turn.isascii() else "".join(_WORD.findall(turn))
        if len(letters) >= limit:
            break
    return dialogue_id_from(letters[:limit])


def dialogue_id_from(letters: str) -> str:
    """Return the id of a dialogue from those first letters themselves."""
    return "d-" + digest("dialogue", letters)
