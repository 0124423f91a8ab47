"""Grammatical person: a client's own words turned towards the client, and pronouns that agree."""

import re
from functools import lru_cache

_YOU = {
    "i am": "you are",
    "i was": "you were",
    "i wasn't": "you weren't",
    "am i": "are you",
    "was i": "were you",
    "we were": "you were",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "we're": "you're",
    "we've": "you've",
    "we'd": "you'd",
    "we'll": "you'll",
    "i": "you",
    "we": "you",
    "me": "you",
    "us": "you",
    "my": "your",
    "our": "your",
    "mine": "yours",
    "ours": "yours",
    "myself": "yourself",
    "ourselves": "yourselves",
}
# Letters that none of them begins with are told at once.
_FIRST = re.compile(r"\b(?=[aimouw])(" + "|".join(sorted(map(re.escape, _YOU), key=len, reverse=True)) + r")\b(?!')", re.IGNORECASE)
_SPEECH = re.compile(r"""("[^"]*"|(?<!\w)'(?=\w)(?:[^']|'(?=\w))*'(?!\w))""")

PRONOUNS: dict[str, dict[str, str]] = {
    "she": {"they": "she", "them": "her", "their": "her", "is": "is", "was": "was", "has": "has", "does": "does", "s": "s"},
    "he": {"they": "he", "them": "him", "their": "his", "is": "is", "was": "was", "has": "has", "does": "does", "s": "s"},
    "it": {"they": "it", "them": "it", "their": "its", "is": "is", "was": "was", "has": "has", "does": "does", "s": "s"},
    "they": {"they": "they", "them": "them", "their": "their", "is": "are", "was": "were", "has": "have", "does": "do", "s": ""},
}
"""Forms that agree with a fact marked `~she`, `~he`, `~it` or `~they`; a plural fact takes `are`, `were`, `have`."""


@lru_cache(maxsize=1 << 14)  # what a client tells is turned in several turns, what a bank's fact says in many conversations
def to_second(text: str) -> str:
    """Return first-person words addressed to the one who said them: `my mother left me` becomes `your mother left you`.

    What stands in quotes, double or single, is somebody's speech and stays as it is.
    """
    if '"' not in text and "'" not in text:
        return _FIRST.sub(_swap, text)
    parts = _SPEECH.split(text)
    parts[::2] = [_FIRST.sub(_swap, part) for part in parts[::2]]
    return "".join(parts)


def _swap(match: re.Match[str]) -> str:
    word = match.group()
    turned = _YOU[word.lower()]
    return turned.capitalize() if word[0].isupper() and not word.startswith("I") else turned
