"""Shapes of conversation records: which fields of a publisher's record hold the turns, the id and the labels.

Lives here: one record in, dialogues out. Must not live here: files (conversations), role names (roles), tables (tabular).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from empathy_assets.engines.reading.chatlog import chat_log
from empathy_assets.engines.reading.fields import first, folded, kind_of, names
from empathy_assets.engines.reading.labels import labels_of, record_id
from empathy_assets.engines.reading.lenient import value_at
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import Turn, role_of
from empathy_assets.engines.reading.threads import mapped_turns, tree_turns
from empathy_assets.engines.reading.turns import asked_turns, item_turns, paired_turns, text_of, turns_of
from empathy_assets.policy.load import number

_COUNTED = re.compile(r"(?:turn|round|exchange|step|q|message)?[ _-]?\d{1,4}", re.IGNORECASE)


@dataclass
class Dialogue:
    """The turns of one dialogue as (speaker, text), with the source's id and labels."""

    turns: list[Turn]
    record_id: str = ""
    labels: dict[str, Any] = field(default_factory=dict[str, Any])


def dialogues(record: Any) -> Iterator[Dialogue]:
    """Yield the dialogues of one record.

    Raises:
        ReadError: `wrong-type` where another type stands in an object's or list's place, `unknown-shape` where no turns are found.
    """
    if isinstance(record, list) and record:
        yield Dialogue(turns_of(record))
        return
    if not isinstance(record, dict) or not record:
        raise ReadError("wrong-type", f"the record is {kind_of(record)}, expected an object with turns")
    found = list(_inside(record, 0, ""))
    if not found and (first(fields := folded(record), "question")[0] and any(name in fields for name in names("answer"))):
        raise ReadError("one-sided", "the record lacks the answer")
    if not found:
        raise ReadError("unknown-shape", f"no turns in the fields {sorted(map(str, record))[:12]!r}")
    yield from found


def _inside(record: Mapping[str, Any], depth: int, inherited: str) -> Iterator[Dialogue]:
    fields = folded(record)
    own = record_id(fields) or inherited
    turns = _own_turns(fields)
    if turns:
        yield Dialogue(turns, own, labels_of(fields))
        return
    if depth >= number("reading", "limits.nesting"):
        return
    written = _written_record(fields)
    if written is not None:
        for dialogue in dialogues(written):
            yield Dialogue(dialogue.turns, dialogue.record_id or own, {**labels_of(fields), **dialogue.labels})
        return
    for key, value in record.items():
        if isinstance(value, dict) and value:
            suffix = f"{own}/{key}" if own else str(key)
            yield from _inside(value, depth + 1, suffix)


def _own_turns(fields: Mapping[str, Any]) -> list[Turn]:
    for find in (_chosen_turns, mapped_turns, tree_turns, _listed_turns, _paired, _logged_turns, _history_turns):
        turns = find(fields)
        if turns:
            return turns
    return []


def _chosen_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the preferred side of a preference pair."""
    _, chosen = first(fields, "chosen", (str, list, dict))
    if chosen is None or not any(name in fields for name in names("rejected")):
        return []
    if isinstance(chosen, str):
        logged = chat_log(chosen)
        if len(logged) > 1:
            return logged
        reply = [("assistant", logged[0][1] if logged else chosen)]
    elif isinstance(chosen, dict):
        reply = turns_of([chosen])
    else:
        reply = [("assistant", chosen[0])] if _is_bare_turn(chosen) else turns_of(chosen)
    if any(role_of(name) == "user" for name, _ in reply):
        return reply
    before = _listed_turns({key: value for key, value in fields.items() if value is not chosen})
    if not before:
        _, question = first(fields, "question", (str, list))
        before = turns_of(question) if isinstance(question, list) else asked_turns(fields)
    return [*_system(fields), *before, *reply]


def _is_bare_turn(chosen: Sequence[Any]) -> bool:
    """Return whether a list is one text rather than the turns of a reply."""
    return len(chosen) == 1 and isinstance(chosen[0], str)


def _listed_turns(fields: Mapping[str, Any]) -> list[Turn]:
    wrong = ""
    for name in names("turn_lists"):
        value = fields.get(name)
        if isinstance(value, list) and value:
            turns = turns_of(value)
            known = any(role_of(n) == "system" for n, _ in turns)
            if turns:
                return turns if known else [*_system(fields), *turns]
        elif isinstance(value, dict) and (turns := _counted_turns(value)):
            return [*_system(fields), *turns]
        elif isinstance(value, str) and name not in ("content", "data") and not chat_log(value) and not paired_turns(fields):
            wrong = wrong or f"`{name}` is a str, expected a list of turns"
    if wrong and not _logged_turns(fields):
        raise ReadError("wrong-type", wrong)
    return []


def _counted_turns(record: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of an object whose fields are numbered exchanges."""
    if not record or not all(_COUNTED.fullmatch(str(key)) and isinstance(value, dict) for key, value in record.items()):
        return []
    ordered = sorted(record.items(), key=lambda item: int(re.sub(r"\D", "", str(item[0]))))
    return [turn for index, (_, value) in enumerate(ordered) for turn in item_turns(value, index)]


def _system(fields: Mapping[str, Any]) -> list[Turn]:
    for name in names("system"):
        value = fields.get(name)
        text = text_of(folded(value)) if isinstance(value, dict) else value
        if isinstance(text, str) and text.strip():
            return [("system", text)]
    return []


def _paired(fields: Mapping[str, Any]) -> list[Turn]:
    turns = paired_turns(fields)
    return [*_system(fields), *turns] if turns else []


def _logged_turns(fields: Mapping[str, Any]) -> list[Turn]:
    for name in (*names("turn_lists"), *names("turn_text")):
        value = fields.get(name)
        if isinstance(value, str):
            turns = chat_log(value)
            if len(turns) > 1:
                return turns
    return []


def _history_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of a record that has nothing but the history of a dialogue."""
    _, history = first(fields, "history", list)
    return [*_system(fields), *turns_of(history)] if isinstance(history, list) and all(isinstance(h, list | dict) for h in history) else []


def _written_record(fields: Mapping[str, Any]) -> Any:
    """Return the record that is written as JSON into the one text field of another, None if there is none."""
    for name in names("turn_text"):
        value = fields.get(name)
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            try:
                inner, end = value_at(value, len(value) - len(value.lstrip()))
            except (ValueError, RecursionError):
                continue
            if isinstance(inner, dict | list) and inner and not value[end:].strip():
                return inner
    return None
