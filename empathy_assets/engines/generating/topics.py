"""Topics: what a presenting issue is about, as word stems that passages can be compared with, and what its clients ask about.

The words come from the bank: each issue's `topic` list, or the words of its name where it has none. A stem is a word without its usual
English endings: enough to join grief, griefs and grieving, with no dictionary.
"""

import re
from functools import cache, lru_cache

from empathy_assets.engines.generating.banks import Bank
from empathy_assets.policy.load import table

_ENDINGS = re.compile(r"(?:ings?|ed|es|s|e|ly|ness|ment|ful|ive)$")
_SHORT = 4


@cache
def _irregular() -> dict[str, str]:
    return table("lexicons/passages")["stem"]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem of a word in lower case."""
    if word in (irregular := _irregular()):
        return irregular[word]
    word = word[:-3] + "y" if word.endswith("ies") else word
    if len(word) <= _SHORT:
        return word[:-1] if word.endswith(("s", "e")) and len(word) == _SHORT and not word.endswith("ss") else word
    if word.endswith("ing") and len(word) <= _SHORT + len("ing"):
        return word  # longing is not long, missing no miss
    short = _ENDINGS.sub("", word)
    if len(short) < _SHORT - 1:
        return word
    short = _ENDINGS.sub("", short) if len(short) > _SHORT + 1 else short
    if len(short) > _SHORT - 1 and short[-1] == short[-2] and short[-1] not in "ls":
        short = short[:-1]  # planned, stopped
    return short[:-1] if short.endswith(("e", "i")) and len(short) > _SHORT - 1 else short


def asked(bank: Bank) -> dict[str, frozenset[str]]:
    """Return the subjects (`lexicons/passages`) that clients ask about, by issue: listed, else those that share a word with its topic."""
    lists = table("lexicons/passages")
    shown = {subject: {stem(word) for word in forms} for subject, forms in lists["subject"].items()}
    return {
        issue: frozenset(lists["asks"].get(issue) or (subject for subject, stems in shown.items() if not topic.isdisjoint(stems)))
        for issue, topic in topics(bank).items()
    }


def topics(bank: Bank) -> dict[str, frozenset[str]]:
    """Return the topic stems of every issue of a bank; a bank without issues has none."""
    found: dict[str, frozenset[str]] = {}
    for issue, rules in bank.scoped.get("issue", {}).items():
        listed = [str(node) for alternative in rules.get("topic", ()) for node in alternative.nodes]
        found[issue] = frozenset(stem(w) for text in listed or [issue] for w in re.findall(r"[a-z]+", text.lower()))
    return found
