"""Writing: plan rows walked through their bank's arc into conversations.

A row's text depends on the row, its bank and its passage alone: rows may be written in any order, alone or together, with the same bytes.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

import polars as pl

from empathy_assets.engines.generating.banks import Bank, Rules, load_bank
from empathy_assets.engines.generating.grammar.expand import Expansion
from empathy_assets.engines.generating.grammar.grounding import KINDS, VARIED_BY, Material, material, passage_facts, variants
from empathy_assets.engines.generating.grammar.mend import mended
from empathy_assets.engines.generating.topics import asked, topics
from empathy_assets.engines.generating.voices.cadence import spoken
from empathy_assets.engines.generating.voices.landed import voice_facts, voices_of
from empathy_assets.engines.generating.voices.profile import VoiceProfile
from empathy_assets.engines.generating.voices.wording import worded
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.conversation import Conversation, Scores
from empathy_assets.records.ids import conversation_id
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

GENERATED_LICENCE = "Apache-2.0"
"""Licence of text that the banks alone wrote: the distribution's own."""

BINDINGS = (
    "issue",
    "category",
    "intensity",
    "disclosure",
    "modality",
    "phase",
    "tone",
    "profile",
    "persona_id",
    "pair_id",
    "bias_attribute",
    "bias_value",
)
"""Fields of a plan row that say what its conversation is about and how it is told; each is a label of the conversation."""

_LABELS = ("kind", *BINDINGS, "family_id")
_UNJUDGED = Scores().model_dump()

Row = Mapping[str, Any]
Dialogue = list[dict[str, str]]


def write(rows: pl.DataFrame, passages: pl.DataFrame, progress: Callable[[int], None] | None = None) -> pl.DataFrame:
    """Return one conversation per plan row, in order, written by the embedded grammar.

    Args:
        rows: Plan rows (`PlanRow` schema).
        passages: Passages (`Passage` schema) that rows may refer to; a row whose passage is absent is written without one. Voices are
            read off those that name one.
        progress: Called with the number of rows done, every thousand rows.

    Raises:
        PolicyError: A bank is missing or broken.
    """
    sources = passages_by_id(rows, passages)
    voices: Mapping[str, VoiceProfile] = voices_of(passages).profiles if (rows.get_column("persona_id") != "").any() else {}
    records: list[dict[str, Any]] = []
    for done, row in enumerate(rows.iter_rows(named=True), start=1):
        passage = sources.get(row["passage_id"])
        voice = voices.get(row["persona_id"])
        records.append(record(row, dialogue(row, passage, voice), passage, backend="embedded", voice=voice))
        if progress is not None and done % 1000 == 0:
            progress(done)
    return pl.DataFrame(records, schema=polars_schema(Conversation), orient="row")


