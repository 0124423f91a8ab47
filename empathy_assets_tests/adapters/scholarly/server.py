"""A real HTTP server in a thread that answers as a test tells it to, and remembers when it was asked what."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """One answer; `stall` seconds pass before the body, `cut` drops the connection after so many bytes of it.

    `reset` drops it hard, as a broken line does; `drip` sends byte by byte with so many seconds between.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stall: float = 0.0
    cut: int | None = None
    reset: bool = False
    drip: float = 0.0


@dataclass
class Asked:
    """One request as the server saw it."""

    at: float
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Server:
    """Address and log of a running server."""

    base: str
    log: list[Asked] = field(default_factory=list)

    def most_within(self, seconds: float) -> int:
        """Return the most requests seen within any span of so many seconds."""
        times = [asked.at for asked in self.log]
        return max(sum(start <= at < start + seconds for at in times) for start in times)

    def gaps(self) -> list[float]:
        """Return the seconds between requests."""
        return [b.at - a.at for a, b in zip(self.log, self.log[1:], strict=False)]


@contextmanager
def serving(answer: Callable[[Asked, int], Answer]) -> Iterator[Server]:
    """Run a server that calls `answer(request, how many came before)` for each request."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            params = {k: v[0] for k, v in parse_qs(url.query, keep_blank_values=True).items()}
            asked = Asked(time.monotonic(), url.path, params, {k.lower(): v for k, v in self.headers.items()})
            with lock:
                number = len(server.log)
                server.log.append(asked)
            reply = answer(asked, number)
            if reply.stall:
                time.sleep(reply.stall)
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                body = reply.body if reply.cut is None else reply.body[: reply.cut]
                for start in range(0, len(body), step := 1 if reply.drip else len(body) or 1):
                    self.wfile.write(body[start : start + step])
                    time.sleep(reply.drip)
            except OSError:
                self.close_connection = True
            if reply.cut is not None:
                self.close_connection = True
                if reply.reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test output clean."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
