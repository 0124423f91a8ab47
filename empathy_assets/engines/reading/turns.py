"""Turns of a dialogue out of the items of a list, whatever a publisher made an item of.

Lives here: one item in, (speaker, text) pairs out. Must not live here: which list of a record holds the turns (shapes), role names (roles).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from empathy_assets.engines.reading.chatlog import chat_log
from empathy_assets.engines.reading.fields import first, folded, kind_of, names
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import Turn, role_of

_PAIR = 2
ESCAPED_COMMA = "_comma_"
"""How one corpus wrote its commas."""
_CALLS = {"toolcalls", "toolcall", "functioncall", "refusal", "audio"}
_TEXT_PARTS = ("text", "input_text", "output_text", "plain")


def turns_of(items: Sequence[Any]) -> list[Turn]:
    """Return the turns a list holds, empty if it holds none.

    Raises:
        ReadError: `wrong-type` where an item is no turn.
    """
    if all(isinstance(item, str) for item in items):
        return _alternating([str(item) for item in items])
    if all(isinstance(item, list) and len(item) == _PAIR and all(isinstance(part, str) for part in item) for item in items):
        return _pair_turns(items)
    if all(isinstance(item, dict) for item in items):
        texts = [_unnamed_text(folded(item)) for item in items]
        if all(text is not None for text in texts):
            return _alternating([text or "" for text in texts])
        growing = [_growing(folded(item)) for item in items]
        if growing and growing[-1]:
            return growing[-1]
    turns: list[Turn] = []
    for index, item in enumerate(items):
        turns.extend(item_turns(item, index))
    return turns


def _alternating(texts: Sequence[str]) -> list[Turn]:
    """Return texts without speakers as turns: lines that name their speaker by that name, others in turn, the client first."""
    named = chat_log("\n".join(texts)) if all(":" in text[:40] for text in texts) else []
    if named:
        return named
    return [("assistant" if i % 2 else "user", text) for i, text in enumerate(texts)] if len(texts) > 1 else []


def _unnamed_text(fields: Mapping[str, Any]) -> str | None:
    """Return the text of an item that says nothing of who speaks, None for any other item."""
    if first(fields, "turn_role", (str, int, dict))[0] or first(fields, "turn_speaker", (str, int, dict))[0] or paired_turns(fields):
        return None
    _, text = first(fields, "turn_text")
    return text if isinstance(text, str) and fields.keys() - {"text"} else None


def _growing(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of an item that holds all that was said before it and the candidates for the next reply, the right one last."""
    before, candidates = fields.get("history"), fields.get("candidates")
    if not isinstance(before, list) or not isinstance(candidates, list) or not before or not candidates:
        return []
    return _alternating([text for text in [*before, candidates[-1]] if isinstance(text, str)])


def _pair_turns(items: Sequence[Any]) -> list[Turn]:
    """Return pairs of strings as turns: speaker and text where the first halves are two names, else question and answer."""
    speakers = {item[0] for item in items}
    if all(role_of(name) for name in speakers) or (len(speakers) == _PAIR and len(items) > _PAIR):
        return [(name, text) for name, text in items]
    return [turn for question, answer in items for turn in (("user", question), ("assistant", answer))]


def item_turns(item: Any, index: int) -> list[Turn]:
    """Return the turn, or the question and answer, one item holds.

    Raises:
        ReadError: `wrong-type`: it is neither.
    """
    if not isinstance(item, dict):
        raise ReadError("wrong-type", f"turn {index} is {kind_of(item)}, expected an object with speaker and text")
    fields = folded(item)
    if isinstance(fields.get("subtype"), str) or fields.get("type") == "service":
        return []
    name, who = first(fields, "turn_role", (str, int, dict))
    if name:
        _refuse_without_text(fields, speaker(who), index)
        return [(speaker(who), text_of({k: v for k, v in fields.items() if k != name}))]
    pair = paired_turns(fields)
    if pair:
        return pair
    return _keyed_turns(item, fields, index)


def _refuse_without_text(fields: Mapping[str, Any], who: str, index: int) -> None:
    """Refuse a client's or counsellor's turn whose text is null or a number: left out, the dialogue would answer what nobody said.

    A turn that calls a tool says nothing and may have none.
    """
    said = [fields[name] for name in names("turn_text") if name in fields]
    silent = bool(said) and not any(isinstance(value, str | list | dict) for value in said)
    if silent and role_of(who) in ("user", "assistant") and not fields.keys() & _CALLS:
        raise ReadError("wrong-type", f"turn {index} ({who}) has {kind_of(said[0])} for its text, expected what was said")


