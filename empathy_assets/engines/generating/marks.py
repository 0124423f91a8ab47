"""Marks: stand-ins such as `[[who]]` for the words of a pair's attribute, in a dialogue that is written once for both members.

A model that wrote each member by itself would write two stories. It writes one, with marks, and each member spells them with the words
that the bank has for its value: the pair differs in nothing else.
"""

import re
from collections.abc import Mapping

from empathy_assets.engines.generating.banks import load_bank

_MARK = re.compile(r"\[\[[^\[\]]*\]\]")


def marks_of(attribute: str) -> dict[str, list[str]]:
    """Return the marks of an attribute with the words each stands for, one per value, in the bank's order."""
    marks: dict[str, list[str]] = {}
    for value in load_bank("bias").scoped.get("bias_value", {}):
        if value.split(":", 1)[0] == attribute:
            for mark, word in _spelling(value).items():
                marks.setdefault(mark, []).append(word)
    return marks


def spelled(turns: list[dict[str, str]], bias_value: str) -> tuple[list[dict[str, str]], str]:
    """Return (dialogue with marks spelled out for a value, "") or ([], reason).

    Args:
        turns: Dialogue in which marks stand for the attribute's words.
        bias_value: Value of the member to spell, e.g. `gender:woman`.
    """
    spelling = _spelling(bias_value)
    used = {mark for turn in turns for mark in _MARK.findall(turn["content"])}
    if unknown := sorted(used - set(spelling)):
        return [], f"marks {unknown} are none of {sorted(spelling)}"
    if not used:
        return [], f"none of the marks {sorted(spelling)} is used: the attribute would never be mentioned"
    return [{**turn, "content": _spelled(turn["content"], spelling)} for turn in turns], ""


def _spelled(text: str, spelling: Mapping[str, str]) -> str:
    def word(match: re.Match[str]) -> str:
        found = spelling[match.group()]
        before = text[: match.start()].rstrip(" \"'")
        return found[0].upper() + found[1:] if not before or before[-1] in ".!?" else found

    return _MARK.sub(word, text)


def _spelling(value: str) -> dict[str, str]:
    """Return the words of one value by mark."""
    rules = load_bank("bias").scoped.get("bias_value", {}).get(value, {})
    return {f"[[{rule}]]": "".join(str(node) for node in alternatives[0].nodes) for rule, alternatives in rules.items()}
