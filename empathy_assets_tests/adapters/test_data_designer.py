"""Data Designer: real runs of both backends, against a local OpenAI-compatible server that misbehaves like real ones do."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import GenerationError, GenerationSettings, generate
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets_tests.engines.generating.test_plan import passages, plan

KEY = "sk-test-0123456789"
KEY_ENV = "EMPATHY_TEST_LLM_KEY"


class Model(ThreadingHTTPServer):
    """Answers chat completions with a dialogue; `faults` answers by running number, `broken` all of them."""

    daemon_threads = True

    def __init__(self, faults: dict[int, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults = faults or {}
        self.broken = False
        self.prompts: list[str] = []
        self.keys: set[str] = set()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Model

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            number = len(self.server.prompts)
            self.server.prompts.append(json.dumps(body["messages"]))
            self.server.keys.add(self.headers.get("Authorization", ""))
        fault = "500" if self.server.broken else self.server.faults.get(number, "")
        if fault == "500":
            self._send(500, {"error": {"message": "overloaded"}})
            return
        turns = [{"role": ("user", "assistant")[i % 2], "content": f"Turn {i} of reply {number}."} for i in range(18)]
        content = "I would rather write a poem." if fault == "malformed" else "```json\n" + json.dumps({"turns": turns}) + "\n```"
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
        self._send(200, {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage})

    def _send(self, status: int, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def model() -> Iterator[Model]:
    server = Model({1: "500", 3: "malformed", 6: "malformed"})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def settings(model: Model, **given: Any) -> GenerationSettings:
    return GenerationSettings(**{"endpoint": model.url, "model": "m", "key_env": KEY_ENV, "timeout": 20, **given})


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return plan(300)


def test_embedded_run_equals_the_grammar_and_is_kept(rows: pl.DataFrame, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    small = GenerationSettings(chunk_rows=60)
    first = generate(rows, passages(), small, tmp_path, progress=lambda done, total: told.append((done, total)))
    assert first.frame.equals(write(rows, passages()))
    assert first.missing.is_empty()
    assert told[-1] == (rows.height, rows.height)
    chunks = sorted((tmp_path / "chunks").glob("*.parquet"))
    assert len(chunks) == first.stats["chunks"]
    chunks[0].unlink()
    second = generate(rows, passages(), small, tmp_path)
    assert second.stats["chunks_reused"] == second.stats["chunks"] - 1
    assert second.frame.equals(first.frame)


def test_chunks_do_not_change_the_bytes(rows: pl.DataFrame, tmp_path: Path) -> None:
    some = rows.head(40)
    one = generate(some, passages(), GenerationSettings(chunk_rows=7), tmp_path / "a").frame
    other = generate(some, passages(), GenerationSettings(), tmp_path / "b").frame
    assert one.equals(other)


def test_model_writes_and_missing_rows_are_asked_again(
    rows: pl.DataFrame, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    mixed = (
        rows.filter(pl.col("kind") == "grounded")
        .head(16)
        .with_columns(backend=pl.when(pl.int_range(pl.len()) % 4 == 3).then(pl.lit("embedded")).otherwise(pl.lit("llm")))
    )
    made = generate(mixed, passages(), settings(model), tmp_path)
    written_by = made.frame["provenance"].struct.field("backend").to_list()
    assert made.frame.height == mixed.height
    assert written_by == ["embedded" if b == "embedded" else "llm:m" for b in mixed["backend"]]
    assert model.keys == {f"Bearer {KEY}"}
    assert any("Patience with a frightened part" in prompt for prompt in model.prompts)
    asked = len(model.prompts)
    assert generate(mixed, passages(), settings(model), tmp_path).frame.equals(made.frame)
    assert len(model.prompts) == asked
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_dead_server_is_filled_or_reported_and_asked_again_later(
    rows: pl.DataFrame, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    model.broken = True
    few = rows.filter(pl.col("kind") == "therapeutic").head(3).with_columns(backend=pl.lit("llm"))
    reported = generate(few, passages(), settings(model, retries=0, fill=False), tmp_path)
    assert reported.missing.equals(few)
    assert reported.frame.is_empty()
    filled = generate(few, passages(), settings(model, retries=0), tmp_path)
    assert filled.stats["filled"] == 3
    assert filled.frame["provenance"].struct.field("backend").unique().to_list() == ["embedded"]
    model.broken = False
    later = generate(few, passages(), settings(model), tmp_path)
    assert later.frame["provenance"].struct.field("backend").unique().to_list() == ["llm:m"]


def test_what_cannot_start_says_what_to_change(rows: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = rows.head(2).with_columns(backend=pl.lit("llm"))
    monkeypatch.delenv(KEY_ENV, raising=False)
    with pytest.raises(GenerationError, match="not both set"):
        generate(wanted, passages(), GenerationSettings(), tmp_path)
    with pytest.raises(GenerationError, match=KEY_ENV):
        generate(wanted, passages(), GenerationSettings(endpoint="http://localhost:1", model="m", key_env=KEY_ENV), tmp_path)
