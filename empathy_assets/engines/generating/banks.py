r"""The banks: frames and fills of the embedded generator, as data, and how a bank file is read.

A bank is `policy/banks/<kind>.toml`, one per kind of conversation (therapeutic, reasoning, bias, nightmare, grounded, persona), plus
files that others include. Words live there; code lives in `engines.generating.grammar`. This module reads, links and checks; it writes
no text.

Keys of a file:

* `include`: other bank files whose rules are known here too (own rules win, then the first file named); the name of a folder stands for
  all files in it.
* `[arc]`: the order of exchanges (one client turn, one counsellor turn). `first` and `last` are always there; as many of `middle` as the
  planned turns leave room for are picked by the row's seed, and kept in the order written. Exchange `X` is written with rules `client_X`
  and `counsel_X`. `offered` (optional) names the facts that the counsellor may be first to speak of (the step, the theme); with it, an
  alternative of the counsellor that speaks of any other fact is passed over until the client has told it, so that nobody reflects what
  was never said. `sparing` (optional) names facts that one turn should not say twice; alternatives that would are passed over as long as
  others are left.
* `[rules]`: rule name = list of alternatives, at least one. One alternative is one or several sentences, a clause or a word.
* `[<field>.<value>]`: rules in force where the plan row has that value, `<field>` one of `SCOPES` (issue, category, tone, ...). They win
  over `[rules]`; of several scopes, the one earlier in `SCOPES` wins. **The values a plan spreads over are the keys of these tables**: a
  new issue is a new table, no code. `challenges` in a category's table becomes the label of that name; `title` words for a label or prompt.

Inside an alternative:

* `{name}`: a *fact*: drawn once per conversation and the same words ever after, whoever speaks.
* `{*name}`: *fresh*: drawn anew at each use; alternatives used in this conversation are avoided as long as others are left.
* `{name:you}` (`{*name:you}`): the same in the second person, for the counsellor. I, me, my, mine, myself, I'm, I've, I was, I am ...
  are turned into you, your ... by the engine; where that reads wrong an alternative gives both, `I am the eldest >> you are the eldest`
  (no {*fresh} slot in such an alternative).
* `{name.they}`, `.them`, `.their`, `.is`, `.was`, `.has`, `.does`, `.s`: pronoun or agreeing verb for a fact that ends in `~she`, `~he`,
  `~they` or `~it` (`my sister ~she`). `.s` is the ending of a regular verb: `{person} never call{person.s}`.
* `[a|b|c]`: one of these, drawn on the spot; may be empty (`[really|]`), may nest and hold slots.
* `question => reply`: a counsellor's question and what this client says to it, one fact: `{ask}` is the question, `{ask.reply}` the
  reply (a clause), `{ask.reply:you}` the reply turned towards the client.
* Built in where the row has a passage: `{passage.quote}` (a clause or sentence of it, at most 25 words, small first letter, no final
  stop), `{passage.line}` (the same as a sentence of its own), `{passage.quote2}`, `{passage.line2}` (another), `{passage.subject}` (what
  the quotation is about, as a client names it: grief, being tired), `{passage.term}`, `{passage.term2}` (its own key terms),
  `{passage.title}`, `{passage.author}`, `{passage.kind}` (book, paper, talk), each a fact. Where the row has none, the rules
  `passage_quote`, `passage_term`, ... stand in if the bank has them.
* A rule `<name>_for_<word>` stands in for `<name>` where the row's passage is a `book`, `paper` or `talk`, where what is quoted says what
  will `help`, `why`, its `course` or how it is with `others`, or where there are `one` or `two` lines to quote.
* Built in where the row has a voice: `{voice.image}` (`a kettle`), `{voice.simile}` (`like a pot on a low flame`), `{voice.opener}`
  (`you see,`), `{voice.word}` (a noun): what that voice's talks return to; with `*` another one. The rules `voice_image`, ... stand in.
* `{*lead}`: the rule `lead_<next exchange>`: how the counsellor's turn invites what the client says next.
* Capitals at sentence starts, a/an, doubled spaces and stops are mended by the engine: begin fills in lower case, end frames with their
  stop.

A good bank: >= 60 alternatives for each rule that makes a sentence, each with two or three slots or choices; no stretch of more than
about six fixed words; fills short; no fixed sentence. The judges want, over a conversation: empathy, acknowledgement, a reflection of
this client's words, a next step offered with permission.

A complete small bank:

    include = ["counsellor"]            # {*permission} and other shared wording

    [arc]
    first = ["open"]
    middle = ["body", "thought"]
    last = ["offer", "close"]
    offered = ["matter", "feeling", "step"]

    [rules]
    client_open = ["{*hello} {event}, and [since then|ever since] {*feeling_line}", "{*feeling_line} It's because {event}."]
    counsel_open = ["{*hear} {event:you}. {*warm} What [is|feels] [hardest|heaviest] about {matter:you} [today|right now]?"]
    client_body = ["Mostly {body}. It comes [at night|in waves] when I think of {person}."]
    counsel_body = ["So {body:you} when you think of {person:you}. {*warm}"]
    client_thought = ["I keep thinking that {thought}."]
    counsel_thought = ["That sentence, \"{thought}\", [sounds|must be] so heavy to carry alone. {*warm}"]
    client_offer = ["I want [to stop feeling stuck|some way through], I just don't know how."]
    counsel_offer = ["{*permission} {step:you}, [only as far as|and only if] it feels bearable?"]
    client_close = ["I think I could {step}. [Maybe tonight.|Perhaps on Sunday.]"]
    counsel_close = ["{*warm} [Next time|When we meet again] I'd like to hear what it was like to {step:you}."]
    hello = ["I [almost|nearly] didn't come today.", "I don't know where to [start|begin]."]
    hear = ["I hear [how much it weighs|how it sits with you] that", "You're telling me"]
    warm = ["[No wonder|Of course] {matter:you} leaves you {feeling}.", "I'm [really |]moved that you [say|share] this [with me|here]."]
    feeling = ["raw", "lost", "worn thin"]
    feeling_line = ["I [feel|am] {feeling} [most days|all the time].", "[mornings|evenings] leave me {feeling}."]

    [issue.grief]
    person = ["my mother ~she", "my brother ~he", "my grandparents ~they"]
    event = ["{person} died [in spring|last winter]", "we buried {person} [a month|two months] ago"]
    matter = ["losing {person}"]
    body = ["my chest goes tight", "my legs [turn to|feel like] lead"]
    thought = ["I should have called more", "I wasn't there at the end"]
    step = ["write {person} a letter that I never send", "light a candle for {person} [on Sunday|at supper]"]
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from empathy_assets.engines.generating.grammar.template import Alternative, parse, slots_of
from empathy_assets.engines.lasting import lasting
from empathy_assets.policy import load
from empathy_assets.policy.load import POLICY_DIR, PolicyError, table
from empathy_assets.policy.worked_out import worked_out
from empathy_assets.records.ids import digest, file_sha256

SCOPES = (
    "bias_value",
    "bias_attribute",
    "persona_id",
    "category",
    "issue",
    "modality",
    "disclosure",
    "intensity",
    "phase",
    "tone",
    "profile",
)
"""Fields of a plan row that may bring rules of their own, most specific first."""

KINDS = ("therapeutic", "bias", "nightmare", "grounded", "reasoning", "persona")
"""Kinds of conversation; each has a bank of its name."""

LEAD = "lead"
"""The slot whose rule depends on what comes next: `lead_<next exchange>`."""

FACT_PARTS = {"they", "them", "their", "is", "was", "has", "does", "s", "reply"}
"""What may follow a fact's name: a pronoun or verb that agrees, or the reply to a question."""

