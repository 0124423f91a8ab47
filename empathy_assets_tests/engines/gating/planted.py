"""Planted records: for every gate, what it must block with which reason, and the good twin beside it, at every threshold's very edge.

The twins differ in one thing only. `test_mutations` moves every number, removes every rule and disables every gate in turn, and asks
whether this table notices.
"""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from empathy_assets.records.conversation import STAGES, Conversation, Stage
from empathy_assets.records.ids import record_ref
from empathy_assets_tests.engines.gating.samples import conversation, dialogue, frame

FENCE: Stage = "nightmare-fuel"
OPEN: tuple[Stage, ...] = ("foundation", "expertise", "persona")


@dataclass(frozen=True)
class Planted:
    """One record, the stages it is planted in, and the reason's code: `ok` where it must pass.

    Attributes:
        context: What the gate is told besides the record (`GateContext` fields), made from the record's ref.
    """

    gate: str
    record: dict[str, Any]
    code: str = "ok"
    stages: tuple[Stage, ...] = STAGES
    context: dict[str, Any] = field(default_factory=dict)

    def made(self, stage: Stage) -> Conversation:
        """The record as it lies in `stage`."""
        return conversation(1, stage, **self.record)

    def told(self, stage: Stage) -> dict[str, Any]:
        """The context for the record in `stage`."""
        ref = frame(self.made(stage)).select(record_ref())["ref"][0]
        return {name: pl.DataFrame([{"ref": ref} | row for row in rows]) for name, rows in self.context.items()}


def _scores(**scores: Any) -> dict[str, Any]:
    return {"scores": scores}


def _said(counsellor: str = "That sounds like a great deal to carry alone.", client: str = "This week has been long.") -> dict[str, Any]:
    return {"turns": [("user", client), ("assistant", counsellor)]}


def _turns(count: int) -> dict[str, Any]:
    return {"turns": [("user" if i % 2 == 0 else "assistant", f"The {i}th thing I wanted to tell you.") for i in range(count)]}


def _echo(reply: str) -> dict[str, Any]:
    return {"turns": [("user", "It rains."), ("assistant", reply), ("user", "Still."), ("assistant", reply)]}


def _copy(*, kept: bool, exact: bool = False) -> dict[str, Any]:
    return {"duplicates": [{"kept": kept, "kept_ref": "c-0|other", "exact": exact, "jaccard": 0.9}]}


def _shared(count: int) -> dict[str, Any]:
    return {"contaminated": [{"benchmark": "exam", "ngrams": [f"gram {i}" for i in range(count)]}]}


_SENSE = "a line of six words said"
_RAIN = "It rained, and the bus was late again. "  # 39 characters
_NEAR = "The story she sold was sexy. " + _RAIN * 3 + "A toddler slept two rows down."
_FAR = "The story she sold was sexy. " + _RAIN * 5 + "A toddler slept two rows down."

