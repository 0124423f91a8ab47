"""Dialects of tables: delimiter, quoting and escapes as the first lines of a file show them.

Lives here: what the csv module has to be told. Must not live here: columns and rows (tabular).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Any

_DELIMITERS = ("\t", ",", ";", "|")
_DECLARED = re.compile(r"^sep=(.)\r?\n")
_STROKED = re.compile(r'\\"(?!\s*(?:[,;\t|\n]|$))')
_OPENED = re.compile(r'(?:^|[,;\t|])"')
_WHOLE_CELL = re.compile(r'(?:^|[,;\t|])"[^"\n]*"(?=[,;\t|\r\n]|$)')
_MIN_COLUMNS = 4
_SAMPLE_LINES = 200


@dataclass(frozen=True)
class Dialect:
    """What to hand to `csv.reader`, and how many lines stand before the header."""

    delimiter: str
    quoting: int = csv.QUOTE_MINIMAL
    escapechar: str | None = None
    skipped: int = 0

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of `csv.reader`."""
        return {
            "delimiter": self.delimiter,
            "quoting": self.quoting,
            "escapechar": self.escapechar,
            "doublequote": self.escapechar is None,
        }


def dialect_of(head: str) -> Dialect:
    """Return the dialect of a table from its first lines.

    The delimiter is the one that occurs most in the header, or the one a `sep=` line declares. Quotes are plain characters where every
    line has the header's number of fields without regard to them and they do not enclose fields; a stroke escapes them where none is
    doubled.
    """
    declared = _DECLARED.match(head)
    body = head[declared.end() :] if declared else head
    header = body.split("\n", 1)[0]
    delimiter = declared[1] if declared else max(_DELIMITERS, key=lambda d: (header.count(d), -_DELIMITERS.index(d)))
    skipped = 1 if declared else 0
    lines = [line for line in body.split("\n")[: _SAMPLE_LINES + 1] if line.strip()][:-1] or [header]
    fields = header.count(delimiter) + 1
    loose = fields >= _MIN_COLUMNS and '"' in body and all(line.count(delimiter) + 1 == fields for line in lines)
    if loose and len(_WHOLE_CELL.findall(body)) * 2 < len(_OPENED.findall(body)):
        return Dialect(delimiter, csv.QUOTE_NONE, None, skipped)
    return Dialect(delimiter, csv.QUOTE_MINIMAL, "\\" if _STROKED.search(body) and '""' not in body else None, skipped)
