"""Grounding: what a conversation takes from its passage: a claim, what it is about, where it is from, in words a person would say.

A quotation is a whole sentence or clause of the passage, never reworded, short enough to stand inside a counsellor's sentence. Which one a
conversation takes is decided by the row's seed among those that touch the row's issue. A term is a noun phrase found by its place after a
determiner or preposition and by its ending (no tagger is needed for that). Word lists live in `policy/banks/function_words.toml`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from empathy_assets.engines.generating.grammar.claims import GENERAL_SHAPE, Claim, answers, claims, sentences_of, shape_for
from empathy_assets.engines.generating.grammar.expand import Draw
from empathy_assets.engines.generating.grammar.talk_lines import talk_lines
from empathy_assets.engines.generating.topics import stem
from empathy_assets.policy.load import number, table

KINDS = {"books": "book", "academic_findings": "paper", "transcripts": "talk"}
"""What the counsellor calls a passage of each source."""

_CLAUSE_END = re.compile(r"\s*[;:\u2014]\s+|\s+--\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")
_AWKWARD = re.compile(r"[\"\u201c\u201d\[\]{}<>=|*_#@]|https?:|\d{3,}|\bFig|\bTable\b|et al")
_DANGLING = re.compile(r"^(?:this|that|these|those|it|he|she|they|such|however|moreover|thus|therefore|and|but|or|so)\b", re.IGNORECASE)
_TAG = re.compile(r"\s*[\[(][^\])]*[\])]\s*")
_SUBTITLE = re.compile(r"\s*[:;]\s|\s+[\u2013\u2014-]\s+")
_FILE_LIKE = re.compile(r"[_\\/]|\.\w{2,4}$|\d{3,}|^\S*[-.]\S*$")
_INITIALS = re.compile(r"^(\S+)\s+[A-Z]{1,3}$")
_MIDDLE = re.compile(r"(?<=\w\s)[A-Z]\.\s+(?=\w)")
_UNNAMED = {
    "book": ("a book I often open", "the author"),
    "paper": ("a study I read", "the researchers"),
    "talk": ("a talk I once heard", "the speaker"),
}
_NO_SUBJECT = "all this"

VARIED_BY = ("kind", "shape", "lines")
"""The facts of a passage that pick the wording; where several do, the later wins."""

T = TypeVar("T")


@dataclass(frozen=True)
class Material:
    """What a passage offers: quotations and key terms, best first, and its claims in the order of the text."""

    quotes: tuple[str, ...]
    terms: tuple[str, ...]
    claims: tuple[Claim, ...] = ()


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in table("banks/function_words").items()}


def material(text: str, source: str = "books") -> Material:
    """Return the quotations, key terms and claims of a passage of `source`.

    Quotations are never empty unless it has no words; of a talk they are its lines about living, and it may have none.
    """
    sentences = sentences_of(text)
    if source == "transcripts":
        return Material(tuple(_woven(line) for line in talk_lines(text)), tuple(_terms(sentences)))
    clauses = [c for s in sentences for c in _short(s)]
    fit = [c for c in clauses if not _AWKWARD.search(c) and not _DANGLING.match(c)]
    quotes = fit or [c for c in clauses if not _AWKWARD.search(c)] or [" ".join(" ".join(sentences).split()[: _most()])]
    found = claims(text, reports=source == "academic_findings")
    return Material(tuple(dict.fromkeys(_woven(q) for q in quotes)), tuple(_terms(sentences)), tuple(found))


def _most() -> int:
    return int(number("generation", "grounding.quote_words_max"))


def _short(sentence: str) -> list[str]:
    """Return the sentence if it is short enough, else its clauses that are."""
    least, most = int(number("generation", "grounding.quote_words_min")), _most()
    pieces = [sentence] if len(sentence.split()) <= most else _CLAUSE_END.split(sentence)
    return [p for p in pieces if least <= len(p.split()) <= most]


def _woven(quote: str) -> str:
    """Return the quotation without final stop and with a small first letter, unless it is a name or `I`."""
    body = quote.strip().strip("\"'\u201c\u201d\u2018\u2019()").rstrip(".!?,;: ")
    first = body.split(" ", 1)[0] if body else ""
    plain = first.lower().strip(",") in _words()["function"] and first != "I" and not first.startswith("I'")
    return body[0].lower() + body[1:] if plain else body


def _terms(sentences: list[str]) -> list[str]:
    """Return noun phrases of one to three words, by number of mentions, then length, then first mention."""
    lists = _words()
    counts: Counter[str] = Counter()
    places: dict[str, int] = {}
    for sentence in sentences:
        words = [w.strip("'\u2019-").lower() for w in _WORD.findall(sentence)]
        for place, phrase in enumerate(_phrases(words, lists)):
            counts[phrase] += 1
            places.setdefault(phrase, place)
    ranked = sorted(counts, key=lambda p: (-counts[p], -len(p.split()), places[p], p))
    return ranked or [" ".join(" ".join(sentences).split()[:3]).lower() or "this"]


def _phrases(words: list[str], lists: dict[str, frozenset[str]]) -> list[str]:
    """Return runs of content words after a determiner or preposition that end in a noun."""
    found: list[str] = []
    for i, word in enumerate(words):
        if word not in lists["before_noun"]:
            continue
        run: list[str] = []
        for following in words[i + 1 : i + 4]:
            if following in lists["function"] or following in lists["verbs"] or len(following) < 3:
                break
            run.append(following)
        ended = i + 1 + len(run) >= len(words) or words[i + 1 + len(run)] in lists["after_noun"]
        if run and ended and not run[-1].endswith(("ly", "ed")) and run[-1] not in lists["adjectives"]:
            found.append(" ".join(run))
    return found


def passage_facts(
    row_seed: int,
    source: Material,
    title: str,
    authors: list[str],
    *,
    kind: str = "book",
    topic: frozenset[str] = frozenset(),
    asked: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return the built-in parts of `{passage...}` for one conversation.

    Args:
        row_seed: Seed of the row.
        source: What the passage offers.
        title: Title of the work, as catalogued; said without tag and subtitle, or described where it is a mere file name.
        authors: Authors as catalogued.
        kind: `book`, `paper` or `talk`.
        topic: Stems of the issue's topic words; claims that have some are preferred to those that have none.
        asked: Subjects that the issue's clients ask about; claims that answer one are preferred to all others.

    Returns:
        `quote` and `quote2` (woven in, small first letter), `line` and `line2` (the same as sentences of their own), `subject` (what the
        quotation is about, as a client would name it), `term`, `term2`, `title`, `author`, `kind`, and `shape` and `lines` (`none`,
        `one` or `two`) by which `variants` picks the wording. A talk without a line has no quotation.
    """
    draw = Draw(row_seed ^ 0x9E3779B97F4A7C15)
    term = draw.below(len(source.terms))
    other = (term + 1 + draw.below(max(1, len(source.terms) - 1))) % len(source.terms)
    pool = () if kind == "talk" else source.claims  # of a talk the images are wanted, not the claims
    if pool:
        fitting = tuple(c for c in pool if answers(c, asked))
        claim = _drawn(draw, fitting or _touching(pool, topic) or pool)
        kin = tuple(c for c in fitting or pool if c is not claim and not set(c.subjects).isdisjoint(claim.subjects))
        more = kin or tuple(c for c in fitting or _touching(pool, topic) if c is not claim)
        second = _drawn(draw, more) if more else claim
        line, line2, subject = claim.text, second.text, claim.subjects[0] if fitting else _subject(claim, topic)
        shape = shape_for(claim, subject)
    elif not source.quotes:
        line = line2 = ""
        subject, shape = _NO_SUBJECT, GENERAL_SHAPE
    else:
        first = draw.below(len(source.quotes))
        after = (first + 1 + draw.below(max(1, len(source.quotes) - 1))) % len(source.quotes)
        line, line2, subject, shape = source.quotes[first], source.quotes[after], _NO_SUBJECT, GENERAL_SHAPE
    quoted = bool(pool or source.quotes)
    no_title, no_author = _UNNAMED[kind]
    facts = {
        "subject": subject,
        "term": source.terms[term],
        "term2": source.terms[other],
        "title": _spoken_title(title) or no_title,
        "author": _spoken_author(authors) or no_author,
        "kind": kind,
        "shape": shape,
        "lines": "none" if not quoted else "one" if line == line2 else "two",
    }
    if quoted:
        facts |= {"quote": _woven(line), "quote2": _woven(line2)}
        facts |= {"line": line[:1].upper() + line[1:], "line2": line2[:1].upper() + line2[1:]}
    return facts


