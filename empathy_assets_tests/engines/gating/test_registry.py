"""Registering gates, the worked example of the docstring included."""

from importlib.metadata import EntryPoint

import polars as pl
import pytest

from empathy_assets.engines.gating.gate import Gate, outcome, words
from empathy_assets.engines.gating.judge import judge
from empathy_assets.engines.gating.registry import BUILT_IN, GROUP, GateRegistrationError, registered
from empathy_assets.engines.gating.text import turns_of
from empathy_assets_tests.engines.gating.samples import conversation, frame

HERE = "empathy_assets_tests.engines.gating.test_registry"


def decide(rows, context):
    """The worked example of the registry's docstring."""
    asked = turns_of(rows, roles=["assistant"]).group_by("row").agg(pl.col("content").str.contains(r"\?").sum().alias("n"))
    every = pl.DataFrame({"row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True)})
    n = every.join(asked, on="row", how="left", maintain_order="left").select(pl.col("n").fill_null(0))
    reason = pl.when(pl.col("n") >= 1).then(words("ok", "{} questions", pl.col("n"))).otherwise(words("never-asks", "0 questions"))
    return outcome(n, passed=pl.col("n") >= 1, reason=reason, score=pl.col("n"))


CURIOSITY = Gate(name="curiosity", revision="1", decide=decide, stages=("foundation",))
NOT_A_GATE = decide


def _point(name, value):
    return EntryPoint(name=name, value=value, group=GROUP)


def test_all_gates_of_the_specification_are_registered_once():
    assert [gate.name for gate in BUILT_IN] == [
        *("schema", "language", "length", "pii", "licence", "content", "prohibited", "quality"),
        *("ears", "crisis", "groundedness", "coherence"),
        *("duplicates", "decontamination"),
    ]
    assert registered([]) == BUILT_IN
    assert all(gate.blocking for gate in BUILT_IN)


def test_an_announced_gate_judges_with_the_others():
    gates = registered([_point("curiosity", f"{HERE}:CURIOSITY")])
    assert gates[-1].name == "curiosity"
    asking = conversation(2, turns=[("user", "It rains."), ("assistant", "What does the rain bring up?")])
    ledger = judge({"foundation": frame(conversation(1), asking)}, gates=gates[-1:])
    assert ledger.select("gate", "passed", "reason").rows() == [
        ("curiosity", False, "never-asks: 0 questions"),
        ("curiosity", True, "ok: 1 questions"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("gone", f"{HERE}:MISSING", "does not load"),
        ("plain", f"{HERE}:NOT_A_GATE", "expected a Gate"),
    ],
)
def test_an_unusable_announcement_is_named_with_the_remedy(name, value, said):
    with pytest.raises(GateRegistrationError, match=said) as caught:
        registered([_point(name, value)])
    assert value.split(":")[0] in str(caught.value) or name in str(caught.value)


def test_two_gates_of_one_name_are_refused():
    with pytest.raises(GateRegistrationError, match="more than once"):
        registered([_point("a", f"{HERE}:CURIOSITY"), _point("b", f"{HERE}:CURIOSITY")])