_RESERVED = {"include", "arc", "rules", *SCOPES}
_PASSAGE_FACTS = {"passage", "voice"}

Rules = Mapping[str, tuple[Alternative, ...]]


@dataclass(frozen=True)
class Bank:
    """The linked rules of one kind.

    Attributes:
        kind: Name of the bank.
        first: Exchanges every conversation begins with.
        middle: Exchanges of which some are picked, in this order.
        last: Exchanges every conversation ends with.
        scoped: Rules by field and value, e.g. `scoped["issue"]["grief"]`.
        rules: Rules that hold whatever the row says.
        offered: Facts the counsellor may be first to name; None: any.
        sparing: Facts that a turn says once at most where it can be helped.
        fingerprint: SHA-256 of everything the bank was read from.
    """

    kind: str
    first: tuple[str, ...]
    middle: tuple[str, ...]
    last: tuple[str, ...]
    scoped: Mapping[str, Mapping[str, Rules]]
    rules: Rules
    offered: frozenset[str] | None
    sparing: frozenset[str]
    fingerprint: str

    def values(self, field: str) -> list[str]:
        """Return the values of a plan dimension that this bank knows, in the order written; `[""]` when it has none."""
        return list(self.scoped.get(field, {})) or [""]

    def scope(self, row: Mapping[str, Any]) -> list[Rules]:
        """Return the rule tables in force for a plan row, most specific first."""
        tables: list[Rules] = []
        for field in SCOPES:
            value = row.get(field)
            by_value = self.scoped.get(field)
            if value and by_value and value in by_value:
                tables.append(by_value[value])
        tables.append(self.rules)
        return tables