def _keyed_turns(item: Mapping[Any, Any], fields: Mapping[str, Any], index: int) -> list[Turn]:
    named = [(str(k), v) for k, v in item.items() if role_of(str(k)) in ("user", "assistant") and isinstance(v, str)]
    if len(named) > 1:
        return named
    name, who = first(fields, "turn_speaker", (str, int, dict))
    rest = {k: v for k, v in fields.items() if k != name}
    if name and any(isinstance(rest.get(text), str | list | dict) for text in names("turn_text")):
        return [(speaker(who), text_of(rest))]
    if named or (len(item) == 1 and role_of(str(next(iter(item)))) and isinstance(next(iter(item.values())), str)):
        return named or [(str(next(iter(item))), next(iter(item.values())))]
    if "metadata" in fields or "event" in fields:
        return []
    raise ReadError("wrong-type", f"turn {index} has the fields {sorted(map(str, item))[:8]!r}, expected speaker and text")


def speaker(who: Any) -> str:
    """Return the name of a speaker who may be written as an object with a role or a name."""
    if isinstance(who, dict):
        fields = folded(who)
        return next((str(fields[name]) for name in ("role", "name", "username", "id") if isinstance(fields.get(name), str | int)), "")
    return str(who)


def paired_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of a question with its answer, of questions with their answers, or an empty list."""
    _, answer = first(fields, "answer", (str, list))
    asked = asked_turns(fields)
    if isinstance(answer, list) and not asked:
        _, questions = first(fields, "question", list)
        return _zipped(questions, answer) if isinstance(questions, list) else []
    if isinstance(answer, list):
        said = [a if isinstance(a, str) else text_of(folded(a)) for a in answer if isinstance(a, str | dict)]
        answer = next(filter(None, said), "")
    return [*asked, ("assistant", answer)] if asked and answer and asked[-1][1] != answer else []


def _zipped(questions: Sequence[Any], answers: Sequence[Any]) -> list[Turn]:
    if len(questions) != len(answers) or not all(isinstance(text, str) for text in [*questions, *answers]):
        return []
    return [turn for q, a in zip(questions, answers, strict=True) for turn in (("user", str(q)), ("assistant", str(a)))]


def asked_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the client's side of a question-answer record, with the system prompt and the history before it."""
    name, question = first(fields, "question")
    if not isinstance(question, str):
        return []
    task, told = fields.get("instruction"), next((fields[n] for n in ("input", "context") if isinstance(fields.get(n), str)), "")
    before: list[Turn] = []
    if name in ("instruction", "input", "context") and isinstance(task, str) and task.strip():
        if told.strip() and is_persona(task):
            before, question = [("system", task)], told
        else:
            question = f"{task}\n\n{told}".strip()
    _, history = first(fields, "history", list)
    if isinstance(history, list) and all(isinstance(h, list | dict) for h in history):
        before += turns_of(history)
    logged = [turn for turn in chat_log(question) if turn[1].strip()]
    return [*before, *logged] if logged and role_of(logged[-1][0]) == "user" else [*before, ("user", question)]


def is_persona(text: str) -> bool:
    """Return whether an instruction tells the model who to be, which is no word of a client."""
    return text.lstrip().lower().startswith(names("persona_openings"))


def text_of(fields: Mapping[str, Any]) -> str:
    """Return the text of a turn; content may be a list of parts, of which the text parts are joined, or an object that holds it."""
    for name in names("turn_text"):
        value = fields.get(name)
        if isinstance(value, str):
            return value.replace(ESCAPED_COMMA, ",")
        if isinstance(value, list):
            mixed = any(isinstance(part, str) for part in value) and any(isinstance(part, dict) for part in value)
            return ("" if mixed else "\n").join(filter(None, map(_part, value)))
        if isinstance(value, dict) and value:
            return text_of(folded(value))
    return ""


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    kind = part.get("type", "text")
    text = next((part[k] for k in ("text", "value", "content") if isinstance(part.get(k), str)), "")
    return text if kind in _TEXT_PARTS or "text" in part else ""