def _drawn(draw: Draw, pool: tuple[Claim, ...]) -> Claim:
    return pool[draw.below(len(pool))]


def _touching(pool: tuple[Claim, ...], topic: frozenset[str]) -> tuple[Claim, ...]:
    """Return the claims that have a word of the topic."""
    return tuple(c for c in pool if any(stem(w) in topic for w in c.words))


def _subject(claim: Claim, topic: frozenset[str]) -> str:
    """Return the subject that names the issue's topic, else the first."""
    return next((s for s in claim.subjects if any(stem(w) in topic for w in s.split())), claim.subjects[0])


def _spoken_title(title: str) -> str:
    """Return a title as one says it: no tag in brackets, no subtitle, no final stop; empty where it is no title but a file name."""
    plain = _SUBTITLE.split(_TAG.sub(" ", title).strip(), maxsplit=1)[0].strip(" .,")
    return "" if _FILE_LIKE.search(plain) or len(plain.split()) > number("generation", "grounding.title_words_max") else plain


def _spoken_author(authors: list[str]) -> str:
    """Return the authors as one says them: `Ada Marsh`, `Ada Marsh and Ben Lee`, `Ada Marsh and colleagues`."""
    names = [_name(a) for a in authors if a.strip()]
    if not names:
        return ""
    return names[0] if len(names) == 1 else f"{names[0]} and {names[1] if len(names) == 2 else 'colleagues'}"


def _name(author: str) -> str:
    """Return `Marsh, Ada` and `Ada B. Marsh` as `Ada Marsh`, `Marsh AB` as `Marsh`."""
    last, _, first = (part.strip() for part in author.partition(","))
    plain = f"{first} {last}" if first else last
    return _INITIALS.sub(r"\1", _MIDDLE.sub("", plain))


def variants(rules: Mapping[str, T], facts: Mapping[str, str]) -> dict[str, T]:
    """Return the wordings of a bank that this passage calls for, as a scope of their own.

    A rule `<name>_for_<word>` stands in for `<name>` where the passage's `kind` (book, paper, talk), the `shape` of its claim (help, why,
    course, others) or its `lines` (none, one, two) is that word; of several, the later of these three wins.
    """
    chosen: dict[str, T] = {}
    for part in VARIED_BY:
        ending = f"_for_{facts[part]}"
        chosen |= {name.removesuffix(ending): rule for name, rule in rules.items() if name.endswith(ending)}
    return chosen
