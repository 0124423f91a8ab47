"""Settings of generation: where the language model is, how it is asked, what it may cost.

Lives here: the settings, their defaults from policy, and what makes them unusable. Must not live here: the key itself, which is only named.
"""

import os
from dataclasses import dataclass

import polars as pl

from empathy_assets.adapters.compute import worker_count
from empathy_assets.policy.load import number


class GenerationError(RuntimeError):
    """Generation cannot start or go on; the message says what to change."""


@dataclass(frozen=True)
class GenerationSettings:
    """How rows with backend `llm` reach their model, and how large a chunk is. A negative number: the policy's.

    Attributes:
        endpoint: Base URL of an OpenAI-compatible server, e.g. `http://vllm:8000/v1`; empty: every row is written by the grammar.
        model: Model name sent to it.
        key_env: Name of the environment variable with the key; empty if the server wants none.
        parallel: Requests in flight.
        timeout: Seconds one request may take.
        chunk_rows: Rows of one Data Designer run; 0: the policy's.
        retries: Times a missing row is asked again.
        fill: Whether rows that the model never answered are written by the grammar; else they are reported as missing.
        judge: Whether the model judges what it wrote; unsafe dialogues are refused and asked again.
        budget: Most that generation may cost, in the currency of the prices; 0: no limit.
        price_prompt: Price of a million prompt tokens.
        price_completion: Price of a million completion tokens.
        pause: Seconds to wait before a server that stopped answering is tried again.
        workers: Processes that write the grammar's rows; 1: this one alone; 0: one for each core, as far as there is work for them.
    """

    endpoint: str = ""
    model: str = ""
    key_env: str = ""
    parallel: int = 16
    timeout: int = 120
    chunk_rows: int = 0
    retries: int = -1
    fill: bool = True
    judge: bool = True
    budget: float = 0.0
    price_prompt: float = -1.0
    price_completion: float = -1.0
    pause: float = -1.0
    workers: int = 0

    @property
    def rows_a_chunk(self) -> int:
        """Rows of one Data Designer run, even, so that no pair is parted."""
        size = self.chunk_rows or int(number("generation", "run.chunk_rows"))
        return size + size % 2

    def crew_size(self, chunks: int, rows: int) -> int:
        """Return how many processes beside this one are worth starting for `chunks` of `rows` rows in all; 0: none."""
        most = self.workers or min(worker_count(), rows // int(number("generation", "run.worker_rows")))
        return size if (size := min(most, chunks)) > 1 else 0

    @property
    def askings(self) -> int:
        """Times a row may be asked in all."""
        return 1 + (self.retries if self.retries >= 0 else int(number("generation", "run.retries")))

    @property
    def pause_seconds(self) -> float:
        """Seconds between two tries of a server that stopped answering."""
        return self.pause if self.pause >= 0 else number("generation", "llm.pause_seconds")

    def cost(self, prompt_tokens: float, completion_tokens: float) -> float:
        """Return what tokens cost at the prices set here or in policy."""
        prompt = self.price_prompt if self.price_prompt >= 0 else number("generation", "budget.price_prompt")
        completion = self.price_completion if self.price_completion >= 0 else number("generation", "budget.price_completion")
        return (prompt_tokens * prompt + completion_tokens * completion) / 1e6


def wants_model(rows: pl.DataFrame) -> bool:
    """Return whether any plan row is to be written by a language model."""
    return bool((rows.get_column("backend") == "llm").any())


def refuse_unreachable(rows: pl.DataFrame, settings: GenerationSettings) -> None:
    """Refuse to start where rows ask for a model that the settings do not reach.

    Raises:
        GenerationError: Endpoint, model or key is not set.
    """
    wanted = rows.filter(pl.col("backend") == "llm").height
    if not wanted:
        return
    if not settings.endpoint or not settings.model:
        raise GenerationError(
            f"{wanted} plan rows ask for a language model, but endpoint {settings.endpoint!r} and model {settings.model!r} are not both "
            "set; set EMPATHY_LLM_ENDPOINT and EMPATHY_LLM_MODEL, or EMPATHY_BACKEND=embedded"
        )
    if settings.key_env and not os.environ.get(settings.key_env):
        raise GenerationError(f"the environment has no variable {settings.key_env}; set it to the key of {settings.endpoint}")
