"""The budget: what a plan will ask of the model, in requests, tokens and money, before anything is asked.

Tokens are counted as words and marks times a measured ratio; the figure is within `Estimate.error` for common vocabularies. A model that
thinks before it answers is charged for tokens that nobody can foresee: the guard stops such a run at the budget all the same.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from empathy_assets.adapters.data_designer import judge, prompts
from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings
from empathy_assets.adapters.data_designer.store import ReplyStore, reply_key
from empathy_assets.engines.generating.grammar.writing import passages_by_id
from empathy_assets.engines.generating.replies import REPLY_FORMAT
from empathy_assets.policy.load import number

_PIECE = re.compile(r"\w+|[^\w\s]")
_TURN_JSON = len(_PIECE.findall(json.dumps({"role": "assistant", "content": ""})))
_SCHEMA = {
    "kind": pl.String,
    "rows": pl.Int64,
    "embedded": pl.Int64,
    "cached": pl.Int64,
    "asked": pl.Int64,
    "requests": pl.Int64,
    "prompt_tokens": pl.Int64,
    "completion_tokens": pl.Int64,
    "cost": pl.Float64,
}


@dataclass(frozen=True)
class Estimate:
    """What a plan will ask.

    Attributes:
        by_kind: One row per kind: kind, rows, embedded (written without the model), cached (replies that are kept), asked (dialogues to be
            asked; a pair is one), requests (judging and repeats included), prompt_tokens, completion_tokens, cost.
        error: Relative error of the token figures.
    """

    by_kind: pl.DataFrame
    error: float = 0.15

    @property
    def requests(self) -> int:
        """Requests in all."""
        return int(self.by_kind["requests"].sum())

    @property
    def cost(self) -> float:
        """Cost in all, in the currency of the prices."""
        return float(self.by_kind["cost"].sum())


def estimate(rows: pl.DataFrame, passages: pl.DataFrame, settings: GenerationSettings, artifact_dir: Path) -> Estimate:
    """Return what generating the plan rows will ask of the model.

    Args:
        rows: Plan rows (`PlanRow` schema).
        passages: Passages at hand (`Passage` schema); of others the policy's length is assumed.
        settings: Model, judge and prices.
        artifact_dir: Folder of replies already paid for.
    """
    kinds = [_of_kind(part, passages, settings, artifact_dir) for part in rows.partition_by("kind", maintain_order=True)]
    return Estimate(pl.DataFrame(kinds, schema=_SCHEMA))


def refuse_over_budget(found: Estimate, settings: GenerationSettings) -> None:
    """Refuse to start where the estimate is above the budget.

    Raises:
        GenerationError: It is; the figures are named.
    """
    if settings.budget and found.cost > settings.budget:
        tokens = found.by_kind.select(pl.col("prompt_tokens", "completion_tokens").sum()).row(0)
        raise GenerationError(
            f"generation would make {found.requests:,} requests ({tokens[0]:,} prompt and {tokens[1]:,} completion tokens, give or take "
            f"{found.error:.0%}) for about {found.cost:,.2f}; the budget is {settings.budget:,.2f}. Raise EMPATHY_LLM_BUDGET, lower "
            "EMPATHY_SCALE, set EMPATHY_LLM_JUDGE=0, or set EMPATHY_BACKEND=embedded"
        )


def tokens_of(text: str) -> float:
    """Return about how many tokens a text is."""
    return len(_PIECE.findall(text)) * number("generation", "budget.tokens_per_piece")


def _of_kind(rows: pl.DataFrame, passages: pl.DataFrame, settings: GenerationSettings, folder: Path) -> dict[str, object]:
    kind = str(rows["kind"][0])
    wanted = rows.filter(pl.col("backend") == "llm")
    counts = {"kind": kind, "rows": rows.height, "embedded": rows.height - wanted.height}
    nothing = dict.fromkeys(("cached", "asked", "requests", "prompt_tokens", "completion_tokens"), 0)
    if wanted.is_empty():
        return {**counts, **nothing, "cost": 0.0}
    sources = passages_by_id(wanted, passages)
    kept = ReplyStore(folder / "replies", kind, settings.model, prompts.prompt(kind)).load()
    keys = [reply_key(row) for row in wanted.iter_rows(named=True)]
    cached = pl.Series([k in kept for k in keys], dtype=pl.Boolean)
    asked = wanted.filter(~cached & pl.Series(keys).is_first_distinct())
    texts = [sources[i]["text"] if i in sources else "" for i in asked["passage_id"]]
    assumed = sum(bool(i) and i not in sources for i in asked["passage_id"]) * number("generation", "budget.passage_words")
    prompt, completion = _tokens(kind, texts, assumed, asked["n_turns"].to_list(), judged=settings.judge)
    again = 1 + number("generation", "budget.repeated")
    return {
        **counts,
        "cached": int(cached.sum()),
        "asked": asked.height,
        "requests": round(asked.height * (2 if settings.judge else 1) * again),
        "prompt_tokens": round(prompt * again),
        "completion_tokens": round(completion * again),
        "cost": round(settings.cost(prompt * again, completion * again), 2),
    }


def _tokens(kind: str, texts: Sequence[str], assumed: float, turns: Sequence[int], *, judged: bool) -> tuple[float, float]:
    """Return prompt and completion tokens of one asking of each row."""
    ratio = number("generation", "budget.tokens_per_piece")
    passages = sum(tokens_of(text) for text in texts) + assumed * ratio
    replies = sum(turns) * (number("generation", "budget.turn_words") * 1.2 + _TURN_JSON) * ratio  # a mark to five words
    prompt = len(turns) * tokens_of(prompts.referenced(prompts.prompt(kind)) + json.dumps(REPLY_FORMAT)) + passages
    if not judged:
        return prompt, replies
    rubric = prompts.prompt("judge")
    judging = (
        len(turns) * (tokens_of(judge.judge_prompt()[0]) + 2.5 * tokens_of(rubric)) + passages + replies
    )  # rubrics return in the schema
    return prompt + judging, replies + len(turns) * number("generation", "budget.verdict_words") * ratio
