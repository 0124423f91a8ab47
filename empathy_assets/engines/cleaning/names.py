"""Names of people where the sentence says that it is a name: introductions, contact requests, signatures, address lines.

Lives here: the contexts. Must not live here: recognising names as such; a first name in a story is part of the story.
"""

import re
from collections.abc import Iterator
from functools import cache

from empathy_assets.policy.load import table

_TITLE = r"(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof|Rev)\.?\s)?"
_CAP = r"[A-Z\u00c0-\u00de][\w'’\-]+"
_FULL = rf"{_CAP}(?:\s(?:[A-Z]\.\s)?(?:(?:de|van|von|der|la|di|bin|al)\s){{0,2}}{_CAP}){{0,3}}"
_TWO = rf"{_CAP}\s(?:[A-Z]\.\s)?(?:(?:de|van|von|der|la|di|bin|al)\s){{0,2}}{_CAP}"
_CONTEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\bname(?:'s| is)\s+){_TITLE}({_FULL})",
        r"(?i:\bmy (?:full |real |first |last )?name(?:'s| is)\s+)([a-z][a-z'\-]+)",
        rf"(?i:\b(?:i am|i'm|they) (?:called|named) )({_FULL})",
        rf"(?:^|[.!?]\s)(?i:(?:hi|hello|hey)(?: there)?[,.!]? (?:this is|i am|i'm) ){_TITLE}({_FULL})",
        rf"(?i:\b(?:contact|reach|ask for|speak (?:to|with)|talk to|write to|call|text|email|e-mail|get hold of) )"
        rf"(?:(?i:my|our|his|her) \w+,? )?{_TITLE}({_FULL})(?=,? (?:at|on|via|under)\b|,? ?[(\[+0-9])",
        rf"(?:^|[.!?,\n] ?)(?i:(?:(?:kind|best|warm) )?(?:regards|sincerely|yours truly|yours faithfully|best wishes|signed|cheers|love)),?"
        rf"\s+({_FULL})\s*$",
        rf"({_TWO})(?=,? ?[(<:]? ?(?:[\w.+\-]+@[\w\-]|\[EMAIL_|\[PHONE_))",
        rf"(?i:\b(?:patient|client|attn|attention|name) ?: ){_TITLE}({_FULL})",
    )
)
_SAID_OUTRIGHT = 2  # the first contexts say "name" themselves; the others lean on the capital letter

CUES = (
    "name", "called", "named", "hi ", "hi,", "hi!", "hello", "hey", "contact", "reach", "ask for", "speak", "talk", "write", "call",
    "text", "mail", "get hold", "regards", "sincerely", "yours", "wishes", "signed", "cheers", "love", "patient",
    "client", "attn", "attention", "@", "[phone_",
)  # fmt: skip
"""Lower-case strings of which every context holds at least one; `detect` asks no further without them."""


@cache
def stop_words() -> frozenset[str]:
    """Return the lower-case words that are never a name, also where a name is expected."""
    return frozenset(table("lexicons/pii")["names"]["stop"])


@cache
def ambiguous_words() -> frozenset[str]:
    """Return the lower-case names that are also common words; they are masked in their context only, not elsewhere."""
    return frozenset(table("lexicons/pii")["names"]["ambiguous"])


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of names in contact contexts; a span ends before the first word that cannot be part of a name."""
    contexts = _CONTEXTS[:_SAID_OUTRIGHT] if text.isupper() else _CONTEXTS  # in capitals every word looks like a name
    for pattern in contexts:
        for match in pattern.finditer(text):
            end = match.start(1)
            for word in re.finditer(r"\S+", match[1]):
                bare = re.sub(r"['’]s$", "", word[0])
                if bare.lower().strip("'’-.") in stop_words():
                    break
                end = match.start(1) + word.start() + len(bare)
            if end > match.start(1):
                yield match.start(1), end
