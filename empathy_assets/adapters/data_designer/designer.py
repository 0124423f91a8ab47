"""The Data Designer configuration, and one run of it.

One configuration serves both backends: an ordered seed frame of plan rows, an LLM structured column (skipped where the row's backend is
`embedded`), a full-column generator that takes the model's dialogue or writes the row with the grammar, an LLM judge column (skipped
likewise). What a run finds is handed over as it is found, because rows are lost without an exception.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.adapters.data_designer import judge, library, prompts
from empathy_assets.adapters.data_designer.chunks import Material
from empathy_assets.adapters.data_designer.guard import Guard
from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings, wants_model
from empathy_assets.adapters.processes import alive
from empathy_assets.engines.generating import replies
from empathy_assets.engines.generating.grammar.writing import dialogue
from empathy_assets.engines.generating.marks import spelled
from empathy_assets.policy.load import number

_MODEL = "writer"

Turns = list[dict[str, str]]


@dataclass
class Harvest:
    """What the runs over a chunk brought, by row id.

    Attributes:
        embedded: Dialogues of the grammar.
        replies: Usable dialogues of the model, marks of a pair still in them.
        verdicts: What the judge said of them.
    """

    embedded: dict[str, Turns] = field(default_factory=dict[str, Turns])
    replies: dict[str, Turns] = field(default_factory=dict[str, Turns])
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


@dataclass(frozen=True)
class Job:
    """Everything one run needs besides the rows."""

    settings: GenerationSettings
    material: Material
    folder: Path
    guard: Guard
    harvest: Harvest


def run_designer(rows: pl.DataFrame, job: Job, name: str, on_batch: Callable[[], None]) -> None:
    """Run Data Designer over plan rows of one kind; what comes of them is in the job's harvest and guard.

    Args:
        rows: Plan rows of one kind.
        job: Settings, passages, folder, guard and harvest.
        name: Name of the run's folder, removed at the end.
        on_batch: Called whenever a group of rows is finished.

    Raises:
        GenerationError: Data Designer failed for a reason that is not the model's.
    """
    provider = {"name": "endpoint", "endpoint": job.settings.endpoint or "http://localhost", "api_key": job.settings.key_env or None}
    designer = library.designer(job.folder, provider, _MODEL, job.guard)
    from data_designer.interface.errors import DataDesignerGenerationError

    def finished(path: Path) -> None:
        if wants_model(rows):
            _note_verdicts(pl.read_parquet(path), job)
        on_batch()

    _sweep(job.folder)
    name = f"{name}-{os.getpid()}"  # two processes may work in one folder
    asked_before = job.guard.requests
    designer.set_run_config(_run_config(rows))
    try:
        designer.create(_config(rows, job), num_records=rows.height, dataset_name=name, on_batch_complete=finished)
    except DataDesignerGenerationError as error:
        # No row survived: the model's failures are the guard's to tell. Without a request the failure is ours.
        if not wants_model(rows) or (job.guard.requests == asked_before and job.guard.stop is None):
            raise GenerationError(f"Data Designer could not run over {rows.height} plan rows: {error}") from error
    finally:
        shutil.rmtree(job.folder / name, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left of their runs."""
    for path in folder.glob("*-*"):
        pid = path.name.rpartition("-")[2]
        if pid.isdigit() and path.name != library.home() and (int(pid) == os.getpid() or not alive(int(pid))):
            shutil.rmtree(path, ignore_errors=True)


def _run_config(rows: pl.DataFrame) -> Any:
    from data_designer.config.request_admission import RequestAdmissionTuningConfig
    from data_designer.config.run_config import RunConfig

    return RunConfig(
        request_admission=RequestAdmissionTuningConfig(
            multiplicative_decrease_factor=number("generation", "llm.limit_decrease"),
            successes_until_increase=int(number("generation", "llm.limit_successes")),
        ),
        otel_metrics_port=None,
        buffer_size=int(number("generation", "llm.group_rows")) if wants_model(rows) else rows.height,
        disable_early_shutdown=True,  # the guard decides
        max_conversation_restarts=0,  # likewise: a malformed reply is asked again by `run`, which counts
        preserve_dropped_columns=False,
    )


