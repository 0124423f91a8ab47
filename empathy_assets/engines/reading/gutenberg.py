"""Project Gutenberg's header and licence: found, read for title and author, and cut off.

Lives here: its marks in all the wordings used since 1991. Must not live here: any other publisher's boilerplate (policy).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_START = re.compile(
    r"\*\*\*\s*START OF TH(?:E|IS) PROJECT GUTENBERG|\*?END\*?\s*THE SMALL PRINT|PROTECTED ETEXTS\*END\*|PUBLIC DOMAIN ETEXTS\*Ver",
    re.IGNORECASE,
)
_END = re.compile(
    r"\*\*\*\s*END OF TH(?:E|IS) PROJECT GUTENBERG|^\s*(?:This is )?(?:the )?end of (?:the |this )?project gutenberg|START:? FULL LICENSE",
    re.IGNORECASE,
)
_MENTION = re.compile(r"project gutenberg", re.IGNORECASE)
_FIELD = re.compile(r"^(Title|Author|Language)[ \t]*:[ \t]*(.+(?:\n[ \t]{2,}\S.*)*)", re.MULTILINE)
_CAPITAL_MARKS = ("SMALL PRINT", "FULL LICENSE", "ETEXTS*")
_HEAD_CHARS = 20_000
_HEAD_SHARE = 0.3
_HEAD_ITEMS = 100  # in a short text the header may be most of it


def is_gutenberg(head: str) -> bool:
    """Return whether a text's beginning names Project Gutenberg."""
    return bool(_MENTION.search(head[:_HEAD_CHARS]))


def fields(head: str) -> dict[str, str]:
    """Return `title`, `author` and `language` as the header states them."""
    if not is_gutenberg(head):
        return {}
    return {m[1].lower(): " ".join(m[2].split("\n")[0].split()) for m in reversed(list(_FIELD.finditer(head[:_HEAD_CHARS])))}


def body_range(items: Sequence[str]) -> tuple[int, int]:
    """Return the half-open range of items (lines or paragraphs) between the header and the licence."""
    start, stop = 0, len(items)
    for index, item in enumerate(items):
        if "gutenberg" not in item.lower() and not any(mark in item for mark in _CAPITAL_MARKS):
            continue
        if _START.search(item) and index <= max(len(items) * _HEAD_SHARE, _HEAD_ITEMS):
            start = index + 1 + _continues(item, items[index + 1 : index + 2])
        elif _END.search(item) and index > start:
            stop = index
            break
    return start, stop


def _continues(item: str, following: Sequence[str]) -> bool:
    """Return whether the opening mark `*** START ... ***` goes on in the next line, as it does with long titles."""
    return item.startswith("***") and not item.rstrip().endswith("***") and any(line.rstrip().endswith("***") for line in following)
