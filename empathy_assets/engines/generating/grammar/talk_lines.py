"""Lines of a talk that may be quoted to a client: whole clauses, as said, that speak of living.

A talk greets, thanks, tells stories, gives orders and leaves sentences unfinished; none of that is quoted. Where a sentence only says
whose thought it is (`I always say`, `my aunt used to say that`) or turns to a listener at its end (`..., love`), the thought alone is
quoted. A line has a subject and a verb of its own beside those of its subordinate clauses, so that it stands alone. No tagger is needed:
words are looked up in the lists of `policy/voices.toml` and `policy/lexicons/passages.toml`, and what is not surely a clause is left out.
Which line a conversation takes is decided elsewhere.
"""

import re
from functools import cache
from typing import cast

from empathy_assets.engines.generating.grammar.claims import sentences_of, words_of
from empathy_assets.engines.generating.voices.images import image_nouns
from empathy_assets.policy.load import number, table

_AWKWARD = re.compile(
    r"[\"\u201c\u201d\[\]{}<>=|*_#@()/\u2026\u2014]|https?:|\d|--|\.\."
    r"|\b(\w+),? \1\b|\b(?:in|on|at|of|to|by|for|with|from) (?:and|but|or|is|are)\b",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\b[A-Z]{2,}")
_NAME = re.compile(r"(?<=[a-z,;:'\u2019] )(?!I\b)[A-Z]")
_CLAUSE_END = re.compile(r"\s*[;:]\s+")


_PATTERNS = {"half_said", "said_before", "said_after"}


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in table("voices")["talk"].items() if name not in _PATTERNS}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(table("voices")["talk"][name]), re.IGNORECASE)


@cache
def _refused() -> frozenset[str]:
    passages = table("lexicons/passages")
    unfit = {word for part in _lists()["unfit"] for word in passages["unfit"][part]}
    return _lists()["refused"] | ((unfit | set(passages["told"]["words"])) - _lists()["allowed"])


@cache
def _of_living() -> frozenset[str]:
    """Return the words that show a sentence to be about living: a subject of inner or shared life, or an image."""
    subjects = cast(dict[str, list[str]], table("lexicons/passages")["subject"])
    return _lists()["living"] | {form for forms in subjects.values() for form in forms} | set(image_nouns())


def talk_lines(text: str) -> list[str]:
    """Return what a talk's passage says about living in whole clauses of 6 to 25 words (policy), in order, without their stops."""
    pieces = [p for s in sentences_of(text) if s.endswith(".") for p in _pieces(_alone(s.rstrip(" .")))]
    return list(dict.fromkeys(p for p in pieces if _quotable(p)))


def _alone(sentence: str) -> str:
    """Return what a sentence says, without its frame and without the name it calls its listener."""
    bare = _pattern("said_after").sub("", _pattern("said_before").sub("", sentence))
    return bare if bare[:1].isupper() or bare == sentence else bare[:1].upper() + bare[1:]


def _pieces(sentence: str) -> list[str]:
    return [sentence] if len(sentence.split()) <= int(number("generation", "grounding.quote_words_max")) else _CLAUSE_END.split(sentence)


def _quotable(piece: str) -> bool:
    if _AWKWARD.search(piece) or _CAPITALS.search(piece) or _NAME.search(piece) or _pattern("half_said").search(piece):
        return False
    words = words_of(piece)
    least, most = int(number("voices", "talk_words.min")), int(number("generation", "grounding.quote_words_max"))
    fits = least <= len(words) <= most and _refused().isdisjoint(words) and not _of_living().isdisjoint(words)
    return fits and _stands(piece, words)


def _stands(piece: str, words: tuple[str, ...]) -> bool:
    """Return whether a piece is a clause that begins with its subject, or with what may stand before it, and has verbs enough."""
    lists = _lists()
    if words[-1] in lists["unended"] or not lists["leaning"].isdisjoint(words[:3]) or _leans(words):
        return False
    verbal = [i for i, word in enumerate(words) if word in lists["finite"] or word.endswith(("n't", "'re", "'ll", "'ve"))]
    related = next((i for i, word in enumerate(words) if word in lists["relative"]), len(words))
    verbs = len(verbal)
    bound = sum(word in lists["binding"] for word in words) + (bool(verbal) and 0 < related < verbal[0])
    if words[0] in lists["subordinating"]:
        main = words_of(piece.rpartition(", ")[2]) if ", " in piece else ()
        return len(main) > 1 and verbs > bound and _begins(main)
    return verbs > bound and _begins(words)


def _leans(words: tuple[str, ...]) -> bool:
    """Return whether `it` or `they` stands for something that was named before the piece began."""
    lists = _lists()
    one = next((i for i, w in enumerate(words) if w in lists["stands_for_one"]), None)
    several = next((i for i, w in enumerate(words) if w in lists["stands_for_several"]), None)
    named = one is None or not lists["named_by"].isdisjoint(words[:one])
    return not named or (several is not None and not any(w.endswith("s") or w in lists["plural"] for w in words[:several]))


def _begins(words: tuple[str, ...]) -> bool:
    """Return whether words begin like a statement: a determiner or pronoun, or a noun with its verb next to it."""
    lists = _lists()
    return words[0] in lists["begins"] or (words[1] in lists["finite"] and words[0] not in lists["finite"] | lists["no_subject"])