@cache
def load_bank(kind: str) -> Bank:
    """Return the bank of `kind` with everything it includes.

    Raises:
        PolicyError: A file is missing, has an unknown key or an alternative that cannot be parsed.
    """
    with lasting():
        return _read(kind)


@cache
def bank_fingerprint(kind: str) -> str:
    """Return the `fingerprint` of a bank without parsing what it says; raises as `load_bank` does for a missing file or unknown key."""
    with lasting():
        return _fingerprint([_content(name) for name in _linked(kind)])


@cache
def _written() -> dict[str, dict[str, Any]]:
    """Return what all shipped bank files say, by name; read from TOML once per installation, which takes ten times as long as JSON."""
    folder = load.POLICY_DIR / "banks"
    paths = {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.toml"))}
    key = digest(*(part for name, path in paths.items() for part in (name, file_sha256(path))))
    return worked_out("banks", key, (Path(load.__file__),), lambda: {name: load.table(f"banks/{name}") for name in paths})


def _content(name: str) -> dict[str, Any]:
    """Return what a bank file says; raises as `table` does."""
    written = _written()
    return written[name] if name in written else table(f"banks/{name}")


def _fingerprint(files: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _read(kind: str) -> Bank:
    files = [_content(name) for name in _linked(kind)]
    arc = next((f["arc"] for f in files if "arc" in f), None)
    if arc is None:
        raise PolicyError(f"banks/{kind}.toml has no [arc] and includes none; give it `first`, `middle` and `last`")
    scoped: dict[str, dict[str, dict[str, tuple[Alternative, ...]]]] = {}
    rules: dict[str, tuple[Alternative, ...]] = {}
    for content in reversed(files):
        rules.update(_rules(kind, "rules", content.get("rules", {})))
        for field in SCOPES:
            for value, node in content.get(field, {}).items():
                scoped.setdefault(field, {}).setdefault(value, {}).update(_rules(kind, f"{field}.{value}", node))
    return Bank(
        kind=kind,
        first=tuple(arc["first"]),
        middle=tuple(arc.get("middle", ())),
        last=tuple(arc["last"]),
        scoped=scoped,
        rules=rules,
        offered=frozenset(arc["offered"]) | _PASSAGE_FACTS if "offered" in arc else None,
        sparing=frozenset(arc.get("sparing", ())),
        fingerprint=_fingerprint(files),
    )


def _linked(kind: str) -> list[str]:
    """Return the bank file of `kind` and what it includes, nearest first, each once."""
    order: list[str] = []
    queue = [kind]
    while queue:
        name = queue.pop(0)
        if name in order:
            continue
        if (folder := POLICY_DIR / "banks" / name).is_dir():
            queue = [f"{name}/{path.stem}" for path in sorted(folder.glob("*.toml"))] + queue
            continue
        order.append(name)
        content = _content(name)
        unknown = sorted(set(content) - _RESERVED)
        if unknown:
            raise PolicyError(f"banks/{name}.toml has unknown top-level keys {unknown}; expected some of {sorted(_RESERVED)}")
        queue.extend(content.get("include", []))
    return order


def _rules(kind: str, where: str, node: Mapping[str, Any]) -> dict[str, tuple[Alternative, ...]]:
    parsed: dict[str, tuple[Alternative, ...]] = {}
    for name, alternatives in node.items():
        if not isinstance(alternatives, list) or not alternatives:
            raise PolicyError(f"banks/{kind}: [{where}] {name} must be a non-empty list of strings, found {alternatives!r}")
        try:
            parsed[name] = tuple(parse(str(a)) for a in cast(list[object], alternatives))
        except ValueError as error:
            raise PolicyError(f"banks/{kind}: [{where}] {name}: {error}") from error
    return parsed


def problems(bank: Bank) -> list[str]:
    """Return what is wrong with a bank, one sentence per finding: slots no rule answers, exchanges without rules, uneven pairs."""
    found: list[str] = []
    everywhere = [("rules", bank.rules), *_scoped_tables(bank)]
    known = {name for _, rules in everywhere for name in rules} | _PASSAGE_FACTS
    if any(slot.name == LEAD for _, rules in everywhere for alternatives in rules.values() for a in alternatives for slot in slots_of(a)):
        found.extend(
            f"{bank.kind}: {{*lead}} is used, but exchange {exchange} has no rule lead_{exchange}"
            for exchange in (*bank.first[1:], *bank.middle, *bank.last)
            if f"lead_{exchange}" not in known
        )
        known.add(LEAD)
    for where, rules in everywhere:
        for name, alternatives in rules.items():
            found.extend(
                f"{bank.kind}: [{where}] {name} uses {{{slot.name}}}, which no rule defines"
                for alternative in alternatives
                for slot in slots_of(alternative)
                if slot.name not in known
            )
    for exchange in (*bank.first, *bank.middle, *bank.last):
        found.extend(
            f"{bank.kind}: exchange {exchange} needs the rule {side}_{exchange}"
            for side in ("client", "counsel")
            if f"{side}_{exchange}" not in known
        )
    found.extend(
        f"{bank.kind}: [{where}] {name} uses {{{slot.name}.{slot.part}}}; expected one of {sorted(FACT_PARTS)} after the point"
        for where, rules in everywhere
        for name, alternatives in rules.items()
        for alternative in alternatives
        for slot in slots_of(alternative)
        if slot.part and slot.name not in _PASSAGE_FACTS and slot.part not in FACT_PARTS
    )
    return [*dict.fromkeys(found), *_uneven_values(bank)]


def _scoped_tables(bank: Bank) -> Iterator[tuple[str, Rules]]:
    for field, by_value in bank.scoped.items():
        for value, rules in by_value.items():
            yield f"{field}.{value}", rules


def _uneven_values(bank: Bank) -> Iterator[str]:
    """Yield the bias values whose rules differ in name or number from the first value of their attribute."""
    shapes: dict[str, tuple[str, dict[str, int]]] = {}
    for value, rules in bank.scoped.get("bias_value", {}).items():
        attribute = value.split(":", 1)[0]
        shape = {name: len(alternatives) for name, alternatives in rules.items()}
        first, expected = shapes.setdefault(attribute, (value, shape))
        if shape != expected:
            yield f"{bank.kind}: bias_value {value} has rules {shape}, but {first} has {expected}; a pair would diverge"
