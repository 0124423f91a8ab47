"""Roles: what publishers call the two sides of a dialogue, brought to `user` and `assistant`.

Lives here: the mapping and the merging of runs. Must not live here: where in a record a speaker is named (shapes).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

import polars as pl

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.text import UNTIDY, tidy
from empathy_assets.policy.load import table

Turn = tuple[str, str]
_SKIPPED = "skipped"


@cache
def _known() -> dict[str, str]:
    words: dict[str, list[str]] = table("reading")["roles"]
    return {name: side for side, names in words.items() for name in names}


_LOOSE = re.compile(" [.,?!']")
_TOKENISED = re.compile(r"\w [.,?!](?:\s|$)|\w ' (?:t|s|m|re|ve|ll|d)\b")
_SPLIT_APOSTROPHE = re.compile(r"(?<=\w) ' (?=(?:t|s|m|re|ve|ll|d)\b)")
# Every text that `plain` changes holds one of these; they are in the dialect of polars, which knows no look-around.
_ROUGH = rf"{UNTIDY}|^[ \n]|[ \n]$|[a-z]{{3}}[.!?][A-Z]| [.,?!](?:[ \n]|$)| ' [tsmrvld]"
_NAME_WORD = re.compile(r"[a-z]{2,}")
_GLUED = re.compile(r"([.!?])(?<=[a-z]{3}[.!?])(?=[A-Z][^\W\d_]*[ ,'’])")
_LOOSE_STOP = re.compile(r"(?<=\w) +(?=[.,?!;:](?:\s|$))")


def _parted(stop: re.Match[str]) -> str:
    """Return a full stop with a blank behind it, unless it stands inside an address."""
    before = stop.string[max(0, stop.start() - 40) : stop.start()].rsplit(maxsplit=1)[-1]
    return stop[1] if any(mark in before for mark in "./@") else f"{stop[1]} "


def plain(text: str) -> str:
    """Return what was said as plain text: tidied, and with the blanks where a writer has them."""
    return _detokenised(tidy(text))


def plain_texts(texts: list[str]) -> list[str]:
    """Return `plain` of each text: one search over all of them finds the few that are not plain as they stand."""
    try:
        rough = pl.Series(texts, dtype=pl.String).str.contains(_ROUGH)
    except UnicodeEncodeError:  # half a surrogate pair, which no column can hold
        return [plain(text) for text in texts]
    found = list(texts)
    indices: list[int] = rough.arg_true().to_list()
    for index in indices:
        found[index] = plain(texts[index])
    return found


def plain_column(texts: pl.Series) -> pl.Series:
    """Return `plain` of each text of a column."""
    rough = texts.str.contains(_ROUGH).arg_true()
    return texts.clone().scatter(rough, [plain(text) for text in texts.gather(rough).to_list()]) if len(rough) else texts


def _detokenised(text: str) -> str:
    """Return `text` with the blanks where a writer has them: none before punctuation, one between two sentences."""
    text = _GLUED.sub(_parted, text)
    if not _LOOSE.search(text) or not _TOKENISED.search(text):
        return text
    return _LOOSE_STOP.sub("", _SPLIT_APOSTROPHE.sub("'", text))


def role_of(name: str) -> str:
    """Return `user`, `assistant`, `system`, `skipped` (tools) or an empty string for a speaker's name."""
    plain = name.strip().strip("<>|[]:*").strip().lower()
    return _known().get(plain, "")


def _pairing(names: Sequence[str]) -> dict[str, str]:
    """Return the role of each distinct speaker name, in order of appearance.

    Raises:
        ReadError: The names cannot be told to be two sides.
    """
    distinct = list(dict.fromkeys(names))
    roles = {name: role_of(name) for name in distinct}
    unknown = [name for name in distinct if not roles[name]]
    sides = set(roles.values()) & {"user", "assistant"}
    if sides == {"user"} and not unknown and _answers(names, roles):
        roles[_system_name(roles)] = "assistant"
    elif len(unknown) == 1 and len(sides) == 1:
        roles[unknown[0]] = "assistant" if sides == {"user"} else "user"
    elif unknown and (loose := _loosely(unknown)) and set(loose.values()) | sides == {"user", "assistant"}:
        roles.update(loose)
    elif len(unknown) == 2 and not sides:
        roles[unknown[0]], roles[unknown[1]] = "user", "assistant"
    elif unknown:
        raise ReadError("unknown-roles", f"speakers {distinct[:6]!r}, expected two sides such as user and assistant")
    return roles


def _answers(names: Sequence[str], roles: dict[str, str]) -> bool:
    """Return whether the `system` of a dialogue is the side that answers rather than a prompt before it."""
    order = [roles[name] for name in names]
    return "system" in order and (order.count("system") > 1 or order.index("system") > order.index("user"))


def _loosely(unknown: Sequence[str]) -> dict[str, str]:
    """Return the roles of names that hold one among other words, as in `Therapist (Ann)`; empty unless every name does."""
    found = {
        name: {role for word in _NAME_WORD.findall(name.lower()) if (role := _known().get(word)) in ("user", "assistant")}
        for name in unknown
    }
    return {name: next(iter(sides)) for name, sides in found.items()} if all(len(sides) == 1 for sides in found.values()) else {}


def _system_name(roles: dict[str, str]) -> str:
    return next(name for name, role in roles.items() if role == "system")


def merged(turns: Sequence[Turn]) -> list[Turn]:
    """Return (speaker, plain text) pairs as (role, text): tool calls out, runs of one speaker merged.

    Raises:
        ReadError: `no-turns`, `unknown-roles` or `one-sided`.
    """
    said = [(name, text) for name, text in turns if text]
    if not said:
        raise ReadError("no-turns", "no turn holds any text")
    roles = _pairing([name for name, _ in said])
    runs: list[Turn] = []
    for name, text in said:
        role = roles[name]
        if role == _SKIPPED:
            continue
        if runs and runs[-1][0] == role:
            runs[-1] = (role, f"{runs[-1][1]}\n{text}")
        else:
            runs.append((role, text))
    found = {role for role, _ in runs}
    if not {"user", "assistant"} <= found:
        raise ReadError("one-sided", f"only {sorted(found)} speak; a dialogue needs user and assistant")
    return runs


@lru_cache(maxsize=4096)
def sides(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the role of each turn from the speakers of a dialogue; empty where `merged` would change its turns or refuse it."""
    try:
        roles = _pairing(names)
    except ReadError:
        return ()
    found = tuple(roles[name] for name in names)
    runs = any(role == following for role, following in pairwise(found))
    return () if runs or _SKIPPED in found or not {"user", "assistant"} <= set(found) else found
