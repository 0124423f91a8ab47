"""Threads: one dialogue out of messages that answer each other in a tree.

Lives here: the walk from the root along the best-ranked replies. Must not live here: the text of a message (turns).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from empathy_assets.engines.reading.fields import first, folded, names
from empathy_assets.engines.reading.roles import Turn
from empathy_assets.engines.reading.turns import item_turns

_UNRANKED = 1_000_000
_MAX_TURNS = 10_000


def tree_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of a message that carries its replies inside it, each of which carries its own; empty if it is none."""
    turns: list[Turn] = []
    node: Mapping[str, Any] | None = fields
    if not isinstance(first(fields, "replies", list)[1], list):
        return []
    while node is not None and len(turns) < _MAX_TURNS:
        if not first(node, "turn_role")[0] or not first(node, "turn_text")[0]:
            return []
        turns.extend(item_turns(node, len(turns)))
        _, replies = first(node, "replies", list)
        node = _best([folded(reply) for reply in replies or () if isinstance(reply, dict)])
    return turns


def mapped_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of a conversation kept as a map of nodes with parents, from the current or last node back to the root."""
    nodes = fields.get("mapping")
    if not isinstance(nodes, dict) or not all(isinstance(node, dict) and "message" in node for node in nodes.values()):
        return []
    current = fields.get("currentnode")
    at = current if isinstance(current, str) and current in nodes else next(reversed(nodes), None)
    turns: list[Turn] = []
    seen: set[str] = set()
    while isinstance(at, str) and at in nodes and at not in seen:
        seen.add(at)
        message = nodes[at]["message"]
        turns[:0] = item_turns(message, len(turns)) if isinstance(message, dict) else []
        at = nodes[at].get("parent")
    return turns


def in_thread_order(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the messages of one session in the order of their answers, along the best-ranked reply where there are several.

    Messages that do not name what they answer are returned as they stand.
    """
    fields = [folded(message) for message in messages]
    keys = [_key(f, "message_id") for f in fields]
    parents = [_key(f, "parent_id") for f in fields]
    if not all(keys) or not any(parents) or len(set(keys)) < len(keys):
        return list(messages)
    children: dict[str, list[dict[str, Any]]] = {}
    known = set(keys)
    for f, parent in zip(fields, parents, strict=True):
        children.setdefault(parent if parent in known else "", []).append(f)
    found: list[Mapping[str, Any]] = []
    node = _best(children.get("", []))
    while node is not None and len(found) < len(messages):
        found.append(node)
        node = _best(children.get(_key(node, "message_id"), []))
    return found


def _best(replies: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    kept = [reply for reply in replies if reply.get("deleted") is not True]
    return min(kept, key=_rank, default=None)


def _rank(reply: Mapping[str, Any]) -> float:
    rank = reply.get("rank")
    return float(rank) if isinstance(rank, int | float) and not isinstance(rank, bool) else _UNRANKED


def _key(fields: Mapping[str, Any], part: str) -> str:
    return next((str(fields[n]) for n in names(part) if isinstance(fields.get(n), str | int) and str(fields[n]).strip()), "")
