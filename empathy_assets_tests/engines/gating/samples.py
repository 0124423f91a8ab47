"""Synthetic conversations for the tests of gating, composing, splitting and packaging; every one passes every gate until it is changed."""

from typing import Any

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, checked
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.conversation import Conversation, Labels, Scores, Stage, Turn
from empathy_assets.records.ids import conversation_id
from empathy_assets.records.provenance import Provenance

_SCORES: dict[str, Any] = {
    "ears": 0.91,
    "empathize": 0.95,
    "acknowledge": 0.9,
    "reflect": 0.88,
    "support": 0.92,
    "crisis": 0.05,
    "crisis_flagged": False,
    "crisis_severe": False,
    "language": "en",
    "words": 240,
    "pii_replaced": 0,
    "pii_residue": 0,
    "detector_version": "detector-1",
    "scorer_version": "scorer-1",
}
KINDS = {"foundation": "therapeutic", "expertise": "grounded", "nightmare-fuel": "nightmare", "persona": "persona"}


def dialogue(n: int) -> list[tuple[str, str]]:
    """Four turns that differ from every other number's."""
    return [
        ("user", f"The evenings have been long since number {n} on our street stood empty."),
        ("assistant", f"It sounds as if the empty house at {n} has made the evenings heavier for you."),
        ("user", f"Yes, I keep looking over at {n} and nobody turns on the light."),
        ("assistant", f"That dark window at {n} seems to say out loud how alone it has felt."),
    ]


def conversation(n: int = 0, stage: Stage = "foundation", **changes: Any) -> Conversation:
    """One good record; `turns`, `scores`, `labels`, `provenance` are merged over the good values, the rest replaces them."""
    turns = changes.pop("turns", None) or dialogue(n)
    provenance = {"plan_row_id": f"{stage}-{n}", "unit": "plan", "start": float(n), "backend": "embedded"} | changes.pop("provenance", {})
    return Conversation(
        id=changes.pop("id", None) or conversation_id(turns),
        turns=[Turn(role=role, content=content) for role, content in turns],
        stage=changes.pop("as_stage", stage),
        source=changes.pop("source", "therapeutic_samples"),
        provenance=Provenance(**provenance),
        licence=changes.pop("licence", "CC0-1.0"),
        labels=Labels(**({"kind": KINDS[stage]} | changes.pop("labels", {}))),
        scores=Scores(**(_SCORES | changes.pop("scores", {}))),
        **changes,
    )


def frame(*records: Conversation) -> pl.DataFrame:
    """Records as a stage dataset."""
    return to_frame(records, Conversation)


def ask(gate: Gate, *records: Conversation, stage: Stage = "foundation", **context: Any) -> list[dict[str, Any]]:
    """What a gate decides about each record."""
    rows = frame(*records)
    return checked(gate.decide(rows, GateContext(stage=stage, **context)), gate, rows.height).to_dicts()
