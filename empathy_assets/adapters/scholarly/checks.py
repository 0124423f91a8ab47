"""Checks of a 200 reply's body before it is trusted and cached.

Lives here: is it whole, is it what was asked for. Must not live here: reading works out of it.
"""

import json
import re
from collections.abc import Callable


def json_object(*keys: str) -> Callable[[bytes], str]:
    """Return a check that a body is a JSON object with at least one of `keys`."""

    def check(data: bytes) -> str:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return f"found {data[:40]!r} ... {data[-20:]!r}, expected whole JSON"
        if not isinstance(value, dict) or not any(key in value for key in keys):
            return f"found JSON without any of {list(keys)}"
        return ""

    return check


def xml_document(root: str) -> Callable[[bytes], str]:
    """Return a check that a body is XML that opens and closes `root` and carries no `<ERROR>`.

    The records inside are the parser's business; here only a cut or foreign reply is told from a whole one.
    """

    def check(data: bytes) -> str:
        text = data.strip()
        if error := re.search(rb"<ERROR>([^<]{1,200})", text[:4096]):
            return f"service error: {error.group(1).decode('utf-8', 'replace')}"
        if not re.search(rb"<" + root.encode() + rb"[\s>/]", text[:2048]):
            return f"found {data[:40]!r}, expected <{root}>"
        if not text.endswith(f"</{root}>".encode()) and not re.search(rb"<" + root.encode() + rb"[^>]*/>\s*$", text):
            return f"found {data[-40:]!r} at the end, expected </{root}>"
        return ""

    return check
