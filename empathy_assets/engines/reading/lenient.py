"""Lenient JSON: one value at a place of a text, read as its writer meant it where no reading but one is possible.

Lives here: the strict parser's settings and the mending of comments, trailing commas, wrong escapes and Python's own notation. Must not
live here: finding the next record after a spoiled one (salvage), the meaning of records (shapes).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import ast
import json
import re
from typing import Any

_MAX_DIGITS = 400
_MAX_MEND = 1 << 18
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|//[^\n]*|/\*.*?\*/|[{}\[\]]', re.DOTALL)
_MENDABLE = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PYTHON = re.compile(r"[\[{(\s]*[{\[]\s*'")
_VALID_ESCAPES = frozenset('"\\/bfnrt')


def _constant(name: str) -> None:
    """Return null for NaN and Infinity, which are no JSON: the record stays."""


def _integer(digits: str) -> int | float:
    """Return an integer, or a float where it has more digits than Python converts."""
    return int(digits) if len(digits) < _MAX_DIGITS else float(digits)


_DECODER = json.JSONDecoder(parse_constant=_constant, parse_int=_integer, strict=False)


def value_at(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins at `at` and where it ends, mended where only one reading is possible.

    Raises:
        ValueError: There is no value, or it cannot be mended without guessing; the error is the strict parser's.
        RecursionError: It nests deeper than the parser allows.
    """
    try:
        return _DECODER.raw_decode(text, at)
    except ValueError:
        end = _closing(text, at)
        if end < 0:
            raise
        try:
            return mended(text[at:end]), end
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            pass
        raise


def _closing(text: str, at: int) -> int:
    """Return the end of the brackets that open at `at`, -1 if they do not close in reach."""
    if text[at : at + 1] not in ("{", "["):
        return -1
    depth = 0
    for token in _TOKEN.finditer(text, at, at + _MAX_MEND):
        if token[0] in ("{", "["):
            depth += 1
        elif token[0] in ("}", "]"):
            depth -= 1
            if depth == 0:
                return token.end()
    return -1


def mended(text: str) -> Any:
    """Return the value of a JSON text with comments, trailing commas or wrong escapes, or of what Python's `repr` printed.

    Raises:
        ValueError: It is neither.
        SyntaxError: It looks like Python but is none.
    """
    if _PYTHON.match(text):
        value = ast.literal_eval(text.strip())
        if not isinstance(value, dict | list):
            raise ValueError("neither an object nor a list")
        return value
    return _DECODER.decode(_MENDABLE.sub(lambda m: _escapes(m["string"]) if m["string"] else "", text))


def _escapes(string: str) -> str:
    return _ESCAPE.sub(_escape, string) if "\\" in string else string


def _escape(match: re.Match[str]) -> str:
    """Return a valid escape as it is; an escaped apostrophe loses its stroke, any other stroke stands for itself."""
    what = match[1]
    if len(what) > 1 or what in _VALID_ESCAPES:
        return match[0]
    return what if what in "'`$&#-_()[]{}*.!?,;:" else f"\\\\{what}"
