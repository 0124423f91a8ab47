"""A generation run: plan rows in, conversations, shortfall and reasons out.

Rows that Data Designer lost are found by comparing with the plan, asked again up to the policy's limit, and at last written by the grammar
or reported. A server that stops answering is tried again after a pause; if it stays silent, the remaining rows are not asked at all. A key
or model that is refused ends the run at once: what was written is kept, and the next run asks only for the rest.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.adapters.data_designer import prompts
from empathy_assets.adapters.data_designer.account import FAULTS, REASONS, VERDICTS, Generated
from empathy_assets.adapters.data_designer.chunks import KeptChunk, Material, chunks_of, material_of
from empathy_assets.adapters.data_designer.crew import Task, crew_at_work
from empathy_assets.adapters.data_designer.designer import Harvest, Job, Turns, run_designer
from empathy_assets.adapters.data_designer.guard import Guard, Stop
from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings, refuse_unreachable, wants_model
from empathy_assets.adapters.data_designer.store import Reply, ReplyStore, reply_key
from empathy_assets.adapters.progress import Progress
from empathy_assets.engines.generating.grammar.writing import record
from empathy_assets.engines.generating.marks import spelled
from empathy_assets.policy.load import number
from empathy_assets.records.arrow import conform, empty_frame, polars_schema
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.plan import PlanRow

_COUNTS = ("chunks", "chunks_reused", "rows_reused", "chunks_retried", "asked", "answered", "filled", "unjudged")


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
        artifact_dir: Folder for finished chunks, replies and Data Designer's own files.
        progress: Called with (rows done, rows in all) as groups of rows are finished.

    Raises:
        GenerationError: Rows ask for a model and no endpoint, model or key is configured, it refuses them, or the budget is spent.
        PolicyError: A bank or prompt is missing.
    """
    rows = conform(rows, PlanRow, name="generation_plan")
    refuse_unreachable(rows, settings)
    run = _Run(rows, material_of(rows, passages), settings, artifact_dir.resolve(), progress)
    parts = [empty_frame(Conversation), *run.chunks(list(chunks_of(rows, settings.rows_a_chunk)))]
    return run.result(_in_plan_order(pl.concat(parts), rows))


def write_chunk(task: Task) -> None:
    """Write and keep one chunk of the grammar's rows, as a worker of the crew does.

    Raises:
        GenerationError, PolicyError: As `generate`.
    """
    _Run(task.rows, task.material, task.settings, task.folder, None).chunk(task.rows)


