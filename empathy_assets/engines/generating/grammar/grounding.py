"""Grounding: clauses and key terms of a passage that a conversation may use.

A quotation is a whole sentence or clause of the passage, never reworded, short enough to stand inside a counsellor's sentence; a term is
a noun phrase found by its place after a determiner or preposition and by its ending (no tagger is needed for that). Which ones a
conversation takes is decided by the row's seed. Word lists live in `policy/banks/function_words.toml`.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from empathy_assets.engines.generating.grammar.expand import Draw
from empathy_assets.policy.load import number, table

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z])")
_CLAUSE_END = re.compile(r"\s*[;:\u2014]\s+|\s+--\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")
_REFERENCE = re.compile(r"\s*[\[(](?:\d[\d,;\s\u2013-]*|[A-Z][^()\[\]]*\d{4}[a-z]?)[\])]")
_AWKWARD = re.compile(r"[\"\u201c\u201d\[\]{}<>=|*_#@]|https?:|\d{3,}|\bFig|\bTable\b|et al")
_DANGLING = re.compile(r"^(?:this|that|these|those|it|he|she|they|such|however|moreover|thus|therefore|and|but|or|so)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Material:
    """What a passage offers: quotations and key terms, best first."""

    quotes: tuple[str, ...]
    terms: tuple[str, ...]


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in table("banks/function_words").items()}


def material(text: str) -> Material:
    """Return the quotations and key terms of a passage; never empty unless the passage has no words."""
    clean = _REFERENCE.sub("", " ".join(text.split()))
    sentences = [s.strip() for s in _SENTENCE_END.split(clean) if s.strip()]
    clauses = [c for s in sentences for c in _short(s)]
    fit = [c for c in clauses if not _AWKWARD.search(c) and not _DANGLING.match(c)]
    quotes = fit or [c for c in clauses if not _AWKWARD.search(c)] or [" ".join(clean.split()[: _most()])]
    return Material(tuple(dict.fromkeys(_woven(q) for q in quotes)), tuple(_terms(clean)))


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


def _terms(text: str) -> list[str]:
    """Return noun phrases of one to three words, by number of mentions, then length, then first mention."""
    lists = _words()
    counts: Counter[str] = Counter()
    places: dict[str, int] = {}
    for sentence in _SENTENCE_END.split(text):
        words = [w.strip("'\u2019-").lower() for w in _WORD.findall(sentence)]
        for place, phrase in enumerate(_phrases(words, lists)):
            counts[phrase] += 1
            places.setdefault(phrase, place)
    ranked = sorted(counts, key=lambda p: (-counts[p], -len(p.split()), places[p], p))
    return ranked or [" ".join(text.split()[:3]).lower() or "this"]


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


def passage_facts(row_seed: int, source: Material, title: str, authors: list[str]) -> dict[str, str]:
    """Return the built-in parts of `{passage...}` for one conversation."""
    draw = Draw(row_seed ^ 0x9E3779B97F4A7C15)
    first = draw.below(len(source.quotes))
    second = (first + 1 + draw.below(max(1, len(source.quotes) - 1))) % len(source.quotes)
    term = draw.below(len(source.terms))
    other = (term + 1 + draw.below(max(1, len(source.terms) - 1))) % len(source.terms)
    return {
        "quote": source.quotes[first],
        "quote2": source.quotes[second],
        "term": source.terms[term],
        "term2": source.terms[other],
        "title": title or "what I read",
        "author": authors[0] if authors else "the author",
    }
