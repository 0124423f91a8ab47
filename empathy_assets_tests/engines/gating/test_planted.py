"""Every gate against the planted table, and the table against every mutation of a threshold, a rule or a gate."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from empathy_assets.engines.gating import content
from empathy_assets.engines.gating.gate import Gate, GateContext, GateContractError, checked, outcome, words
from empathy_assets.engines.gating.registry import BUILT_IN
from empathy_assets.policy import load
from empathy_assets_tests.engines.gating.planted import PLANTED, Planted
from empathy_assets_tests.engines.gating.samples import frame

GATES = {gate.name: gate for gate in BUILT_IN}
PASSES = ("ok", "crisis-in-fence")


def _found(gate: Gate, planted: Planted) -> list[tuple[bool, str]]:
    """What the gate says about the planted record in each of its stages: passed, and the reason's code."""
    said: list[tuple[bool, str]] = []
    for stage in planted.stages:
        rows = frame(planted.made(stage))
        (row,) = checked(gate.decide(rows, GateContext(stage=stage, **planted.told(stage))), gate, 1).to_dicts()
        said.append((row["passed"], row["reason"].split(": ")[0]))
    return said


def _wrong(gates: dict[str, Gate]) -> list[Planted]:
    """The planted records about which a gate says anything but what is expected, or can say nothing any more."""

    def right(planted: Planted) -> bool:
        try:
            return set(_found(gates[planted.gate], planted)) == {(planted.code in PASSES, planted.code)}
        except GateContractError:
            return False

    return [planted for planted in PLANTED if not right(planted)]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: f"{p.gate}-{p.code}")
def test_bad_records_are_blocked_for_their_reason_and_good_twins_pass(planted: Planted) -> None:
    assert set(_found(GATES[planted.gate], planted)) == {(planted.code in PASSES, planted.code)}


def test_every_gate_has_a_bad_record_and_a_good_twin() -> None:
    for name in GATES:
        codes = {p.code in PASSES for p in PLANTED if p.gate == name}
        assert codes == {True, False}, name


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("name", GATES)
def test_a_gate_that_always_says_the_same_is_noticed(name: str, always: bool) -> None:
    broken = replace(GATES[name], decide=lambda rows, _: outcome(rows, passed=pl.lit(value=always), reason=words("ok")))
    assert _wrong(GATES | {name: broken})


@pytest.fixture
def mutated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Callable[[dict[str, Any]], None]], None]]:
    """Change a policy file in memory for one test."""
    files = {name: load.table(name) for name in ("gates", "licences", "lexicons/content", "lexicons/prohibited")}
    caches = (load.table, load.numbers, content._rules)

    def change(name: str, edit: Callable[[dict[str, Any]], None]) -> None:
        files[name] = copy.deepcopy(files[name])
        edit(files[name])
        for cached in caches:
            cached.cache_clear()
        original = load.tomllib.loads

        def loads(text: str) -> dict[str, Any]:
            read = original(text)
            return next((files[n] for n, kept in untouched.items() if kept == read), read)

        monkeypatch.setattr(load.tomllib, "loads", loads)

    untouched = {name: copy.deepcopy(file) for name, file in files.items()}
    yield change
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


_GATE_SECTIONS = {gate.name for gate in BUILT_IN}
_NUMBERS = sorted(key for key in load.numbers("gates") if key.split(".")[0] in _GATE_SECTIONS)
_STEP = {"ears.min": 0.0002, "groundedness.min": 0.02, "groundedness.min_voice": 0.02, "content.minor_window": 60}


@pytest.mark.parametrize("key", _NUMBERS)
def test_a_threshold_that_moves_either_way_is_noticed(key: str, mutated: Callable[..., None]) -> None:
    section, name = key.split(".")
    value = load.number("gates", key)
    step = _STEP.get(key, 1)
    for moved in (value - step, value + step):

        def edit(file: dict[str, Any], moved: float = moved) -> None:
            file[section][name]["value"] = moved

        mutated("gates", edit)
        assert _wrong(GATES), f"{key} = {moved} instead of {value} changes nothing that is planted"


@pytest.mark.parametrize("rule", [entry["name"] for entry in load.table("lexicons/content")["rule"]])
def test_a_rule_of_the_content_gate_that_goes_is_noticed(rule: str, mutated: Callable[..., None]) -> None:
    def edit(file: dict[str, Any]) -> None:
        file["rule"] = [entry for entry in file["rule"] if entry["name"] != rule]

    mutated("lexicons/content", edit)
    assert [p.code for p in _wrong(GATES)].count(rule) >= 1


def test_a_floor_that_is_no_floor_is_noticed(mutated: Callable[..., None]) -> None:
    def edit(file: dict[str, Any]) -> None:
        for entry in file["rule"]:
            entry.pop("floor", None)

    mutated("lexicons/content", edit)
    assert "floor-minors" in {p.code for p in _wrong(GATES)}


def test_a_fence_or_a_language_that_widens_is_noticed(mutated: Callable[..., None]) -> None:
    mutated("gates", lambda file: file["crisis"].update(fenced=["nightmare-fuel", "foundation"]))
    assert "crisis-outside-fence" in {p.code for p in _wrong(GATES)}
    mutated("gates", lambda file: file["language"].update(accepted=["en", "de"]))
    assert "language-not-accepted" in {p.code for p in _wrong(GATES)}
