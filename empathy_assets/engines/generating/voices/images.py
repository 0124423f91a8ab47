"""Images of a voice: what it compares things to, which concrete things it returns to, and how it opens sentences.

Lives here: finding them in running text by lists of `policy/voices.toml`. Must not live here: what is typical beside other voices.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from empathy_assets.engines.generating.voices.words import function_words, plain, sentences_of, words_of
from empathy_assets.policy.load import number, table

_LIKE = re.compile(r"\blike (an?|the) (?=((?:[a-z']+ ?){1,8}))", re.IGNORECASE)
_IS_A = re.compile(
    r"\b(?:(?:an?|the|your|my|our) )?([a-z']+) (?:is|was|can be|may be|becomes) (?:like )?(an?|the) ([a-z']+)\b", re.IGNORECASE
)


@cache
def image_nouns() -> dict[str, str]:
    """Return the concrete nouns of policy, singular and plural, with the phrase that stands for them (`kettle` -> `a kettle`)."""
    found: dict[str, str] = {}
    for phrases in table("voices")["domains"].values():
        for phrase in phrases:
            noun = phrase.rpartition(" ")[2]
            found.setdefault(noun, phrase)
            found.setdefault(_plural(noun), phrase)
    return found


def _plural(noun: str) -> str:
    if noun.endswith("f"):
        return noun[:-1] + "ves"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def image_counts(texts: Sequence[str]) -> Counter[str]:
    """Return how often each image (`a kettle`) is named as a noun: after a determiner, one other word in between at most.

    Nouns that take no article (`fog`) count wherever they stand; plurals do not, `steps` and `walks` being verbs as often.
    """
    nouns, before = image_nouns(), frozenset(table("voices")["words"]["determiners"])
    found: Counter[str] = Counter()
    for text in texts:
        words = ["", "", *words_of(text)]
        for first, second, word in zip(words, words[1:], words[2:], strict=False):
            phrase = nouns.get(word)
            if phrase is not None and (phrase == word or second in before or (first in before and second not in function_words())):
                found[phrase] += 1
    return found


def similes(texts: Sequence[str]) -> Counter[str]:
    """Return comparisons `like a ...` with a concrete noun in them, cut where the clause or noun phrase ends."""
    most = int(number("voices", "profile.simile_words_max"))
    refused = set(table("voices")["words"]["no_image"])
    found: Counter[str] = Counter()
    for match in (m for text in texts for m in _LIKE.finditer(plain(text))):
        article, rest = match.group(1).lower(), match.group(2).lower().split()
        phrase: list[str] = []
        for word in rest[:most]:
            if word in function_words() and word not in {"of", "own", "other"}:
                break
            phrase.append(word)
        while phrase and phrase[-1] == "of":
            phrase.pop()
        if phrase and phrase[0] not in refused and phrase[-1] in image_nouns():
            found[f"like {article} {' '.join(phrase)}"] += 1
    return found


def metaphors(texts: Sequence[str]) -> Counter[str]:
    """Return statements `X is a Y` where Y is a concrete noun and X another content word."""
    found: Counter[str] = Counter()
    for match in (m for text in texts for m in _IS_A.finditer(plain(text))):
        subject, article, noun = (part.lower() for part in match.groups())
        if noun in image_nouns() and subject not in function_words() and subject != noun:
            found[f"{subject} is {article} {noun}"] += 1
    return found


def openers(texts: Sequence[str], *, punctuated: bool) -> Counter[str]:
    """Return how often each discourse marker of policy opens a sentence; anywhere, where there are no sentences to open.

    Without punctuation only markers of two and more words count: `well` and `so` inside a stream of words say nothing.
    """
    known = {tuple(words_of(marker)): marker for marker in table("voices")["words"]["openers"]}
    found: Counter[str] = Counter()
    for text in texts:
        for sentence in sentences_of(text) if punctuated else ():
            first = tuple(words_of(sentence)[:5])
            key = next((first[:n] for n in range(5, 0, -1) if first[:n] in known), None)
            if key is not None:
                found[known[key]] += 1
        stream = words_of(text) if not punctuated else []
        for length in (2, 3, 4, 5):
            found.update(known[key] for key in zip(*(stream[i:] for i in range(length)), strict=False) if key in known)
    return found
