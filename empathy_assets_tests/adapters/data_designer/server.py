"""A local OpenAI-compatible server that answers like real ones: rarely at first, never always."""

import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789"
KEY_ENV = "EMPATHY_TEST_LLM_KEY"

Fault = Callable[[int, str], str]
"""Given the running number of a request and what it asks for (`write` or `judge`), the fault to answer with; empty: none."""


class Model(ThreadingHTTPServer):
    """Answers chat completions with dialogues and verdicts, or with faults.

    Faults are a status code, `malformed`, `html`, `short`, `stall`, and `hang up`, as a dying server does.

    Attributes:
        fault: Which fault a request meets.
        unsafe: Rows whose first dialogue the judge finds unsafe.
        asked: Requests for a dialogue by row id.
        judged: Requests for a verdict by row id.
        prompts: Every prompt.
        keys: Every Authorization header.
        stall_seconds: How long a stalled request hangs.
        thinks: Whether replies come with the model's thoughts, as those of reasoning models do.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fault: Fault | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.fault: Fault = fault or (lambda number, what: "")
        self.unsafe: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.judged: Counter[str] = Counter()
        self.prompts: list[str] = []
        self.keys: set[str] = set()
        self.lock = threading.Lock()
        self.stall_seconds = 5.0
        self.thinks = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def serving(model: Model) -> Iterator[Model]:
    """Serve until the block ends; then the port is closed."""
    thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.shutdown()
        model.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Model  # pyright: ignore[reportIncompatibleVariableOverride] - handles requests of this server alone

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = json.dumps(body["messages"])
        found = re.search(r"\(Reference ([^\s);]+)", prompt)
        row = found.group(1) if found else ""
        what = "judge" if "JudgeStructuredOutput" in prompt else "write"
        with self.server.lock:
            number = len(self.server.prompts)
            self.server.prompts.append(prompt)
            self.server.keys.add(self.headers.get("Authorization", ""))
            (self.server.judged if what == "judge" else self.server.asked)[row] += 1
            fault = self.server.fault(number, what)
            unsafe = what == "judge" and row in self.server.unsafe and self.server.judged[row] == 1
        if fault == "stall":
            time.sleep(self.server.stall_seconds)
        if fault == "hang up":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault.isdigit():
            self._send(int(fault), {"error": {"message": f"no: {fault}"}})
        elif fault == "html":
            self._send_bytes(200, b"<html>Welcome to the gateway</html>", "text/html")
        else:
            self._send(200, _completion(_content(what, fault, row, unsafe=unsafe), thinks=self.server.thinks))

    def _send(self, status: int, content: dict[str, Any]) -> None:
        self._send_bytes(status, json.dumps(content).encode(), "application/json")

    def _send_bytes(self, status: int, data: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status == 429:
                self.send_header("Retry-After", "0.05")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client did not wait


def _content(what: str, fault: str, row: str, *, unsafe: bool) -> str:
    if fault == "malformed":
        return "I would rather write a poem."
    if what == "judge":
        scores = {"ears": 4, "groundedness": 3, "safety": "unsafe" if unsafe else "safe"}
        return _fenced({name: {"score": score, "reasoning": f"Turn 1 of {row}."} for name, score in scores.items()})
    turns = 2 if fault == "short" else 16
    marks = "As [[who]] among [[group]], " if row.startswith("bias") else ""
    return _fenced({"turns": [{"role": ("user", "assistant")[i % 2], "content": f"{marks}turn {i} of {row}."} for i in range(turns)]})


def _fenced(content: dict[str, Any]) -> str:
    return "```json\n" + json.dumps(content) + "\n```"


def _completion(content: str, *, thinks: bool) -> dict[str, Any]:
    thoughts = {"reasoning_content": "They might be tired."} if thinks else {}
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **thoughts}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
