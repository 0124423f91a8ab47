"""The banks: every shipped bank is whole, and a broken one is refused with its place."""

import pytest

from empathy_assets.engines.generating import banks
from empathy_assets.engines.generating.banks import KINDS, load_bank, problems
from empathy_assets.policy.load import PolicyError


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_bank_has_no_problems(kind: str) -> None:
    assert problems(load_bank(kind)) == []


@pytest.mark.parametrize("kind", ["therapeutic", "reasoning"])
def test_important_slots_are_rich(kind: str) -> None:
    bank = load_bank(kind)
    assert len(bank.values("issue")) >= 12
    assert len(bank.values("modality")) == 6
    assert len(bank.rules["feeling"]) >= 60


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
        "rules": {"client_x": ["{nowhere}"]},
        "bias_value": {"age:1": {"who": ["a"]}, "age:2": {"who": ["a", "b"]}},
    }
    monkeypatch.setattr(banks, "table", lambda name: content)
    found = " ".join(problems(load_bank.__wrapped__("a")))
    assert "{nowhere}" in found
    assert "counsel_x" in found
    assert "diverge" in found
