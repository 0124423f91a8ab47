"""Writing: plan rows walked through their bank's arc into conversations.

A row's text depends on the row, its bank and its passage alone: rows may be written in any order, alone or together, with the same bytes.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import polars as pl

from empathy_assets.engines.generating.banks import Bank, load_bank
from empathy_assets.engines.generating.grammar.expand import Expansion, UnknownRuleError
from empathy_assets.engines.generating.grammar.grounding import Material, material, passage_facts
from empathy_assets.engines.generating.grammar.mend import mended
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.conversation import Conversation, Scores
from empathy_assets.records.ids import conversation_id
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

GENERATED_LICENCE = "Apache-2.0"
"""Licence of text that the banks alone wrote: the distribution's own."""

_LABELS = (
    "kind",
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
    "family_id",
)

_UNJUDGED = Scores().model_dump()

Row = Mapping[str, Any]
Dialogue = list[dict[str, str]]


def write(rows: pl.DataFrame, passages: pl.DataFrame, progress: Callable[[int], None] | None = None) -> pl.DataFrame:
    """Return one conversation per plan row, in order, written by the embedded grammar.

    Args:
        rows: Plan rows (`PlanRow` schema).
        passages: Passages (`Passage` schema) that rows may refer to; a row whose passage is absent is written without one.
        progress: Called with the number of rows done, every thousand rows.

    Raises:
        PolicyError: A bank is missing or broken.
    """
    sources = passages_by_id(rows, passages)
    records: list[dict[str, Any]] = []
    for done, row in enumerate(rows.iter_rows(named=True), start=1):
        passage = sources.get(row["passage_id"])
        records.append(record(row, dialogue(row, passage), passage, backend="embedded"))
        if progress is not None and done % 1000 == 0:
            progress(done)
    return pl.DataFrame(records, schema=polars_schema(Conversation), orient="row")


def passages_by_id(rows: pl.DataFrame, passages: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the passages that `rows` refer to, by id."""
    wanted = rows.get_column("passage_id").unique()
    return {p["id"]: p for p in passages.filter(pl.col("id").is_in(wanted.implode())).iter_rows(named=True)}


def dialogue(row: Row, passage: Row | None = None) -> Dialogue:
    """Return the turns of one plan row.

    Raises:
        PolicyError: The row's kind has no bank, or the bank has no rule for an exchange.
    """
    bank = load_bank(row["kind"])
    parts = _passage_parts(row, passage) if passage is not None else None
    expansion = Expansion(row["row_seed"], bank.scope(row), parts, offered=bank.offered, sparing=bank.sparing)
    turns: Dialogue = []
    for exchange in _exchanges(bank, row["n_turns"] // 2, expansion):
        expansion.listening = False
        turns.append({"role": "user", "content": mended(expansion.write(f"client_{exchange}"))})
        expansion.listening = True
        turns.append({"role": "assistant", "content": mended(expansion.write(f"counsel_{exchange}"))})
    return turns


def _exchanges(bank: Bank, wanted: int, expansion: Expansion) -> list[str]:
    """Return the exchanges of one conversation: first and last always, some of the middle, in the bank's order."""
    room = max(0, min(wanted - len(bank.first) - len(bank.last), len(bank.middle)))
    left = list(range(len(bank.middle)))
    picked = sorted(left.pop(expansion.below(len(left))) for _ in range(room))
    return [*bank.first, *(bank.middle[i] for i in picked), *bank.last]


def _passage_parts(row: Row, passage: Row) -> dict[str, str]:
    provenance = passage["provenance"]
    return passage_facts(row["row_seed"], _material(passage["text"]), provenance["title"], list(provenance["authors"]))


@lru_cache(maxsize=8192)
def _material(text: str) -> Material:
    return material(text)


def record(row: Row, turns: Dialogue, passage: Row | None, backend: str) -> dict[str, Any]:
    """Return the `Conversation` fields of a dialogue that a plan row ordered.

    Args:
        row: The plan row.
        turns: The dialogue, client first.
        passage: The passage it is grounded on, if any; licence, work and title are inherited from it.
        backend: `embedded` or `llm:<model>`.
    """
    source: Row = passage["provenance"] if passage is not None else {}
    labels: dict[str, Any] = {name: row[name] for name in _LABELS}
    labels["challenges"] = _challenges(row)
    labels["voice_signature"] = voice_signature(row["kind"], row["persona_id"]) if row["persona_id"] else ""
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
    try:
        alternatives = Expansion(0, load_bank(row["kind"]).scope(row)).rule("challenges")
    except UnknownRuleError:
        return []
    return ["".join(str(node) for node in alternative.nodes) for alternative in alternatives]


def voice_signature(kind: str, persona_id: str) -> str:
    """Return a hash of the persona and of the bank that renders its voice."""
    return "v-" + hashlib.sha256(f"{persona_id}\n{load_bank(kind).fingerprint}".encode()).hexdigest()[:16]
