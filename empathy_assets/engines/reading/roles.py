"""Roles: what publishers call the two sides of a dialogue, brought to `user` and `assistant`.

Lives here: the mapping and the merging of runs. Must not live here: where in a record a speaker is named (shapes).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.text import tidy
from empathy_assets.policy.load import table

Turn = tuple[str, str]
_SKIPPED = "skipped"


@cache
def _known() -> dict[str, str]:
    words: dict[str, list[str]] = table("reading")["roles"]
    return {name: side for side, names in words.items() for name in names}


_TOKENISED = re.compile(r"\w [.,?!](?:\s|$)|\w ' (?:t|s|m|re|ve|ll|d)\b")
_SPLIT_APOSTROPHE = re.compile(r"(?<=\w) ' (?=(?:t|s|m|re|ve|ll|d)\b)")
_LOOSE_STOP = re.compile(r"(?<=\w) +(?=[.,?!;:](?:\s|$))")


def _detokenised(text: str) -> str:
    """Return `text` without the blanks a tokeniser put before punctuation and into contractions."""
    if not _TOKENISED.search(text):
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
    if "assistant" not in sides and list(roles.values()).count("system") and not unknown and list(names).count(_system_name(roles)) > 1:
        roles[_system_name(roles)] = "assistant"
    elif len(unknown) == 1 and len(sides) == 1:
        roles[unknown[0]] = "assistant" if sides == {"user"} else "user"
    elif len(unknown) == 2 and not sides:
        roles[unknown[0]], roles[unknown[1]] = "user", "assistant"
    elif unknown:
        raise ReadError("unknown-roles", f"speakers {distinct[:6]!r}, expected two sides such as user and assistant")
    return roles


def _system_name(roles: dict[str, str]) -> str:
    return next(name for name, role in roles.items() if role == "system")


def normalise(turns: Sequence[Turn]) -> list[Turn]:
    """Return (speaker, text) pairs as (role, text): plain text, tool calls out, runs of one speaker merged.

    Raises:
        ReadError: `no-turns`, `unknown-roles` or `one-sided`.
    """
    said = [(name, _detokenised(tidy(text))) for name, text in turns]
    said = [(name, text) for name, text in said if text]
    if not said:
        raise ReadError("no-turns", "no turn holds any text")
    roles = _pairing([name for name, _ in said])
    merged: list[Turn] = []
    for name, text in said:
        role = roles[name]
        if role == _SKIPPED:
            continue
        if merged and merged[-1][0] == role:
            merged[-1] = (role, f"{merged[-1][1]}\n{text}")
        else:
            merged.append((role, text))
    found = {role for role, _ in merged}
    if not {"user", "assistant"} <= found:
        raise ReadError("one-sided", f"only {sorted(found)} speak; a dialogue needs user and assistant")
    return merged


_LOG_LINE = re.compile(
    r"^[ \t]*(?:\*{2}|#{1,4} ?|<\|?|\[)?(?P<name>[A-Za-z][A-Za-z _.'-]{0,29}[0-9]{0,2})(?:\|?>|\])?\*{0,2}[ \t]*:\*{0,2}[ \t]*(?P<text>.*)$"
)
_DASH = re.compile(r"^\s*[-–—•*]\s+(?P<text>.*)$")
_MARKED = re.compile(
    r"<\|(?:im_start\|>)?(?P<name>user|assistant|system|human|bot)\|?>?\n?|###\s*(?P<head>Instruction|Human|Assistant|Response|User|Input|System)\s*:",
    re.IGNORECASE,
)
_INST = re.compile(r"\[INST\](.*?)\[/INST\]", re.DOTALL)
_END_MARKS = re.compile(r"<\|(?:im_end|eot_id|end|endoftext)\|>|</?s>")
_HEADS = {"instruction": "user", "input": "user", "response": "assistant"}


def chat_log(text: str) -> list[Turn]:
    """Return the turns of a dialogue written into one string, or an empty list if it does not look like one.

    Read are `Name: text` lines, lines that alternate behind a dash, chat-template marks (`<|user|>`, `### Human:`) and `[INST]`.
    """
    if "[INST]" in text:
        return _inst_turns(text)
    if _MARKED.search(text):
        return _marked_turns(text)
    rows = [line for line in text.replace("\r", "").split("\n") if line.strip()]
    dashes = [m for m in map(_DASH.match, rows) if m]
    if len(dashes) > 1 and _DASH.match(rows[0]):
        return _dash_turns(rows)
    return _named_turns(rows)


def _inst_turns(text: str) -> list[Turn]:
    parts = _INST.split(_END_MARKS.sub("", text))
    return [("user" if i % 2 else "assistant", part.strip()) for i, part in enumerate(parts) if part.strip()]


def _marked_turns(text: str) -> list[Turn]:
    marks = list(_MARKED.finditer(text))
    ends = [m.start() for m in marks[1:]] + [len(text)]
    turns: list[Turn] = []
    for mark, end in zip(marks, ends, strict=True):
        name = (mark["name"] or mark["head"]).lower()
        turns.append((_HEADS.get(name, name), _END_MARKS.sub("", text[mark.end() : end]).strip()))
    return turns


def _dash_turns(rows: Sequence[str]) -> list[Turn]:
    said: list[str] = []
    for row in rows:
        match = _DASH.match(row)
        if match:
            said.append(match["text"])
        elif said:
            said[-1] += "\n" + row
    return [("assistant" if i % 2 else "user", text) for i, text in enumerate(said)]


def _named_turns(rows: Sequence[str]) -> list[Turn]:
    matches = [_LOG_LINE.match(row) for row in rows]
    names = [m["name"].strip() for m in matches if m]
    known = {name for name in names if role_of(name) in ("user", "assistant", "system")}
    frequent = known if len(known) > 1 else {name for name in names if names.count(name) > 1}
    if len(frequent) < 2 or not matches[0] or matches[0]["name"].strip() not in frequent:
        return []
    turns: list[Turn] = []
    for row, match in zip(rows, matches, strict=True):
        if match and match["name"].strip() in frequent:
            turns.append((match["name"].strip(), match["text"]))
        elif turns:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}\n{row}")
    return turns
