"""NeMo Data Designer: plan rows executed chunk by chunk, by a language model or by the embedded grammar.

One chunk is one Data Designer run: an ordered seed frame of plan rows, an LLM structured column (skipped where the row's backend is
`embedded`), then a full-column generator that takes the model's dialogue or writes the row with the grammar. What a run yields is kept
under a hash of everything it depends on, so that a killed run continues and a second one is nearly free. Rows without a result come back
from Data Designer without an exception: they are found by comparing with the plan, asked again, and at last written by the grammar.

Nothing is written outside the artifact folder; the key of the endpoint is named, never stored.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from empathy_assets.adapters.storage import atomic_file
from empathy_assets.engines.generating import banks, replies
from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.grammar.writing import dialogue, passages_by_id, record
from empathy_assets.policy.load import POLICY_DIR, number
from empathy_assets.records.arrow import conform, empty_frame, polars_schema
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.plan import PlanRow

_MODEL_ALIAS = "writer"

Progress = Callable[[int, int], None]


class GenerationError(RuntimeError):
    """Generation cannot start or go on; the message says what to change."""


@dataclass(frozen=True)
class GenerationSettings:
    """How rows with backend `llm` reach their model, and how large a chunk is.

    Attributes:
        endpoint: Base URL of an OpenAI-compatible server, e.g. `http://vllm:8000/v1`; empty: every row is written by the grammar.
        model: Model name sent to it.
        key_env: Name of the environment variable with the key; empty if the server wants none.
        parallel: Requests in flight.
        timeout: Seconds one request may take.
        chunk_rows: Rows of one Data Designer run; 0: the policy's.
        retries: Times a missing row is asked again; negative: the policy's.
        fill: Whether rows that the model never answered are written by the grammar; else they are reported as missing.
    """

    endpoint: str = ""
    model: str = ""
    key_env: str = ""
    parallel: int = 16
    timeout: int = 120
    chunk_rows: int = 0
    retries: int = -1
    fill: bool = True


@dataclass(frozen=True)
class Generated:
    """What came of the plan rows.

    Attributes:
        frame: Conversations in plan order (`Conversation` schema).
        missing: Plan rows without a result (`PlanRow` schema).
        stats: Counts: rows, written, missing, chunks, chunks_reused, asked (rows sent to the model), answered, filled.
    """

    frame: pl.DataFrame
    missing: pl.DataFrame
    stats: dict[str, int] = field(default_factory=dict[str, int])


def generate(
    rows: pl.DataFrame,
    passages: pl.DataFrame,
    settings: GenerationSettings,
    artifact_dir: Path,
    progress: Progress | None = None,
) -> Generated:
    """Return the conversations that the plan rows order.

    Args:
        rows: Plan rows (`PlanRow` schema).
        passages: Passages (`Passage` schema) that rows refer to.
        settings: Endpoint and limits.
        artifact_dir: Folder for finished chunks and Data Designer's own files.
        progress: Called with (rows done, rows in all) after each chunk.

    Raises:
        GenerationError: Rows ask for a model and no endpoint, model or key is configured.
        PolicyError: A bank or prompt is missing.
    """
    rows = conform(rows, PlanRow, name="generation_plan")
    _refuse_unreachable(rows, settings)
    sources = passages_by_id(rows, passages)
    stats: dict[str, int] = dict.fromkeys(("chunks", "chunks_reused", "asked", "answered", "filled"), 0)
    done = 0
    parts: list[pl.DataFrame] = [empty_frame(Conversation)]
    for chunk in _chunks(rows, settings):
        run = _ChunkRun(chunk, sources, settings, artifact_dir, stats)
        parts.append(run.finish())
        done += chunk.height
        if progress is not None:
            progress(done, rows.height)
    frame = _in_plan_order(pl.concat(parts), rows)
    missing = rows.join(frame.select(_row_id()), on="row_id", how="anti", maintain_order="left")
    return Generated(frame, missing, {"rows": rows.height, "written": frame.height, "missing": missing.height, **stats})


def _refuse_unreachable(rows: pl.DataFrame, settings: GenerationSettings) -> None:
    wanted = rows.filter(pl.col("backend") == "llm").height
    if not wanted:
        return
    if not settings.endpoint or not settings.model:
        raise GenerationError(
            f"{wanted} plan rows ask for a language model, but endpoint {settings.endpoint!r} and model {settings.model!r} are not both set"
        )
    if settings.key_env and settings.key_env not in os.environ:
        raise GenerationError(f"the environment has no variable {settings.key_env}; set it to the key of {settings.endpoint}")


def _chunks(rows: pl.DataFrame, settings: GenerationSettings) -> Iterator[pl.DataFrame]:
    """Yield rows of one kind at a time, at most `chunk_rows` of them, in plan order."""
    size = settings.chunk_rows or int(number("generation", "run.chunk_rows"))
    for part in rows.partition_by("kind", maintain_order=True):
        yield from part.iter_slices(size)


def _row_id() -> pl.Expr:
    return pl.col("provenance").struct.field("plan_row_id").alias("row_id")


def _in_plan_order(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    order = rows.select("row_id").with_row_index("place")
    placed = frame.with_columns(_row_id()).join(order, on="row_id", how="inner")
    return placed.sort("place").drop("place", "row_id")


class _ChunkRun:
    """One chunk: what is kept of it, what is asked, what is filled."""

    def __init__(
        self,
        rows: pl.DataFrame,
        sources: Mapping[str, dict[str, Any]],
        settings: GenerationSettings,
        artifact_dir: Path,
        stats: dict[str, int],
    ) -> None:
        self._rows = rows
        self._sources = {i: sources[i] for i in rows.get_column("passage_id").unique().sort() if i in sources}
        self._settings = settings
        self._key = _chunk_key(rows, self._sources, settings)
        self._kept = artifact_dir / "chunks" / f"{self._key}.parquet"
        self._folder = artifact_dir / "designer"
        self._stats = stats

    def finish(self) -> pl.DataFrame:
        """Return the chunk's conversations, from disk where possible."""
        self._stats["chunks"] += 1
        have = pl.read_parquet(self._kept) if self._kept.exists() else empty_frame(Conversation)
        todo = self._todo(have)
        if todo.is_empty():
            self._stats["chunks_reused"] += 1
            return have
        retries = self._settings.retries if self._settings.retries >= 0 else int(number("generation", "run.retries"))
        for attempt in range(retries + 1):
            asked = todo.filter(pl.col("backend") == "llm").height
            got = _designed(todo, self._sources, self._settings, self._folder, f"{self._key}-{attempt}")
            self._stats["asked"] += asked
            self._stats["answered"] += asked - self._todo(got, todo).filter(pl.col("backend") == "llm").height
            have = pl.concat([have, got])
            with atomic_file(UPath(self._kept)) as scratch:
                have.write_parquet(scratch)
            todo = self._todo(have)
            if todo.is_empty():
                return have
        return pl.concat([have, self._filled(todo)])

    def _todo(self, have: pl.DataFrame, rows: pl.DataFrame | None = None) -> pl.DataFrame:
        rows = self._rows if rows is None else rows
        return rows.join(have.select(_row_id()), on="row_id", how="anti", maintain_order="left")

    def _filled(self, todo: pl.DataFrame) -> pl.DataFrame:
        """Return what the grammar writes for rows the model never answered; not kept, so that a second run asks the model again."""
        if not self._settings.fill:
            return empty_frame(Conversation)
        self._stats["filled"] += todo.height
        return _designed(todo.with_columns(backend=pl.lit("embedded")), self._sources, self._settings, self._folder, f"{self._key}-fill")