def _config(rows: pl.DataFrame, job: Job) -> Any:
    """Return the one configuration that serves both backends."""
    from data_designer.config.column_configs import CustomColumnConfig, GenerationStrategy
    from data_designer.config.config_builder import DataDesignerConfigBuilder
    from data_designer.config.models import ChatCompletionInferenceParams, ModelConfig
    from data_designer.config.seed import SamplingStrategy
    from data_designer.config.seed_source_dataframe import DataFrameSeedSource

    settings, asking = job.settings, wants_model(rows)
    params = ChatCompletionInferenceParams(
        max_parallel_requests=settings.parallel,
        timeout=settings.timeout,
        temperature=number("generation", "llm.temperature"),
        max_tokens=int(number("generation", "llm.max_tokens")),
    )
    model = ModelConfig(
        alias=_MODEL, model=settings.model or "none", provider="endpoint", inference_parameters=params, skip_health_check=True
    )
    builder = DataDesignerConfigBuilder(model_configs=[model])
    seed: Any = DataFrameSeedSource(df=_seed_frame(rows, job).to_pandas())
    builder.with_seed_dataset(seed, sampling_strategy=SamplingStrategy.ORDERED)
    if asking:
        builder.add_column(_reply_column(str(rows.get_column("kind")[0])))
    builder.add_column(
        CustomColumnConfig(
            name="conversation",
            generator_function=_generator(job, asking=asking),
            generation_strategy=GenerationStrategy.FULL_COLUMN,
            propagate_skip=False,
        )
    )
    if asking and settings.judge:
        builder.add_column(_judge_column())
    return builder


def _seed_frame(rows: pl.DataFrame, job: Job) -> pl.DataFrame:
    """Return the plan rows with the words a prompt may need (where a model reads them), and replies that only lack a verdict."""
    if not wants_model(rows):
        return rows
    known = [json.dumps(job.harvest.replies.get(i, ""), ensure_ascii=False) for i in rows.get_column("row_id")]
    return prompts.with_prompt_words(rows, job.material).with_columns(
        known=pl.Series(["" if k == '""' else k for k in known], dtype=pl.String)
    )


def _reply_column(kind: str) -> Any:
    from data_designer.config.base import SkipConfig
    from data_designer.config.column_configs import LLMStructuredColumnConfig

    return LLMStructuredColumnConfig(
        name="reply",
        prompt=prompts.referenced(prompts.prompt(kind)),
        model_alias=_MODEL,
        output_format=replies.REPLY_FORMAT,
        skip=SkipConfig(when="{{ backend == 'embedded' or known != '' }}"),
        propagate_skip=False,
    )


def _judge_column() -> Any:
    from data_designer.config.base import SkipConfig
    from data_designer.config.column_configs import LLMJudgeColumnConfig, Score

    template, rubrics = judge.judge_prompt()
    return LLMJudgeColumnConfig(
        name=judge.COLUMN,
        prompt=prompts.referenced(template),
        model_alias=_MODEL,
        scores=[Score(name=r.name, description=r.description, options=r.options) for r in rubrics],
        skip=SkipConfig(when="{{ backend == 'embedded' or conversation == '' }}"),
        propagate_skip=False,
    )


def _generator(job: Job, *, asking: bool) -> Any:
    """Return the full-column generator: the model's dialogue where the row asked for one and it is usable, else the grammar's."""
    from data_designer.config.custom_column import custom_column_generator

    @custom_column_generator(required_columns=["row_id", "backend", *(["reply", "known"] if asking else [])])
    def conversations(df: Any) -> Any:
        return df.assign(conversation=[_conversation(row, job) for row in df.to_dict("records")])

    return conversations


def _conversation(row: dict[str, Any], job: Job) -> str:
    """Note the dialogue of one row in the harvest and return it as the judge is to read it; empty where there is nothing to judge."""
    if row["backend"] == "embedded":
        turns = dialogue(row, job.material.passage(row), job.material.voice(row))
        job.harvest.embedded[row["row_id"]] = turns
        return ""  # the judge does not read what the grammar wrote
    if row["known"]:
        turns, why = json.loads(row["known"]), ""
    else:
        turns, why = replies.dialogue_from_reply(row.get("reply"), row["n_turns"])
    shown = turns
    if turns and row["pair_id"]:
        shown, why = spelled(turns, row["bias_value"])
    if why:
        job.guard.missed(row["row_id"], f"unusable reply: {why}")
        return ""
    job.guard.used()
    job.harvest.replies[row["row_id"]] = turns
    return judge.conversation_text(shown)


def _note_verdicts(group: pl.DataFrame, job: Job) -> None:
    """Note what the judge said of a finished group; an unsafe dialogue is taken out of the harvest."""
    if judge.COLUMN not in group.columns:
        return
    for row_id, cell in group.select("row_id", judge.COLUMN).iter_rows():
        verdict = judge.verdict_of(cell)
        if row_id not in job.harvest.replies or not verdict:
            continue
        if judge.unsafe(verdict):
            del job.harvest.replies[row_id]
            job.guard.missed(row_id, f"unsafe: {verdict['why']}")
        else:
            job.harvest.verdicts[row_id] = verdict