def passages_by_id(rows: pl.DataFrame, passages: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the passages that `rows` refer to, by id."""
    wanted = rows.get_column("passage_id").unique()
    return {p["id"]: p for p in passages.filter(pl.col("id").is_in(wanted.implode())).iter_rows(named=True)}


def dialogue(row: Row, passage: Row | None = None, voice: VoiceProfile | None = None) -> Dialogue:
    """Return the turns of one plan row; with a voice, the counsellor has its images and its cadence.

    Raises:
        PolicyError: The row's kind has no bank, or the bank has no rule for an exchange.
    """
    bank = load_bank(row["kind"])
    parts = _passage_parts(row, passage) if passage is not None else {}
    scopes = [_wordings(bank.kind, *(parts[name] for name in VARIED_BY)), *bank.scope(row)] if parts else bank.scope(row)
    manner = _manner(voice) if voice is not None else None
    expansion = Expansion(row["row_seed"], scopes, parts, voice=manner, offered=bank.offered, sparing=bank.sparing)
    turns: Dialogue = []
    exchanges = _exchanges(bank, row["n_turns"] // 2, expansion)
    for exchange, following in zip(exchanges, [*exchanges[1:], ""], strict=True):
        expansion.following = following
        expansion.listening = False
        turns.append({"role": "user", "content": mended(expansion.write(f"client_{exchange}"))})
        expansion.listening = True
        said = mended(expansion.write(f"counsel_{exchange}"))
        turns.append({"role": "assistant", "content": spoken(worded(said, voice), voice.cadence) if voice is not None else said})
    return turns


@cache
def _wordings(kind: str, *picked_by: str) -> Rules:
    return variants(load_bank(kind).rules, dict(zip(VARIED_BY, picked_by, strict=True)))


@lru_cache(maxsize=64)
def _manner(voice: VoiceProfile) -> dict[str, tuple[str, ...]]:
    return voice_facts(voice)


def _exchanges(bank: Bank, wanted: int, expansion: Expansion) -> list[str]:
    """Return the exchanges of one conversation: first and last always, some of the middle, in the bank's order."""
    room = max(0, min(wanted - len(bank.first) - len(bank.last), len(bank.middle)))
    left = list(range(len(bank.middle)))
    picked = sorted(left.pop(expansion.below(len(left))) for _ in range(room))
    return [*bank.first, *(bank.middle[i] for i in picked), *bank.last]


def _passage_parts(row: Row, passage: Row) -> dict[str, str]:
    provenance, source = passage["provenance"], passage["source"]
    return passage_facts(
        row["row_seed"],
        _material(passage["text"], source),
        provenance["title"],
        list(provenance["authors"]),
        kind=KINDS.get(source, "book"),
        topic=_topics(row["kind"]).get(row["issue"], frozenset()),
        asked=_asked(row["kind"]).get(row["issue"], frozenset()),
    )


@lru_cache(maxsize=8192)
def _material(text: str, source: str) -> Material:
    return material(text, source)


@cache
def _topics(kind: str) -> dict[str, frozenset[str]]:
    return topics(load_bank(kind))


@cache
def _asked(kind: str) -> dict[str, frozenset[str]]:
    return asked(load_bank(kind))


def record(row: Row, turns: Dialogue, passage: Row | None, backend: str, voice: VoiceProfile | None = None) -> dict[str, Any]:
    """Return the `Conversation` fields of a dialogue that a plan row ordered.

    Args:
        row: The plan row.
        turns: The dialogue, client first.
        passage: The passage it is grounded on, if any; licence, work and title are inherited from it.
        backend: `embedded` or `llm:<model>`.
        voice: The voice it is written in, if any; its signature is kept.
    """
    source: Row = passage["provenance"] if passage is not None else {}
    labels: dict[str, Any] = {name: row[name] for name in _LABELS}
    labels["challenges"] = _challenges(row)
    labels["voice_signature"] = voice.signature if voice is not None else ""
    labels["known_crisis"] = True if row["kind"] == "nightmare" else None
    labels["quality"] = ""
    return {
        "id": conversation_id((t["role"], t["content"]) for t in turns),
        "turns": turns,
        "stage": row["stage"],
        "source": row["asset"],
        "provenance": {
            "file": source.get("file", ""),
            "file_sha256": source.get("file_sha256", ""),
            "unit": source.get("unit", "plan"),
            "start": source.get("start", 0.0),
            "end": source.get("end", 0.0),
            "anchor": source.get("anchor", ""),
            "record_id": row["row_id"],
            "origin": source.get("origin", "empathy_assets"),
            "title": source.get("title", ""),
            "authors": list(source.get("authors", [])),
            "year": source.get("year"),
            "doi": source.get("doi", ""),
            "pmid": source.get("pmid", ""),
            "work_id": source.get("work_id", ""),
            "passage_id": passage["id"] if passage is not None else "",
            "plan_row_id": row["row_id"],
            "backend": backend,
        },
        "licence": passage["licence"] if passage is not None else GENERATED_LICENCE,
        "labels": labels,
        "scores": _UNJUDGED,
        "exempt_from": ["content"] if row["kind"] == "nightmare" else [],
        "schema_version": SCHEMA_VERSION,
        "pipeline_version": PIPELINE_VERSION,
    }


def _challenges(row: Row) -> list[str]:
    """Return the `challenges` of the most specific scope, or none."""
    alternatives = next((rules["challenges"] for rules in load_bank(row["kind"]).scope(row) if "challenges" in rules), ())
    return ["".join(str(node) for node in alternative.nodes) for alternative in alternatives]
