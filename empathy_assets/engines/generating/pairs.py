"""Counterfactual pairs: the proof that two members differ in the words of one attribute and in nothing else."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from empathy_assets.engines.generating.banks import load_bank


def pair_differs_only_in_attribute(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether two conversations of a pair are the same but for their attribute's words, and why not.

    Args:
        a: A conversation as a mapping with `turns` and `labels` (a row of a `Conversation` frame).
        b: The other member.

    Returns:
        (True, "") or (False, what was found).
    """
    one, two = a["labels"], b["labels"]
    if not one["pair_id"] or one["pair_id"] != two["pair_id"]:
        return False, f"pair ids {one['pair_id']!r} and {two['pair_id']!r} are not one pair"
    if one["bias_attribute"] != two["bias_attribute"] or one["bias_value"] == two["bias_value"]:
        return False, f"values {one['bias_value']!r} and {two['bias_value']!r} are not two values of one attribute"
    if len(a["turns"]) != len(b["turns"]):
        return False, f"{len(a['turns'])} turns against {len(b['turns'])}"
    named = False
    for i, (left, right) in enumerate(zip(a["turns"], b["turns"], strict=True)):
        if left == right:  # most turns never name the attribute
            continue
        # Both texts are masked with the words of both values: a passer-by may be "a man" in the dialogue of a woman, too.
        masked = tuple(_masked(turn["content"], one["bias_value"], two["bias_value"]) for turn in (left, right))
        if left["role"] != right["role"] or masked[0] != masked[1]:
            return False, f"turn {i} differs beyond the attribute: {masked[0][:80]!r} against {masked[1][:80]!r}"
        named = named or left["content"] != right["content"]
    return (True, "") if named else (False, "the attribute is never mentioned: both members are the same text")


def _masked(text: str, *values: str) -> str:
    """Return the text with the values' own words replaced by the name of their rule, case folded."""
    pattern, names = _words(*values)
    return pattern.sub(lambda m: f"<{names[m.group().casefold()]}>", text).casefold() if names else text.casefold()


@cache
def _words(*values: str) -> tuple[re.Pattern[str], dict[str, str]]:
    scoped = load_bank("bias").scoped.get("bias_value", {})
    tables = [scoped.get(value, {}) for value in values]
    names = {
        "".join(str(n) for n in alternative.nodes).casefold(): rule
        for rules in tables
        for rule, alternatives in rules.items()
        for alternative in alternatives
    }
    longest = sorted(names, key=lambda word: (-len(word), word))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")\b", re.IGNORECASE), names