def _in_plan_order(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    order = rows.select("row_id").with_row_index("place")
    row_id = pl.col("provenance").struct.field("plan_row_id").alias("row_id")
    return frame.with_columns(row_id).join(order, on="row_id", how="inner").sort("place").drop("place", "row_id")


class _Run:
    """One call of `generate`: what its chunks share."""

    def __init__(
        self, rows: pl.DataFrame, material: Material, settings: GenerationSettings, folder: Path, progress: Progress | None
    ) -> None:
        self.rows = rows
        self.material = material
        self.settings = settings
        self.folder = folder
        self.guard = Guard(settings)
        self.stats = dict.fromkeys(_COUNTS, 0)
        self.filled: set[str] = set()
        self.verdicts: list[dict[str, Any]] = []
        self.silent = 0  # pauses made in vain
        self._kept: dict[tuple[str, int], KeptChunk] = {}
        self._progress = progress
        self._done = 0

    def chunks(self, parts: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield the conversations of each chunk; those that the grammar writes alone are written ahead where that pays."""
        due = {i: rows for i, part in enumerate(parts) if (rows := self._due_alone(part))}
        tasks = {i: Task(parts[i], self.material.of(parts[i]), self.settings, self.folder) for i in due}
        size = self.settings.crew_size(len(tasks), sum(due.values()))
        with crew_at_work(size, self.folder) as crew:
            ahead = {i: crew.write(task) for i, task in tasks.items()} if size else {}
            for i, part in enumerate(parts):
                self.stats["chunks_retried"] += i in ahead and not ahead[i].result()
                reused = self.stats["chunks_reused"]
                frame = self.chunk(part)
                if i in ahead:
                    self.stats["chunks_reused"] = reused  # what is found on disk now was not there before
                yield frame

    def _due_alone(self, rows: pl.DataFrame) -> int:
        """Return how many rows of a chunk that is the grammar's alone are to be written."""
        return 0 if wants_model(rows) else self.kept(rows).due()

    def kept(self, rows: pl.DataFrame) -> KeptChunk:
        """Return the kept chunk of embedded rows; their keys are worked out once."""
        name = (rows.get_column("row_id")[0], rows.height) if rows.height else ("", 0)
        if name not in self._kept:
            self._kept[name] = KeptChunk(rows, self.material, self.folder / "chunks")
        return self._kept[name]

    def chunk(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the conversations of one chunk, from disk where possible."""
        frame = _Chunk(rows, self).finish()
        self._done += rows.height
        self.tell(0)
        return frame

    def tell(self, more: int) -> None:
        """Report progress: the chunks done and `more` rows of the next."""
        if self._progress is not None:
            self._progress(self._done + more, self.rows.height)

    def result(self, frame: pl.DataFrame) -> Generated:
        """Return the account of the run."""
        written = frame.select(pl.col("provenance").struct.field("plan_row_id").alias("row_id"))
        missing = self.rows.join(written, on="row_id", how="anti", maintain_order="left")
        lost = [*sorted(self.filled), *missing.get_column("row_id")]
        reasons = [(i, self.guard.reasons.get(i, "no reply"), "filled" if i in self.filled else "missing") for i in lost]
        totals = {"rows": self.rows.height, "written": frame.height, "missing": missing.height}
        asked = {name: getattr(self.guard, name) for name in ("requests", "prompt_tokens", "completion_tokens")}
        faults = sorted(self.guard.faults.items(), key=lambda item: (-item[1], item[0]))
        return Generated(
            frame,
            missing,
            totals | self.stats | asked,
            pl.DataFrame(reasons, schema=REASONS, orient="row"),
            pl.DataFrame(faults, schema=FAULTS, orient="row"),
            pl.DataFrame(self.verdicts, schema=VERDICTS),
        )


class _Chunk:
    """One chunk: what is kept of it, what is asked, what is filled."""

    def __init__(self, rows: pl.DataFrame, run: _Run) -> None:
        self._run = run
        self._rows = rows
        asked = rows.filter(pl.col("backend") == "llm")
        self._embedded = rows.filter(pl.col("backend") != "llm")
        self._fresh = self._embedded  # less what an earlier state of the chunk holds
        self._kept = run.kept(self._embedded)
        self._keys = {row["row_id"]: reply_key(row) for row in asked.iter_rows(named=True)}
        # One row of each key is asked: the members of a pair share one reply.
        self._asked = asked.filter(pl.Series(self._keys.values(), dtype=pl.String).is_first_distinct())
        self._harvest = Harvest()
        kind = str(rows.get_column("kind")[0])
        self._store = ReplyStore(run.folder / "replies", kind, run.settings.model, prompts.prompt(kind)) if self._keys else None
        self._replies = {k: v for k, v in (self._store.load() if self._store else {}).items() if k in set(self._keys.values())}
        self._name = f"{kind}-{rows.get_column('row_id')[0]}-{rows.height}"

    def finish(self) -> pl.DataFrame:
        """Return the chunk's conversations."""
        self._run.stats["chunks"] += 1
        written = self._kept.load()
        spare = self._kept.spare() if written is None else empty_frame(Conversation)
        known = spare.select(pl.col("provenance").struct.field("plan_row_id")).to_series()
        self._fresh = self._embedded.filter(~pl.col("row_id").is_in(known.implode()))
        self._run.stats["rows_reused"] += spare.height
        todo = self._todo(have_embedded=written is not None)
        self._run.stats["chunks_reused"] += todo.is_empty()
        left = self._run.settings.askings
        while left and todo.height:
            left -= self._ask(todo, left)
            self._accept(unjudged=not left)
            todo = self._todo(have_embedded=written is not None or bool(self._harvest.embedded))
        self._accept(unjudged=True)
        if written is None:
            fresh = self._records(self._fresh, self._harvest.embedded, "embedded")
            written = _in_plan_order(pl.concat([spare, fresh]), self._embedded)
            self._kept.save(written)
        return pl.concat([written, self._answered(), self._filled()])

    def _todo(self, *, have_embedded: bool) -> pl.DataFrame:
        """Return the rows still to be written; none for the model once it is given up."""
        open_rows = [i for i in self._asked["row_id"] if self._keys[i] not in self._replies]
        if self._run.guard.stop:
            self._run.guard.unasked(open_rows)
            open_rows = []
        asked = self._asked.filter(pl.col("row_id").is_in(open_rows))
        return asked if have_embedded else pl.concat([self._fresh, asked])

    def _ask(self, todo: pl.DataFrame, left: int) -> int:
        """Put rows to Data Designer; return 1 if that was an asking, 0 if it only told that the server is silent."""
        guard, run = self._run.guard, self._run
        before = len(self._harvest.replies)
        waiting = todo.filter(pl.col("backend") == "llm")
        job = Job(run.settings, run.material, run.folder / "designer", guard, self._harvest)
        run_designer(todo, job, f"{self._name}-{left}", self._on_batch)
        self._count(waiting)
        if guard.stop in (Stop.REFUSED, Stop.SPENT):
            self._accept(unjudged=True)
            raise GenerationError(self._stopped())
        if guard.stop is Stop.SILENT:
            gained = len(self._harvest.replies) - before
            run.silent = 1 if gained >= number("generation", "llm.failures_in_a_row") else run.silent + 1
            if run.silent <= number("generation", "llm.pauses"):
                time.sleep(run.settings.pause_seconds)
                guard.resume()
            return 0
        return 1

    def _count(self, waiting: pl.DataFrame) -> None:
        """Count askings, and replies that the parser refused: the library drops them without a word."""
        for row_id in waiting["row_id"]:
            reason = self._run.guard.reasons.get(row_id, "")
            self._run.stats["asked"] += not reason.startswith("not asked")
            if row_id in self._harvest.replies:
                self._run.stats["answered"] += 1
            elif reason == "malformed reply":
                self._run.guard.missed(row_id, reason)

    def _stopped(self) -> str:
        guard, settings = self._run.guard, self._run.settings
        kept = f"{len(self._replies)} replies of this chunk and all of those before it are kept; the next run asks only for the rest"
        if guard.stop is Stop.SPENT:
            spent = f"{guard.cost():.2f} on {guard.requests} requests"
            return f"the budget of {settings.budget:g} is spent ({spent}): {kept}. Raise EMPATHY_LLM_BUDGET"
        remedy = (
            f"check {settings.key_env or 'the key'}, EMPATHY_LLM_MODEL={settings.model} and the account, or set EMPATHY_BACKEND=embedded"
        )
        return f"{settings.endpoint} refuses: {guard.said}; {remedy}. {kept}"

    def _on_batch(self) -> None:
        self._accept(unjudged=False)
        self._run.tell(len(self._harvest.embedded) + len(self._replies))

    def _accept(self, *, unjudged: bool) -> None:
        """Move what the harvest holds into the store: judged replies, or all of them."""
        found: list[tuple[str, str, Reply]] = []
        for row_id, turns in self._harvest.replies.items():
            verdict = self._harvest.verdicts.get(row_id, {})
            key = self._keys[row_id]
            if key not in self._replies and (verdict or unjudged or not self._run.settings.judge):
                self._run.stats["unjudged"] += self._run.settings.judge and not verdict
                self._replies[key] = Reply(turns, verdict)
                found.append((key, row_id, self._replies[key]))
        if self._store is not None:
            self._store.add(found)

    def _answered(self) -> pl.DataFrame:
        """Return the conversations of the model."""
        turns: dict[str, Turns] = {}
        rows = self._rows.filter(pl.col("backend") == "llm")
        for row in rows.iter_rows(named=True):
            reply = self._replies.get(self._keys[row["row_id"]])
            if reply is not None:
                turns[row["row_id"]] = spelled(reply.turns, row["bias_value"])[0] if row["pair_id"] else reply.turns
                if reply.verdict:
                    self._run.verdicts.append({"row_id": row["row_id"], **reply.verdict})
        return self._records(rows, turns, f"llm:{self._run.settings.model}")

    def _filled(self) -> pl.DataFrame:
        """Return what the grammar writes for rows the model never answered; not kept, so that a second run asks the model again."""
        lost = [i for i, key in self._keys.items() if key not in self._replies]
        rows = self._rows.filter(pl.col("row_id").is_in(lost)).with_columns(backend=pl.lit("embedded"))
        if not self._run.settings.fill or rows.is_empty():
            return empty_frame(Conversation)
        self._run.stats["filled"] += rows.height
        self._run.filled.update(lost)
        harvest = Harvest()
        job = Job(self._run.settings, self._run.material, self._run.folder / "designer", self._run.guard, harvest)
        run_designer(rows, job, f"{self._name}-fill", lambda: None)
        return self._records(rows, harvest.embedded, "embedded")

    def _records(self, rows: pl.DataFrame, turns: dict[str, Turns], backend: str) -> pl.DataFrame:
        material = self._run.material
        found: Iterable[dict[str, Any]] = (row for row in rows.iter_rows(named=True) if row["row_id"] in turns)
        records = [record(row, turns[row["row_id"]], material.passage(row), backend, material.voice(row)) for row in found]
        return pl.DataFrame(records, schema=polars_schema(Conversation), orient="row")
