"""The banks: every shipped bank is whole, and a broken one is refused with its place."""

import gc
import tomllib
from pathlib import Path

import pytest

from empathy_assets.engines.generating import banks
from empathy_assets.engines.generating.banks import KINDS, Bank, load_bank, problems
from empathy_assets.engines.generating.grammar.template import Slot
from empathy_assets.policy.load import POLICY_DIR, PolicyError


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_bank_has_no_problems(kind: str) -> None:
    assert problems(load_bank(kind)) == []


def test_what_a_bank_holds_is_not_searched_for_garbage() -> None:
    load_bank.cache_clear()
    gc.unfreeze()
    bank = load_bank("bias")
    assert gc.isenabled()
    assert gc.get_freeze_count()
    assert not any(seen is bank.rules for seen in gc.get_objects())


FACTS = {
    "person": 3,
    "feeling": 10,
    "when": 8,
    "matter": 6,
    "event": 14,
    "scene": 14,
    "thought": 14,
    "habit": 12,
    "cost": 12,
    "relation": 12,
}
FACTS |= {"past": 12, "wish": 12, "strength": 12, "step": 14, "doubt": 8, "aside": 16, "meaning": 14, "ask": 14, "topic": 12}
"""Least alternatives of what every presenting issue tells."""

FRAMES = 60
"""Least alternatives of a rule that makes a sentence (issue C: frames matter more than fills)."""


def test_every_presenting_issue_tells_a_whole_story() -> None:
    issues = load_bank("therapeutic").scoped["issue"]
    assert len(issues) >= 30
    for issue, rules in issues.items():
        assert {fact: len(rules[fact]) for fact in FACTS if len(rules[fact]) < FACTS[fact]} == {}, issue


def ways(bank: Bank, rule: str) -> int:
    """Return in how many frames a rule is said: an alternative that only hands on to other rules has as many as the richest of them."""
    alone = [[node.name for node in a.nodes if isinstance(node, Slot)] for a in bank.rules[rule] if all(map(_hands_on, a.nodes))]
    return len(bank.rules[rule]) + max((len(bank.rules[name]) for names in alone for name in names if name in bank.rules), default=0)


def _hands_on(node: object) -> bool:
    return isinstance(node, Slot) or (isinstance(node, str) and not node.strip())


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_that_makes_a_sentence_is_rich(kind: str) -> None:
    bank = load_bank(kind)
    sentence = ("reflect_", "lead_")
    rules = {
        n: ways(bank, n)
        for n in bank.rules
        if n.startswith(sentence) or (n.endswith("_line") and n != "passage_line") or n in ("warm", "ack", "affirm")
    }
    assert {name: count for name, count in rules.items() if count < FRAMES and name not in ("lead_answer", "profile_line")} == {}


def test_a_bank_is_read_back_as_it_was_written() -> None:
    for path in sorted((POLICY_DIR / "banks").rglob("*.toml")):
        name = path.relative_to(POLICY_DIR / "banks").with_suffix("").as_posix()
        assert banks._content(name) == tomllib.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(PolicyError, match="not found"):
        banks._content("nowhere")


def test_own_rules_win_over_included_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "banks/a": {"include": ["b"], "arc": {"first": ["x"], "last": []}, "rules": {"word": ["mine"]}},
        "banks/b": {"rules": {"word": ["theirs"], "client_x": ["{word}"], "counsel_x": ["{word}"]}},
    }
    monkeypatch.setattr(banks, "table", lambda name: files[name])
    bank = load_bank.__wrapped__("a")
    assert bank.rules["word"][0].nodes == ("mine",)
    assert problems(bank) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"arc": {"first": ["x"], "last": []}, "rules": {"word": []}}, "non-empty list"),
        ({"arc": {"first": ["x"], "last": []}, "rules": {"word": ["[open"]}}, "without"),
        ({"arc": {"first": ["x"], "last": []}, "surprise": {}}, "unknown top-level"),
        ({"rules": {"word": ["w"]}}, "no \\[arc\\]"),
    ],
)
def test_broken_bank_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch, content: dict[str, object], complaint: str) -> None:
    monkeypatch.setattr(banks, "table", lambda name: content)
    with pytest.raises(PolicyError, match=complaint):
        load_bank.__wrapped__("a")


def test_problems_name_unknown_slots_missing_exchanges_and_uneven_values(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {
        "arc": {"first": ["x"], "last": []},
        "rules": {"client_x": ["{nowhere}", "{who.theirs}"]},
        "bias_value": {"age:1": {"who": ["a"]}, "age:2": {"who": ["a", "b"]}},
    }
    monkeypatch.setattr(banks, "table", lambda name: content)
    found = " ".join(problems(load_bank.__wrapped__("a")))
    assert "{nowhere}" in found
    assert "one of" in found and "{who.theirs}" in found
    assert "counsel_x" in found
    assert "diverge" in found


def test_a_folder_stands_for_its_files_and_a_lead_needs_its_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "banks" / "talk"
    folder.mkdir(parents=True)
    for name in ("b", "a"):
        (folder / f"{name}.toml").touch()
    files = {
        "banks/k": {"include": ["talk"], "arc": {"first": ["x", "y"], "last": []}, "rules": {"client_y": ["y"], "counsel_y": ["y"]}},
        "banks/talk/a": {"rules": {"word": ["from a"], "client_x": ["{word}"]}},
        "banks/talk/b": {"rules": {"word": ["from b"], "counsel_x": ["{*lead}"]}},
    }
    monkeypatch.setattr(banks, "POLICY_DIR", tmp_path)
    monkeypatch.setattr(banks, "table", lambda name: files[name])
    bank = load_bank.__wrapped__("k")
    assert bank.rules["word"][0].nodes == ("from a",)
    assert problems(bank) == ["k: {*lead} is used, but exchange y has no rule lead_y"]
