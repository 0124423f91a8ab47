"""The judge column: the model reads what it wrote and scores EARS, groundedness and safety.

It filters before the project's own judges, which remain the gate: an unsafe dialogue is refused and asked again, the other scores are
kept beside the reply. Rubrics are the level-two sections of `policy/prompts/judge.md`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from empathy_assets.adapters.data_designer.prompts import prompt
from empathy_assets.adapters.data_designer.settings import GenerationError

COLUMN = "verdict"
"""Name of the judge column."""

SCORES = ("ears", "groundedness", "safety")
"""What is scored; each is a section of the judge's prompt."""

_OPTION = re.compile(r"^- (\w+): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Rubric:
    """One score: its name, what it looks at, and what each option means."""

    name: str
    description: str
    options: dict[int | str, str]


def judge_prompt() -> tuple[str, tuple[Rubric, ...]]:
    """Return the judge's template and its rubrics.

    Raises:
        GenerationError: `judge.md` lacks a score, or a score has fewer than two options.
    """
    template, *sections = re.split(r"^## ", prompt("judge"), flags=re.MULTILINE)
    rubrics: list[Rubric] = []
    for section in sections:
        name, _, body = section.partition("\n")
        options: dict[int | str, str] = {int(k) if k.isdigit() else k: words for k, words in _OPTION.findall(body)}
        rubrics.append(Rubric(name.strip(), _OPTION.split(body)[0].strip(), options))
    found = {r.name: len(r.options) for r in rubrics}
    if set(found) != set(SCORES) or min(found.values()) < 2:
        raise GenerationError(
            f"prompts/judge.md scores {found}; expected the sections {list(SCORES)}, each with two or more `- option: meaning`"
        )
    return template, tuple(rubrics)


def conversation_text(turns: list[dict[str, str]]) -> str:
    """Return a dialogue as the judge reads it."""
    return "\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)


def verdict_of(cell: object) -> dict[str, Any]:
    """Return the scores of a judge column's cell as `{ears, groundedness, safety, why}`, or {} where the judge said nothing usable."""
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except ValueError:
            return {}
    if not isinstance(cell, Mapping) or not all(isinstance(cell.get(name), Mapping) for name in SCORES):
        return {}
    found: dict[str, Any] = {name: cell[name].get("score") for name in SCORES}
    return found | {"why": str(cell["safety"].get("reasoning", ""))[:300]}


def unsafe(verdict: Mapping[str, Any]) -> bool:
    """Return whether a verdict refuses the dialogue."""
    return verdict.get("safety") == "unsafe"
