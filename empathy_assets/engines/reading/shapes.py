"""Shapes of conversation records: which fields of a publisher's record hold the turns, the id and the labels.

Lives here: one record in, dialogues out. Must not live here: files (conversations), role names (roles), tables (tabular).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import Turn, chat_log, role_of
from empathy_assets.policy.load import number, table

_PLAIN = re.compile(r"[^a-z0-9]")
_PAIR = 2
_ESCAPED_COMMA = "_comma_"


@dataclass
class Dialogue:
    """The turns of one dialogue as (speaker, text), with the source's id and labels."""

    turns: list[Turn]
    record_id: str = ""
    labels: dict[str, Any] = field(default_factory=dict[str, Any])


@cache
def names(key: str) -> tuple[str, ...]:
    """Return the field names the policy lists for one part of a record."""
    return tuple(table("reading")["shapes"][key])


@cache
def plain(name: str) -> str:
    """Return a field name as the policy writes it: lower case, letters and digits."""
    return _PLAIN.sub("", name.lower())


def folded(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the record with plain field names; the first of two equal names stays."""
    result: dict[str, Any] = {}
    for key, value in record.items():
        result.setdefault(plain(str(key)), value)
    return result


def _first(record: Mapping[str, Any], key: str, kinds: type | tuple[type, ...] = str) -> tuple[str, Any]:
    for name in names(key):
        value = record.get(name)
        if isinstance(value, kinds) and value not in ("", [], {}):
            return name, value
    return "", None


def dialogues(record: Any) -> Iterator[Dialogue]:
    """Yield the dialogues of one record.

    Raises:
        ReadError: `wrong-type` where another type stands in an object's or list's place, `unknown-shape` where no turns are found.
    """
    if isinstance(record, list) and record:
        yield Dialogue(_turns(record))
        return
    if not isinstance(record, dict) or not record:
        raise ReadError("wrong-type", f"the record is {_kind(record)}, expected an object with turns")
    found = list(_inside(record, 0, ""))
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
    for key, value in record.items():
        if isinstance(value, dict) and value:
            suffix = f"{own}/{key}" if own else str(key)
            yield from _inside(value, depth + 1, suffix)


def _own_turns(fields: Mapping[str, Any]) -> list[Turn]:
    for find in (_chosen_turns, _listed_turns, _paired_turns, _logged_turns):
        turns = find(fields)
        if turns:
            return turns
    return []


def _chosen_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the preferred side of a preference pair."""
    _, chosen = _first(fields, "chosen", (str, list, dict))
    if chosen is None or "rejected" not in fields:
        return []
    if isinstance(chosen, str):
        logged = chat_log(chosen)
        if logged:
            return logged
    reply = [("assistant", chosen)] if isinstance(chosen, str) else _turns([chosen] if isinstance(chosen, dict) else chosen)
    if any(role_of(name) == "user" for name, _ in reply):
        return reply
    before = _listed_turns(fields)
    if not before:
        _, question = _first(fields, "question", (str, list))
        before = _turns(question) if isinstance(question, list) else chat_log(question or "") or _asked(fields)
    return [*_system(fields), *before, *reply]


def _listed_turns(fields: Mapping[str, Any]) -> list[Turn]:
    wrong = ""
    for name in names("turn_lists"):
        value = fields.get(name)
        if isinstance(value, list) and value:
            turns = _turns(value)
            known = any(role_of(n) == "system" for n, _ in turns)
            return turns if known else [*_system(fields), *turns]
        if isinstance(value, str) and name != "content" and not chat_log(value) and not _first(fields, "answer")[1]:
            wrong = wrong or f"`{name}` is a str, expected a list of turns"
    if wrong and not _logged_turns(fields):
        raise ReadError("wrong-type", wrong)
    return []


def _system(fields: Mapping[str, Any]) -> list[Turn]:
    system = fields.get("system") or fields.get("systemprompt")
    return [("system", system)] if isinstance(system, str) and system.strip() else []


def _asked(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the client's side of a question-answer record, with the history before it."""
    name, question = _first(fields, "question")
    if name in ("instruction", "input") and isinstance(fields.get("instruction"), str) and isinstance(fields.get("input"), str):
        question = f"{fields['instruction']}\n\n{fields['input']}".strip()
    if not isinstance(question, str):
        return []
    _, history = _first(fields, "history", list)
    before = _turns(history) if isinstance(history, list) and all(isinstance(h, list | dict) for h in history) else []
    return [*before, ("user", question)]


def _paired_turns(fields: Mapping[str, Any]) -> list[Turn]:
    _, answer = _first(fields, "answer", (str, list))
    if isinstance(answer, list):
        answer = next((a for a in answer if isinstance(a, str)), None) or next((_text(a) for a in answer if isinstance(a, dict)), "")
    asked = _asked(fields)
    return [*_system(fields), *asked, ("assistant", answer)] if asked and answer and asked[-1][1] != answer else []


def _logged_turns(fields: Mapping[str, Any]) -> list[Turn]:
    for name in (*names("turn_lists"), *names("turn_text")):
        value = fields.get(name)
        if isinstance(value, str):
            turns = chat_log(value)
            if turns:
                return turns
    return []


def _turns(items: Sequence[Any]) -> list[Turn]:
    if all(isinstance(item, str) for item in items):
        return [("assistant" if i % 2 else "user", text) for i, text in enumerate(items)] if len(items) > 1 else []
    if all(isinstance(item, list) and len(item) == _PAIR and all(isinstance(part, str) for part in item) for item in items):
        return _pair_turns(items)
    turns: list[Turn] = []
    for index, item in enumerate(items):
        turns.extend(_item_turns(item, index))
    return turns


def _pair_turns(items: Sequence[Any]) -> list[Turn]:
    """Return pairs of strings as turns: speaker and text where the first halves are two names, else question and answer."""
    first = {item[0] for item in items}
    if all(role_of(name) for name in first) or (len(first) == _PAIR and len(items) > _PAIR):
        return [(name, text) for name, text in items]
    return [turn for question, answer in items for turn in (("user", question), ("assistant", answer))]


def _item_turns(item: Any, index: int) -> list[Turn]:
    if not isinstance(item, dict):
        raise ReadError("wrong-type", f"turn {index} is {_kind(item)}, expected an object with speaker and text")
    fields = folded(item)
    name, who = _first(fields, "turn_role", (str, int))
    if name:
        return [(str(who), _text({k: v for k, v in fields.items() if k != name}))]
    pair = _paired_turns(fields)
    if pair:
        return pair
    if len(item) == 1:
        key, value = next(iter(item.items()))
        if isinstance(value, str) and role_of(str(key)):
            return [(str(key), value)]
    named = [(str(k), v) for k, v in item.items() if role_of(str(k)) in ("user", "assistant") and isinstance(v, str)]
    if named:
        return named
    raise ReadError("wrong-type", f"turn {index} has the fields {sorted(map(str, item))[:8]!r}, expected speaker and text")


def _text(fields: Mapping[str, Any]) -> str:
    """Return the text of a turn; content may be a list of parts, of which the text parts are joined."""
    for name in names("turn_text"):
        value = fields.get(name)
        if isinstance(value, str):
            return value.replace(_ESCAPED_COMMA, ",")
        if isinstance(value, list):
            return "\n".join(filter(None, map(_part, value)))
    return ""


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("type", "text") in ("text", "input_text", "output_text"):
        return next((part[k] for k in ("text", "value", "content") if isinstance(part.get(k), str)), "")
    return ""


def record_id(fields: Mapping[str, Any]) -> str:
    """Return the source's own id of a record, empty if it has none."""
    for name in names("record_id"):
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def labels_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the labels a record states: presenting issue and quality."""
    labels: dict[str, Any] = {}
    _, topic = _first(fields, "topic", (str, list))
    if isinstance(topic, list):
        topic = ", ".join(str(t) for t in topic)
    if topic:
        labels["issue"] = " ".join(str(topic).lower().split())[:120]
    quality = _quality(fields)
    if quality:
        labels["quality"] = quality
    return labels


def _quality(fields: Mapping[str, Any]) -> str:
    _, stated = _first(fields, "quality")
    if isinstance(stated, str):
        word = stated.strip().lower()
        return "low" if word in names("low_words") else "high" if word in names("high_words") else ""
    survey = fields.get("surveyscore")
    if isinstance(survey, dict):
        return _survey_quality(folded(survey).get("seeker"))
    _, rating = _first(fields, "rating", (int, float, str))
    score = _number(rating)
    return "low" if score is not None and 0 < score <= number("reading", "quality.rating_low") else ""


def _survey_quality(seeker: Any) -> str:
    """Return `low` where the seeker's survey says that the dialogue did not help, the rule by which ESConv was filtered."""
    scores = folded(seeker) if isinstance(seeker, dict) else {}
    empathy, relevance = _number(scores.get("empathy")), _number(scores.get("relevance"))
    before, after = _number(scores.get("initialemotionintensity")), _number(scores.get("finalemotionintensity"))
    if empathy is None or relevance is None or before is None or after is None:
        return "low"
    return "low" if min(empathy, relevance) <= number("reading", "quality.survey_low") or after >= before else ""


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _kind(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}" + (f" {str(value)[:40]!r}" if isinstance(value, str) else "")
