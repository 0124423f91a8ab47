"""Earlier verdicts: they stand while record, gate and policy are the same, and not a moment longer."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words
from empathy_assets.engines.gating.judge import judge
from empathy_assets.engines.gating.memory import record_hash, remembered
from empathy_assets_tests.engines.gating.samples import conversation, frame


class Shelf:
    """A memory in a dictionary."""

    def __init__(self):
        self.frames: dict[tuple[str, ...], pl.DataFrame] = {}

    def recall(self, namespace: str, *key: str) -> pl.DataFrame | None:
        return self.frames.get((namespace, *key))

    def put(self, namespace: str, *key: str, frame: pl.DataFrame) -> None:
        self.frames[namespace, *key] = frame


def _watched(revision="1"):
    seen: list[str] = []

    def decide(rows, _context):
        seen.extend(rows["id"].to_list())
        return outcome(rows, passed=pl.col("scores").struct.field("ears") >= 0.8, reason=words("looked-at", "{}", pl.col("id")))

    return Gate(name="watched", revision=revision, decide=decide), seen


def test_only_what_is_new_or_changed_is_judged():
    gate, seen = _watched()
    memory = Shelf()
    first = judge({"foundation": frame(conversation(1), conversation(2))}, gates=[gate], memory=memory)
    seen.clear()
    again = judge({"foundation": frame(conversation(1), conversation(2))}, gates=[gate], memory=memory)
    assert seen == []
    assert again.equals(first)
    changed = frame(conversation(3), conversation(2, scores={"ears": 0.2}), conversation(1))
    ledger = judge({"foundation": changed}, gates=[gate], memory=memory)
    assert seen == [conversation(3).id, conversation(2).id]
    assert ledger.equals(judge({"foundation": changed}, gates=[gate]))
    assert ledger["passed"].to_list() == [True, False, True]


def test_gates_that_have_seen_the_same_records_and_gates_that_have_not_judge_side_by_side():
    gates = [Gate(name=name, revision="1", decide=_watched()[0].decide) for name in ("one", "two", "late")]
    memory = Shelf()
    for numbers, present in (((1, 2, 3), gates[:2]), ((4, 3, 5, 1), gates), ((5, 6, 1), gates)):
        stages = {"foundation": frame(*(conversation(n) for n in numbers))}
        assert judge(stages, gates=present, memory=memory).equals(judge(stages, gates=present))


def test_another_version_of_the_gate_judges_anew():
    memory = Shelf()
    gate, _ = _watched()
    judge({"foundation": frame(conversation(1))}, gates=[gate], memory=memory)
    newer, seen = _watched(revision="2")
    judge({"foundation": frame(conversation(1))}, gates=[newer], memory=memory)
    assert seen == [conversation(1).id]


def test_a_gate_that_reads_its_context_is_asked_every_time():
    gate, seen = _watched()
    told = Gate(name="told", revision="1", decide=gate.decide, alone=False)
    memory = Shelf()
    for _ in range(2):
        judge({"foundation": frame(conversation(1))}, gates=[told], memory=memory)
    assert seen == [conversation(1).id] * 2
    assert memory.frames == {}


def test_any_change_of_a_record_changes_its_hash():
    said = list(conversation(1).turns)
    records = frame(
        conversation(1),
        conversation(1, turns=[(t.role, t.content + ("." if i == 2 else "")) for i, t in enumerate(said)], id=conversation(1).id),
        conversation(1, licence="MIT"),
        conversation(1, scores={"scorer_version": "scorer-2"}),
        conversation(1, labels={"category": "grief"}),
        conversation(1, exempt_from=["content"]),
    )
    assert record_hash(records).n_unique() == records.height


@given(st.lists(st.lists(st.integers(0, 9), max_size=8, unique=True), max_size=5))
def test_remembered_is_deciding_afresh_whatever_came_before(runs):
    gate, _ = _watched()
    memory = Shelf()
    for numbers in runs:
        rows = frame(*(conversation(n) for n in numbers))
        found = remembered(rows, lambda part: gate.decide(part, GateContext()), memory, "watched", "1", "foundation")
        assert found.equals(gate.decide(rows, GateContext()))
