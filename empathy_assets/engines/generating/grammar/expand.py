"""Expansion: rules turned into text, with facts that stay the same for a whole conversation.

All draws come from one counter-based generator per conversation, so text depends on the row's seed and the banks alone.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from empathy_assets.engines.generating.banks import LEAD, Rules
from empathy_assets.engines.generating.grammar.person import PRONOUNS, to_second
from empathy_assets.engines.generating.grammar.template import REPLY, Alternative, Nodes, Slot
from empathy_assets.policy.load import PolicyError

_MULTIPLIER = 6364136223846793005
_INCREMENT = 1442695040888963407
_MASK = (1 << 64) - 1
_MAX_DEPTH = 24


class UnknownRuleError(PolicyError):
    """A slot names a rule that none of the scopes in force defines."""


class _Written(NamedTuple):
    """An alternative's text: as the client says it, in an explicit second person, its pronoun, and the reply to it (empty: none)."""

    first: str
    second: str | None
    pronoun: str
    reply: str


class Draw:
    """A 64-bit linear congruential generator (Knuth, MMIX constants), its high bits used; state may be saved and restored."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = (seed * 2862933555777941757 + 3037000493) & _MASK
        self.below(2)

    def below(self, n: int) -> int:
        """Return the next integer in [0, n)."""
        self.state = state = (self.state * _MULTIPLIER + _INCREMENT) & _MASK
        return ((state ^ (state >> 29)) >> 24) % n


class Expansion:
    """One conversation in the making: its scopes, its facts so far and the alternatives already used."""

    __slots__ = (
        "_below",
        "_draw",
        "_facts",
        "_known",
        "_offered",
        "_passage_parts",
        "_rules",
        "_said",
        "_scopes",
        "_sparing",
        "_used",
        "_voice_parts",
        "following",
        "listening",
    )

    def __init__(
        self,
        seed: int,
        scopes: Sequence[Rules],
        passage: Mapping[str, str] | None = None,
        *,
        voice: Mapping[str, Sequence[str]] | None = None,
        offered: frozenset[str] | None = None,
        sparing: frozenset[str] = frozenset(),
    ) -> None:
        """Start a conversation.

        Args:
            seed: Seed of all draws.
            scopes: Rule tables, most specific first.
            passage: Parts of the passage (`quote`, `term`, ...); empty when the row has none.
            voice: What the voice has for each part (`image`, `opener`, ...); empty when the row has no voice with a profile.
            offered: Facts the counsellor may be first to name; None: any fact.
            sparing: Facts that one turn says once at most where it can be helped.
        """
        self._draw = Draw(seed)
        self._below = self._draw.below
        self._scopes = scopes
        self._passage_parts = passage or {}
        self._voice_parts = voice or {}
        self._offered = offered
        self._sparing = sparing
        self._said: set[str] = set()
        self.listening = False
        """True while the counsellor speaks: alternatives about facts that the client has not told yet are passed over."""
        self.following = ""
        """The exchange after this one: `{*lead}` is written with the rule `lead_<following>`, which invites what comes next."""
        self._facts: dict[str, _Written] = {}
        self._rules: dict[str, tuple[tuple[Alternative, ...], set[int]]] = {}  # those asked for so far, and which alternatives were taken
        self._used: dict[str, set[int]] = {}  # the same of what the voice has
        # What the counsellor can know: facts offered or named, and replies once the client gave them (those are never offered).
        self._known = {name for name in offered or () if not name.endswith(REPLY)}

    def below(self, n: int) -> int:
        """Return an integer in [0, n) from this conversation's generator."""
        return self._below(n)

    def rule(self, name: str) -> tuple[Alternative, ...]:
        """Return the alternatives of a rule in the most specific scope that has it.

        Raises:
            UnknownRuleError: No scope in force has it.
        """
        for rules in self._scopes:
            if name in rules:
                return rules[name]
        raise UnknownRuleError(f"no rule `{name}` in the scopes in force; add it to [rules] of the bank")

    def write(self, name: str) -> str:
        """Return one turn: a fresh expansion of the rule `name`, unmended."""
        self._said.clear()
        return self._text(self._pick(name).nodes, 0)

    def _pick(self, name: str) -> Alternative:
        if name == LEAD:
            name = f"{LEAD}_{self.following}"
        if name not in self._rules:
            self._rules[name] = self.rule(name), set()
        alternatives, used = self._rules[name]
        n = len(alternatives)
        if len(used) >= n:
            used.clear()
        index = self._below(n)
        facts = alternatives[index].facts
        if index in used or (facts and not self._may_say(facts)):
            index = self._chosen(alternatives, index, used)
            facts = alternatives[index].facts
        used.add(index)
        if facts and not self._sparing.isdisjoint(facts):
            self._said |= self._sparing & facts
        return alternatives[index]

    def _may_say(self, facts: frozenset[str]) -> bool:
        """Return whether the one who speaks knows these facts, and has said none of them in this turn that is said once."""
        return self._said.isdisjoint(facts) and (not self.listening or self._offered is None or facts <= self._known)

    def _chosen(self, alternatives: Sequence[Alternative], drawn: int, used: set[int]) -> int:
        """Return the alternative to take: round from the one drawn, the first that may be said, is unused and says nothing twice.

        Where there is none, saying nothing twice is given up first, being unused next, knowing what is said last.
        """
        known = self._known if self.listening and self._offered is not None else None
        said = self._said
        for index in chain(range(drawn, len(alternatives)), range(drawn)):  # ends within a few nearly always, of hundreds
            facts = alternatives[index].facts
            if index not in used and said.isdisjoint(facts) and (known is None or facts <= known):
                return index
        order = [*range(drawn, len(alternatives)), *range(drawn)]
        told = [i for i in order if known is None or alternatives[i].facts <= known] or order
        unused = [i for i in told if i not in used] or told
        return next((i for i in unused if said.isdisjoint(alternatives[i].facts)), unused[0])

    def _text(self, nodes: Nodes, depth: int) -> str:
        if depth > _MAX_DEPTH:
            raise RecursionError("a bank rule contains itself; break the circle")
        text = ""
        for node in nodes:
            if isinstance(node, str):
                text += node
            elif isinstance(node, Slot):
                text += self._slot(node, depth)
            else:
                option = node.options[self._below(len(node.options))]
                only = option[0] if len(option) == 1 else None  # nearly always, and nearly all of them are plain words
                text += only if isinstance(only, str) else self._text(option, depth + 1)
        return text

    def _slot(self, slot: Slot, depth: int) -> str:
        name, part, fresh, you = slot
        if name == "passage":
            return self._passage(part, depth)
        if name == "voice":
            return self._voice(slot, depth)
        if fresh:
            alternative = self._pick(name)
            if not part and alternative.you is None and alternative.reply is None:
                first = self._text(alternative.nodes, depth + 1)
                return to_second(first) if you else first
            written = self._expanded(alternative, depth)
        else:
            if name not in self._facts:
                self._facts[name] = self._expanded(self._pick(name), depth)
                self._known.add(name)
            written = self._facts[name]
        if not part:
            if not you:
                return written.first
            return to_second(written.first) if written.second is None else written.second
        if part == "reply":
            if not self.listening:
                self._known.add(name + REPLY)
            return to_second(written.reply) if you else written.reply
        return PRONOUNS[written.pronoun or "they"][part]

    def _passage(self, part: str, depth: int) -> str:
        """Return a part of the passage; without a passage the rule `passage_<part>` stands in."""
        if part in self._passage_parts:
            return self._passage_parts[part]
        return self._slot(Slot(f"passage_{part}", "", fresh=False, you=False), depth + 1)

    def _voice(self, slot: Slot, depth: int) -> str:
        """Return one of what the voice has for a part, each once before any returns; else the rule `voice_<part>` stands in."""
        name = f"voice_{slot.part}"
        options = self._voice_parts.get(slot.part)
        if not options:
            return self._slot(Slot(name, "", slot.fresh, you=False), depth + 1)
        if not slot.fresh and name in self._facts:
            return self._facts[name].first
        used = self._used.setdefault(name, set())
        if len(used) >= len(options):
            used.clear()
        left = [i for i in range(len(options)) if i not in used]
        index = left[self._below(len(left))]
        used.add(index)
        if not slot.fresh:
            self._facts[name] = _Written(options[index], None, "", "")
            self._known.add(name)
        return options[index]

    def _expanded(self, alternative: Alternative, depth: int) -> _Written:
        """Return what an alternative says; both persons see the same draws."""
        before = self._draw.state
        if alternative.you is not None:
            self._text(alternative.nodes, depth + 1)  # draws the facts it names, so that neither person draws one in the middle
            self._draw.state = before
        first = self._text(alternative.nodes, depth + 1)
        second: str | None = None
        if alternative.you is not None:
            after, self._draw.state = self._draw.state, before
            second = self._text(alternative.you, depth + 1)
            self._draw.state = after
        reply = self._text(alternative.reply, depth + 1) if alternative.reply is not None else ""
        return _Written(first, second, alternative.pronoun, reply)
