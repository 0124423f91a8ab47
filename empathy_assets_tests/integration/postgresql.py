"""A PostgreSQL server of Debian's packages, thrown away after use: its programs, run as an ordinary user in a folder of its own.

Lives here: starting, breaking and ending it. Must not live here: what is asked of it. It listens on 127.0.0.1 and asks for a password; the
server that Debian starts by itself is not touched.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from empathy_assets_tests.integration.ceph import free_port

OLDEST = 15
ABSENT = f"PostgreSQL {OLDEST} or newer is not installed: apt-get install postgresql"
# pragma: allowlist nextline secret - of a server of the tests
USER, SECRET = "emp athy@home", "p@ss/w%rd:?#'\" ü"  # what a URL, a shell and a configuration file each need escaped
_PACKAGED = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Return the folder of the newest server that is new enough, or None."""
    found = sorted((int(folder.name), folder / "bin") for folder in _PACKAGED.glob("*") if re.fullmatch(r"\d+", folder.name))
    return found[-1][1] if found and found[-1][0] >= OLDEST and (found[-1][1] / "initdb").exists() else None


@dataclass(frozen=True)
class Server:
    """A server, running or not."""

    bin: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The URL of its database `postgres`."""
        return f"postgresql://{quote(USER, safe='')}:{quote(SECRET, safe='')}@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str, stdin: str = "") -> None:
        """Run one of its programs as an ordinary user: as root it refuses to."""
        whose = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **whose,
        )
        assert done.returncode == 0, f"{program}: {done.stdout[-1000:]}{done.stderr[-2000:]}"

    def control(self, *command: str) -> None:
        """Hand a command to `pg_ctl` and wait until it is done."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder}"
        # A log of its own, so that the server does not hold the pipes of this call open.
        self.run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options, *command)

    def start(self) -> None:
        """Start it."""
        self.control("start")

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """End it: `fast` cuts every connection, `immediate` is a crash, from which the next start recovers."""
        self.control("-m", how, "stop")


@contextmanager
def postgresql(binaries: Path, folder: Path) -> Iterator[Server]:
    """Make a server in an empty folder, start it, yield it, and end it."""
    server = Server(binaries, folder, free_port())
    secret = folder / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in (folder, secret):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    initial = ("--auth", "scram-sha-256", "--pwfile", str(secret), "--username", USER, "--encoding", "UTF8", "--locale", "C.UTF-8")
    server.run("initdb", "-D", str(folder / "data"), *initial)
    secret.unlink()
    server.start()
    try:
        yield server
    finally:
        with suppress(AssertionError):  # a test that failed may have left it stopped
            server.stop("immediate")
        shutil.rmtree(folder)
