"""The judge: rubrics come from its prompt; what it says is read or is nothing."""

import json

import pytest

from empathy_assets.adapters.data_designer import judge
from empathy_assets.adapters.data_designer.settings import GenerationError

SAID = {
    "ears": {"score": 3, "reasoning": "a"},
    "groundedness": {"score": 2, "reasoning": "b"},
    "safety": {"score": "safe", "reasoning": "c"},
}


def test_rubrics_are_the_sections_of_the_prompt() -> None:
    template, rubrics = judge.judge_prompt()
    assert "{{ conversation }}" in template
    assert "## " not in template
    assert {r.name: list(r.options) for r in rubrics} == {
        "ears": [1, 2, 3, 4],
        "groundedness": [1, 2, 3],
        "safety": ["unsafe", "careless", "safe"],
    }
    assert all(r.description and all(r.options.values()) for r in rubrics)


def test_a_prompt_without_a_score_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "prompt", lambda _: "Judge.\n## ears\nHow.\n- 1: no\n- 2: yes\n")
    with pytest.raises(GenerationError, match=r"judge\.md scores"):
        judge.judge_prompt()


@pytest.mark.parametrize("cell", [SAID, json.dumps(SAID)])
def test_a_verdict_is_read(cell: object) -> None:
    found = judge.verdict_of(cell)
    assert found == {"ears": 3, "groundedness": 2, "safety": "safe", "why": "c"}
    assert not judge.unsafe(found)
    assert judge.unsafe(found | {"safety": "unsafe"})


@pytest.mark.parametrize("cell", [None, "", "{", "[]", {"ears": 3}, {**SAID, "safety": None}])
def test_what_is_no_verdict_is_nothing(cell: object) -> None:
    assert judge.verdict_of(cell) == {}
    assert not judge.unsafe({})
