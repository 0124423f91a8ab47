"""Claims: sentences of a passage that say something to a client, with what each is about and what kind of thing it says.

A claim is a whole sentence of the passage, short enough to be quoted, that names a subject of inner or shared life, stands by itself, is
no order, and speaks neither of how a study was done nor of matters that an everyday conversation leaves alone. Word lists live in
`policy/lexicons/passages.toml`. Which claim a conversation uses is decided elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import cast

from empathy_assets.engines.sentences import BEFORE_CAPITAL, sentences
from empathy_assets.policy.load import number, table

_REFERENCE = re.compile(r"\s*[\[(](?:\d[\d,;\s\u2013-]*|[A-Z][^()\[\]]*\d{4}[a-z]?)[\])]")
_AWKWARD = re.compile(
    r"[\"\u201c\u201d\[\]{}<>=|*_#@()/\u2026]|https?:|\d|\bFig\b|\bTable\b|et al|--|;|\.\.|\b[A-Z]{2,}|-year-"
    r"|^Of course|, (?:and )?do not|ty-(?:one|two|three|four|five|six|seven|eight|nine)\b"
)
_NAME = re.compile(r"(?<=[a-z,] )(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|I\b)[A-Z]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")

GENERAL_SHAPE = "what"
"""The kind of claim that is neither about help, causes, course nor others."""


@dataclass(frozen=True)
class Claim:
    """One sentence that may be quoted.

    Attributes:
        text: The sentence as written, without its final stop.
        subjects: What it is about, as a client would name it; the most particular first.
        shape: What it says of that: `help`, `why`, `course`, `others` or `what`.
        words: Its words in lower case, in order.
    """

    text: str
    subjects: tuple[str, ...]
    shape: str
    words: tuple[str, ...]


@cache
def _subject_of() -> dict[str, str]:
    """Return the client's name of a subject by each word that shows it; the first subject that lists a word has it."""
    found: dict[str, str] = {}
    for subject, forms in cast(dict[str, list[str]], table("lexicons/passages")["subject"]).items():
        for form in forms:
            found.setdefault(form, subject)
    return found


@cache
def _words(section: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in table("lexicons/passages")[section].items()}


@cache
def _pattern(section: str) -> re.Pattern[str]:
    return re.compile("|".join(table("lexicons/passages")[section]["patterns"]), re.IGNORECASE)


@cache
def _unfit() -> frozenset[str]:
    return frozenset[str]().union(*_words("unfit").values())


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a passage without references and line breaks."""
    return sentences(_REFERENCE.sub("", " ".join(text.split())), BEFORE_CAPITAL)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, apostrophes straight."""
    return tuple(w.replace("\u2019", "'").strip("'-").lower() for w in _WORD.findall(text))


def claims(text: str, *, reports: bool = False) -> list[Claim]:
    """Return the claims of a passage, in the order of its text.

    Args:
        text: The passage.
        reports: Whether it reports what was found, as papers do; elsewhere the past tense tells a story and claims nothing in general.
    """
    return list(_claimed(text, reports))


@lru_cache(maxsize=1024)  # the plan asks four times what the passages of a book say
def _claimed(text: str, reports: bool) -> tuple[Claim, ...]:
    told = frozenset[str]() if reports else _words("told")["words"]
    return tuple(claim for claim in _found(sentences_of(text)) if told.isdisjoint(claim.words))


def _found(said: list[str]) -> Iterator[Claim]:
    least, most = int(number("generation", "grounding.claim_words_min")), int(number("generation", "grounding.quote_words_max"))
    for sentence in said:
        if not sentence.endswith(".") or _AWKWARD.search(sentence[:-1]) or _NAME.search(sentence):
            continue
        if _pattern("half_said").search(sentence[:-1]):
            continue
        words = words_of(sentence)
        if not least <= len(words) <= most or not _stands_alone(words) or not _unfit().isdisjoint(words):
            continue
        if subjects := _subjects(words_of(_pattern("beside").sub(" ", sentence))):
            yield Claim(sentence.rstrip(" ."), tuple(dict.fromkeys((*subjects, *_hinted(sentence)))), _shape(words), words)


def _stands_alone(words: tuple[str, ...]) -> bool:
    """Return whether the sentence neither commands, nor leans on what was said before, nor speaks of the writer or to the reader."""
    openings = _words("opening")
    leans = words[0] in openings["words"] or any(w in openings["leaning"] for w in words[1:3])
    return not leans and openings["personal"].isdisjoint(words)


def _subjects(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the subjects named, particular ones before general ones, else in the order of the sentence; none if all are general."""
    known, general = _subject_of(), _words("general")["words"]
    named = dict.fromkeys(known[w] for before, w in zip(("", *words), words, strict=False) if w in known and (before, w) != ("the", "rest"))
    return tuple(sorted(named, key=lambda subject: subject in general)) if not general.issuperset(named) else ()


def answers(claim: Claim, asked: frozenset[str]) -> bool:
    """Return whether a claim answers a client who asks about these subjects: it is first about one, and about no other situation."""
    return claim.subjects[0] in asked and asked.issuperset(_words("situations")["words"] & set(claim.subjects))


def _hinted(sentence: str) -> list[str]:
    """Return the situations that a sentence shows without naming them."""
    return [situation for situation, pattern in _hints().items() if pattern.search(sentence)]


@cache
def _hints() -> dict[str, re.Pattern[str]]:
    hints = cast(dict[str, list[str]], table("lexicons/passages")["hinted"])
    return {situation: re.compile("|".join(shown), re.IGNORECASE) for situation, shown in hints.items()}


def _shape(words: tuple[str, ...]) -> str:
    return next((shape for shape, shown in _words("shape").items() if not shown.isdisjoint(words)), GENERAL_SHAPE)


def shape_for(claim: Claim, subject: str) -> str:
    """Return the claim's shape as far as it can be asked of `subject`: what one does has no course and no cause to ask for."""
    return GENERAL_SHAPE if claim.shape in ("course", "why") and subject in _words("doings")["words"] else claim.shape