PLANTED: tuple[Planted, ...] = (
    Planted("schema", {}),
    Planted("schema", {"schema_version": "0"}, "wrong-schema-version"),
    Planted("schema", {"as_stage": None}, "wrong-stage"),
    Planted("schema", {"id": "c-1"}, "malformed-id"),
    Planted("schema", {"turns": [("user", "Well?"), ("assistant", " ")]}, "blank-turn"),
    Planted("schema", {"provenance": {"plan_row_id": ""}}, "no-provenance"),
    Planted("schema", {"exempt_from": ["content"]}, "exempt-outside-fence", OPEN),
    Planted("schema", {"exempt_from": ["content"]}, "ok", (FENCE,)),
    Planted("schema", {"exempt_from": ["ears"]}, "exempt-outside-fence"),
    Planted("language", _scores(language="en")),
    Planted("language", _scores(language="de"), "language-not-accepted"),
    Planted("language", _scores(language=""), "language-unknown"),
    Planted("length", _turns(2)),
    Planted("length", _turns(1), "too-few-turns"),
    Planted("length", _turns(64)),
    Planted("length", _turns(66), "too-many-turns"),
    Planted("length", _turns(65), "too-many-turns"),
    Planted("length", _scores(words=20)),
    Planted("length", _scores(words=19), "too-short"),
    Planted("length", _scores(words=6000)),
    Planted("length", _scores(words=6001), "too-long"),
    Planted("length", _scores(words=None), "not-judged"),
    Planted("pii", _scores(pii_replaced=3)),
    Planted("pii", _scores(pii_residue=1), "pii-residue"),
    Planted("pii", _scores(pii_residue=None), "not-judged"),
    Planted("licence", {"licence": "CC-BY-4.0"}),
    Planted("licence", {"licence": ""}, "undeclared-licence"),
    Planted("licence", {"licence": "LicenseRef-all-rights-reserved"}, "incompatible-licence"),
    Planted("content", _said()),
    Planted("content", _said("Honestly, the world would be better off without you."), "encourages-harm"),
    Planted("content", _said("You deserved it, after what you did."), "blames-victim"),
    Planted("content", _said("I'm attracted to you, and we can meet."), "sexual-advance"),
    Planted("content", _said("You are pathetic."), "contempt"),
    Planted("content", _said("Let's keep this between us."), "collusion"),
    Planted("content", _said(client="There was blood everywhere on the kitchen floor."), "client-graphic-violence"),
    Planted("content", _said(client="I cut my arms again and there was blood."), "client-graphic-self-harm"),
    Planted("content", _said(client="I cut my arms again and there was blood.") | {"exempt_from": ["content"]}, "ok", (FENCE,)),
    Planted("content", _said("The fatal dose is easily had.") | {"exempt_from": ["content"]}, "floor-instructions"),
    Planted("content", _said(client="She is sexy for a 14-year-old.") | {"exempt_from": ["content"]}, "floor-minors"),
    Planted("content", _said(client=_NEAR), "floor-minors"),
    Planted("content", _said(client=_FAR)),
    Planted("prohibited", _said()),
    Planted("prohibited", _said("You should call a hotline about that."), "referral"),
    Planted("prohibited", _said("As an AI, I cannot feel, but I am here."), "machine"),
    Planted("prohibited", _said("Others have it worse than you do."), "minimisation"),
    Planted("prohibited", _said("I promise you everything will be fine."), "overpromising"),
    Planted("prohibited", _said("You should stop taking your medication."), "medical"),
    Planted("quality", {"labels": {"quality": "high"}}),
    Planted("quality", {"labels": {"quality": "low"}}, "low-quality-source"),
    Planted("ears", _scores(ears=0.80)),
    Planted("ears", _scores(ears=0.7999), "ears-below-threshold"),
    Planted("ears", _scores(ears=None), "not-judged"),
    Planted("crisis", _scores(crisis=0.5, crisis_flagged=True, crisis_category="suicidality")),
    Planted("crisis", _scores(crisis=0.9, crisis_severe=True, crisis_category="suicidality"), "crisis-outside-fence", OPEN),
    Planted("crisis", _scores(crisis=0.9, crisis_severe=True, crisis_category="suicidality"), "crisis-in-fence", (FENCE,)),
    Planted("crisis", _scores(crisis_severe=None), "not-judged"),
    Planted("groundedness", {"provenance": {"passage_id": "p-1"}} | _scores(groundedness=0.50), "ok", ("expertise",)),
    Planted("groundedness", {"provenance": {"passage_id": "p-1"}} | _scores(groundedness=0.49), "ungrounded", ("expertise",)),
    Planted("groundedness", {"provenance": {"passage_id": "p-1"}} | _scores(groundedness=0.25), "ok", ("persona",)),
    Planted("groundedness", {"provenance": {"passage_id": "p-1"}} | _scores(groundedness=0.24), "ungrounded", ("persona",)),
    Planted("groundedness", {"provenance": {"passage_id": "p-1"}} | _scores(groundedness=None), "not-judged"),
    Planted("coherence", _echo("Still, you say.")),
    Planted("coherence", _echo(_SENSE.removesuffix(" said"))),
    Planted("coherence", _echo(_SENSE), "repeated-reply"),
    Planted("coherence", {"turns": dialogue(1)[:3]}, "unanswered"),
    Planted("coherence", {"turns": dialogue(1)[1:2]}, "no-client"),
    Planted("coherence", {"turns": [dialogue(1)[0], *dialogue(1)]}, "roles-not-alternating"),
    Planted("coherence", {"turns": [*dialogue(1)[:2], ("system", "Be kind."), *dialogue(1)[2:]]}, "system-inside"),
    Planted("duplicates", {}, context=_copy(kept=True)),
    Planted("duplicates", {}, "exact-duplicate", context=_copy(kept=False, exact=True)),
    Planted("duplicates", {}, "near-duplicate", context=_copy(kept=False)),
    Planted("decontamination", {}),
    Planted("decontamination", {}, context={"contaminated": [{"ref": "c-0|other", "benchmark": "exam", "ngrams": ["gram"]}]}),
    Planted("decontamination", {}, "contaminated", context=_shared(1)),
)
