"""Templates: one alternative of a bank rule, parsed into text, slots and inline choices.

The notation is documented in `engines.generating.banks`. Nothing is drawn here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

_TOKEN = re.compile(r"\{[^{}]*\}|[\[\]|]")
_SLOT = re.compile(r"^\{(\*?)([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?(:you)?\}$")
_PRONOUN = re.compile(r"\s+~(she|he|they|it)$")

REPLY = ".reply"


class Slot(NamedTuple):
    """A place filled by a rule: `fresh` draws anew, `you` asks for the second person, `part` for a pronoun or passage part."""

    name: str
    part: str
    fresh: bool
    you: bool


class Choice(NamedTuple):
    """Inline alternatives `[a|b|]`."""

    options: tuple[tuple[str | Slot | Choice, ...], ...]


Nodes = tuple["str | Slot | Choice", ...]


@dataclass(frozen=True)
class Alternative:
    """One parsed alternative.

    Attributes:
        nodes: Its text, slots and choices.
        you: The explicit second person, if written.
        pronoun: Pronoun of what it names, empty where it names nobody.
        facts: The facts it speaks of; the reply to a question is a fact of its own, `ask.reply`.
        reply: What is answered to it, if it is a question with its reply.
    """

    nodes: Nodes
    you: Nodes | None
    pronoun: str
    facts: frozenset[str]
    reply: Nodes | None = None


@cache  # banks include the same files: three times as many alternatives are asked for as there are
def parse(text: str) -> Alternative:
    """Return the parsed alternative.

    Raises:
        ValueError: Brackets do not match, or a slot is malformed; the message quotes the text.
    """
    text, _, reply = text.partition(" => ")
    first, _, second = text.partition(" >> ")
    marked = _PRONOUN.search(first)
    pronoun = marked.group(1) if marked else ""
    body = first[: marked.start()] if marked else first
    nodes = _nodes(body)
    return Alternative(
        nodes,
        _nodes(second) if second else None,
        pronoun,
        frozenset(s.name + REPLY * (s.part == "reply") for s in _slots(nodes) if not s.fresh),
        _nodes(reply) if reply else None,
    )


def _nodes(text: str) -> Nodes:
    """Parse with an explicit stack of open choices: each entry holds the finished options and the option being read."""
    stack: list[tuple[list[Nodes], list[str | Slot | Choice]]] = [([], [])]
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() > position:
            stack[-1][1].append(text[position : match.start()])
        position = match.end()
        _step(match.group(), stack, text)
    if position < len(text):
        stack[-1][1].append(text[position:])
    if len(stack) != 1:
        raise ValueError(f"`[` without `]` in {text!r}; close the choice")
    return tuple(stack[0][1])


def _step(mark: str, stack: list[tuple[list[Nodes], list[str | Slot | Choice]]], text: str) -> None:
    if mark == "[":
        stack.append(([], []))
        return
    if mark in "]|":
        if len(stack) == 1:
            raise ValueError(f"`{mark}` outside a choice in {text!r}; open it with `[`")
        options, current = stack[-1]
        if mark == "|":
            options.append(tuple(current))
            current.clear()
            return
        stack.pop()
        stack[-1][1].append(Choice((*options, tuple(current))))
        return
    stack[-1][1].append(_slot(mark, text))


def _slot(token: str, text: str) -> Slot:
    match = _SLOT.match(token)
    if match is None:
        raise ValueError(f"slot {token} in {text!r} is malformed; expected {{name}}, {{*name}}, {{name.part}} or {{name:you}}")
    fresh, name, part, you = match.groups()
    return Slot(name, part or "", bool(fresh), bool(you))


def slots_of(alternative: Alternative) -> Iterator[Slot]:
    """Yield all slots of an alternative, in order, its second person and its reply included."""
    for nodes in (alternative.nodes, alternative.you or (), alternative.reply or ()):
        yield from _slots(nodes)


def _slots(nodes: Nodes) -> Iterator[Slot]:
    for node in nodes:
        if isinstance(node, Slot):
            yield node
        elif isinstance(node, Choice):
            for option in node.options:
                yield from _slots(option)