def _chunk_key(rows: pl.DataFrame, sources: Mapping[str, dict[str, Any]], settings: GenerationSettings) -> str:
    """Return a hash of everything the chunk's text depends on: rows, banks, passages, code, and the prompt and model where one is asked."""
    h = sha256(rows.write_csv().encode())
    kind = str(rows.get_column("kind")[0])
    h.update(load_bank(kind).fingerprint.encode())
    h.update(json.dumps([[i, s["licence"], s["provenance"]] for i, s in sources.items()], sort_keys=True, default=str).encode())
    for path in sorted(Path(banks.__file__).parent.rglob("*.py")):
        h.update(path.read_bytes())
    h.update((POLICY_DIR / "generation.toml").read_bytes())
    if (rows.get_column("backend") == "llm").any():
        h.update(f"{settings.endpoint}\n{settings.model}\n{_prompt(kind)}".encode())
    return f"{kind}-{h.hexdigest()[:24]}"


def _prompt(kind: str) -> str:
    path = POLICY_DIR / "prompts" / f"{kind}.md"
    if not path.exists():
        raise GenerationError(f"no prompt for kind {kind!r}: write {path.name} in {path.parent}, or plan the rows with backend `embedded`")
    return path.read_text(encoding="utf-8")


def _designed(
    rows: pl.DataFrame, sources: Mapping[str, dict[str, Any]], settings: GenerationSettings, folder: Path, name: str
) -> pl.DataFrame:
    """Return the conversations of one Data Designer run; rows that it lost are absent."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["NEMO_TELEMETRY_ENABLED"] = "false"  # read at import: before it, or the library phones home
    os.environ.setdefault("DATA_DESIGNER_HOME", str(folder / "home"))
    from data_designer.interface import DataDesigner
    from data_designer.interface.errors import DataDesignerGenerationError

    designer = DataDesigner(artifact_path=folder, model_providers=[_provider(settings)], auto_configure_logging=False)
    designer.set_run_config(_run_config(rows.height))
    shutil.rmtree(folder / name, ignore_errors=True)
    try:
        results = designer.create(_config(rows, sources, settings), num_records=rows.height, dataset_name=name)
        loaded: Any = results.load_dataset()
        made = pl.DataFrame({name: loaded[name].tolist() for name in ("row_id", "dialogue", "written_by")})
    except DataDesignerGenerationError:
        if (rows.get_column("backend") == "llm").any():  # no row survived: they are all missing, and asked again
            return empty_frame(Conversation)
        raise
    finally:
        shutil.rmtree(folder / name, ignore_errors=True)
    return _assembled(rows, sources, made)


def _assembled(rows: pl.DataFrame, sources: Mapping[str, dict[str, Any]], made: pl.DataFrame) -> pl.DataFrame:
    by_row = {r: (d, w) for r, d, w in made.iter_rows() if d}
    records = [
        record(row, json.loads(by_row[row["row_id"]][0]), sources.get(row["passage_id"]), by_row[row["row_id"]][1])
        for row in rows.iter_rows(named=True)
        if row["row_id"] in by_row
    ]
    return pl.DataFrame(records, schema=polars_schema(Conversation), orient="row")


def _provider(settings: GenerationSettings) -> Any:
    from data_designer.config.models import ModelProvider

    return ModelProvider(name="endpoint", endpoint=settings.endpoint or "http://localhost", api_key=settings.key_env or "none")


def _run_config(rows: int) -> Any:
    from data_designer.config.run_config import RunConfig

    return RunConfig(otel_metrics_port=None, buffer_size=rows, disable_early_shutdown=True, preserve_dropped_columns=False)


def _config(rows: pl.DataFrame, sources: Mapping[str, dict[str, Any]], settings: GenerationSettings) -> Any:
    """Return the one configuration that serves both backends."""
    from data_designer.config.base import SkipConfig
    from data_designer.config.column_configs import CustomColumnConfig, GenerationStrategy, LLMStructuredColumnConfig
    from data_designer.config.config_builder import DataDesignerConfigBuilder
    from data_designer.config.models import ChatCompletionInferenceParams, ModelConfig
    from data_designer.config.seed import SamplingStrategy
    from data_designer.config.seed_source_dataframe import DataFrameSeedSource

    params = ChatCompletionInferenceParams(
        max_parallel_requests=settings.parallel,
        timeout=settings.timeout,
        temperature=number("generation", "llm.temperature"),
        max_tokens=int(number("generation", "llm.max_tokens")),
    )
    model = ModelConfig(
        alias=_MODEL_ALIAS, model=settings.model or "none", provider="endpoint", inference_parameters=params, skip_health_check=True
    )
    builder = DataDesignerConfigBuilder(model_configs=[model])
    seed: Any = DataFrameSeedSource(df=_seed_frame(rows, sources).to_pandas())
    builder.with_seed_dataset(seed, sampling_strategy=SamplingStrategy.ORDERED)
    if (rows.get_column("backend") == "llm").any():
        builder.add_column(
            LLMStructuredColumnConfig(
                name="reply",
                prompt=_prompt(str(rows.get_column("kind")[0])),
                model_alias=_MODEL_ALIAS,
                output_format=_REPLY_FORMAT,
                skip=SkipConfig(when="{{ backend == 'embedded' }}"),
                propagate_skip=False,
            )
        )
    builder.add_column(
        CustomColumnConfig(
            name="dialogue",
            generator_function=_generator(sources, settings, with_reply=(rows.get_column("backend") == "llm").any()),
            generation_strategy=GenerationStrategy.FULL_COLUMN,
            propagate_skip=False,
        )
    )
    return builder


_REPLY_FORMAT = {
    "type": "object",
    "properties": {
        "turns": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"role": {"type": "string", "enum": ["user", "assistant"]}, "content": {"type": "string"}},
                "required": ["role", "content"],
            },
        }
    },
    "required": ["turns"],
}


def _seed_frame(rows: pl.DataFrame, sources: Mapping[str, dict[str, Any]]) -> pl.DataFrame:
    """Return the plan rows with the words a prompt may need; text columns only where a model reads them."""
    if not (rows.get_column("backend") == "llm").any():
        return rows
    ids = rows.get_column("passage_id")
    none: dict[str, Any] = {"text": "", "provenance": {"title": ""}}
    return rows.with_columns(
        passage_text=pl.Series([sources.get(i, none)["text"] for i in ids], dtype=pl.String),
        passage_title=pl.Series([sources.get(i, none)["provenance"]["title"] for i in ids], dtype=pl.String),
        voice=pl.col("persona_id").str.replace_all("-", " "),
    )


def _generator(sources: Mapping[str, dict[str, Any]], settings: GenerationSettings, *, with_reply: bool) -> Any:
    """Return the full-column generator: the model's dialogue where the row asked for one and it is usable, else the grammar's."""
    from data_designer.config.custom_column import custom_column_generator

    @custom_column_generator(required_columns=["row_id", "backend", *(["reply"] if with_reply else [])], side_effect_columns=["written_by"])
    def dialogues(df: Any) -> Any:
        texts: list[str] = []
        writers: list[str] = []
        for row in df.to_dict("records"):
            if row["backend"] == "llm":
                turns, _ = replies.dialogue_from_reply(row.get("reply"), row["n_turns"])
                writers.append(f"llm:{settings.model}")
            else:
                turns = dialogue(row, sources.get(row["passage_id"]))
                writers.append("embedded")
            texts.append(json.dumps(turns, ensure_ascii=False) if turns else "")
        return df.assign(dialogue=texts, written_by=writers)

    return dialogues
