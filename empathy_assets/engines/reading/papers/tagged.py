"""Lines of tagged text (`TI  - ...`), the common ground of MEDLINE / NBIB and RIS.

Lives here: fields with their wrapped lines joined. Must not live here: what a tag means, or where a record ends.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Field(NamedTuple):
    """One field: the line it starts on (from 1), whether a blank line stands before it, its tag and its value on one line."""

    line: int
    after_blank: bool
    tag: str
    value: str


def fields_of(text: str, pattern: re.Pattern[str], wraps: Callable[[str], bool]) -> Iterator[Field]:
    """Yield the fields of tagged text in order; what stands before the first tag is passed over.

    Args:
        text: The whole file.
        pattern: Matches a line that starts a field; group 1 is the tag, group 2 the value.
        wraps: Returns whether a line without a tag continues the field before it.
    """
    start, after_blank, tag = 0, True, ""
    parts: list[str] = []
    blank = True
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            blank = True
        elif found := pattern.match(line.rstrip()):
            if tag:
                yield Field(start, after_blank, tag, " ".join(filter(None, parts)))
            start, after_blank, tag, parts, blank = number, blank, found[1], [(found[2] or "").strip()], False
        elif tag and wraps(line):
            parts.append(line.strip())
            blank = False
    if tag:
        yield Field(start, after_blank, tag, " ".join(filter(None, parts)))
