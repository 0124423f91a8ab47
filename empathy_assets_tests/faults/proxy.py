"""A small HTTP proxy in front of an S3 server that answers, breaks, shortens, hangs or is gone, as a test's rule says."""

import http.client
import random
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """The server answers with an error of S3 instead of doing anything."""

    status: int
    code: str
    extra: str = ""  # more XML


@dataclass(frozen=True)
class Reset:
    """The connection is reset: before the server hears of it, or after it has done its work."""

    after: bool = False


@dataclass(frozen=True)
class Truncate:
    """The body ends early: with the right length in the header, or with a header that lies as well."""

    keep: float = 0.5
    lie: bool = False


@dataclass(frozen=True)
class Hang:
    """Nothing comes for some seconds, then the connection closes."""

    seconds: float


Fault = Answer | Reset | Truncate | Hang


@dataclass
class Seen:
    """A request, and what became of it."""

    method: str
    path: str
    query: dict[str, str]
    size: int
    fault: Fault | None = None
    status: int = 0

    @property
    def part(self) -> int:
        """The number of the part that a request sends; 0 if none."""
        return int(self.query.get("partNumber", 0)) if self.method == "PUT" else 0


Rule = Callable[[Seen], Fault | None]


def sometimes(share: float, *faults: Fault, when: Callable[[Seen], bool] = lambda _: True) -> Rule:
    """Return the rule that inflicts one of the faults on a share of the requests, drawn with a fixed seed."""
    dice = random.Random(7)
    return lambda seen: dice.choice(faults) if when(seen) and dice.random() < share else None


@dataclass
class Proxy:
    """The proxy of one test: `url` to point clients at, `rule` to break requests, `seen` to look at afterwards."""

    upstream: str
    rule: Rule = field(default=lambda _: None)
    seen: list[Seen] = field(default_factory=list)
    date: str = ""  # the server's clock, if it shall be off
    initiated: str = ""  # when unfinished uploads were begun; moto says 2010 of all
    url: str = ""
    out_until: float = 0.0

    def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port, over https if a certificate is given."""
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def outage(self, seconds: float) -> None:
        """Be gone for some seconds from now on: every connection is reset."""
        self.out_until = time.monotonic() + seconds

    def faults(self) -> list[Fault]:
        """Return the faults that were inflicted."""
        return [seen.fault for seen in self.seen if seen.fault]


class _Handler(BaseHTTPRequestHandler):
    owner: Proxy
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        return

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _serve(self) -> None:
        try:
            self._answer()
        except ConnectionError:  # the client is gone: killed, or out of patience
            self.close_connection = True

    def _answer(self) -> None:
        if time.monotonic() < self.owner.out_until:
            self._reset()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        seen = Seen(self.command, parts.path, query, len(body))
        seen.fault = self.owner.rule(seen)
        self.owner.seen.append(seen)
        match seen.fault:
            case Answer(status, code, extra):
                seen.status = status
                message = f"<Error><Code>{code}</Code><Message>{code} for key user</Message>{extra}</Error>".encode()
                self._send(status, {"Content-Type": "application/xml"}, b"" if self.command == "HEAD" else message)
            case Hang(seconds):
                time.sleep(seconds)
                self._reset()
            case Reset(after=False):
                self._reset()
            case fault:
                self._forward(seen, body, fault)

    def _forward(self, seen: Seen, body: bytes, fault: Fault | None) -> None:
        connection = http.client.HTTPConnection(self.owner.upstream.removeprefix("http://"), timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "expect", "transfer-encoding")}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        if self.owner.initiated:
            data = re.sub(rb"<Initiated>[^<]+", f"<Initiated>{self.owner.initiated}".encode(), data)
        connection.close()
        seen.status = answer.status
        if isinstance(fault, Reset):
            self._reset()
            return
        kept = {n: v for n, v in answer.getheaders() if n.lower() not in ("connection", "transfer-encoding", "content-length", "server")}
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self._send(answer.status, kept | ({"Content-Length": length} if length else {}), data, fault if data else None)

    def _send(self, status: int, headers: dict[str, str], data: bytes, fault: Fault | None = None) -> None:
        cut = int(len(data) * fault.keep) if isinstance(fault, Truncate) else len(data)
        length = cut if isinstance(fault, Truncate) and fault.lie else len(data)
        self.send_response_only(status)
        for name, value in ({"Content-Length": str(length)} | headers | ({"Date": self.owner.date} if self.owner.date else {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[:cut])
        if cut < length:
            self.wfile.flush()
            self._reset()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815 - the base class calls them so
