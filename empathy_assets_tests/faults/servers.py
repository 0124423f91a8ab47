"""The S3 server of the fault tests: moto in a process of its own, with its request log."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_LINE = re.compile(r'"(?P<method>[A-Z]+) (?P<path>\S+) HTTP/1\.\d" (?P<status>\d{3})')


@dataclass(frozen=True)
class Moto:
    """A running server."""

    url: str
    log: Path

    def requests(self) -> list[tuple[str, str, int]]:
        """Return method, path with query, and status of every request the server has answered."""
        found = _LINE.finditer(self.log.read_text(errors="replace"))
        return [(line["method"], line["path"], int(line["status"])) for line in found]

    def parts(self, key: str) -> list[int]:
        """Return the numbers of the parts of a key that the server took, in their order; one sent twice stands there twice."""
        sent = (path for method, path, status in self.requests() if method == "PUT" and status == 200 and f"/{key}?" in path)
        return [int(found.group(1)) for path in sent if (found := re.search(r"partNumber=(\d+)", path))]


@contextmanager
def moto(folder: Path) -> Iterator[Moto]:
    """Start a server, yield it, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    command = [sys.executable, "-c", f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COV_", "COVERAGE_"))}
    with log.open("w") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=environment)
    server = Moto(f"http://127.0.0.1:{port}", log)
    try:
        _await(server.url, process)
        yield server
    finally:
        process.kill()
        process.wait()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server did not start"
        try:
            httpx.get(f"{url}/moto-api/", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
