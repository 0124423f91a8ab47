"""A Ceph cluster of one machine, thrown away after use: monitor, one storage daemon in memory, object gateway over https.

Lives here: starting it from Debian's packages in a folder of its own, its users, its request log, its outages. Must not live here: what is
asked of it. Everything listens on 127.0.0.1 and nothing is written outside the folder.
"""

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from empathy_assets_tests.faults.certificates import private_server

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
ABSENT = "Ceph is not installed: apt-get install --no-install-recommends ceph-common ceph-mon ceph-osd radosgw"
_PATIENCE = 120.0  # seconds; the first pools of a gateway take ten
_LINE = re.compile(r'"(?P<method>[A-Z]+) (?P<path>\S+) HTTP/1\.\d" (?P<status>\d{3})')
_CONFIG = """[global]
fsid = {fsid}
mon host = {monitor}
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
run dir = {folder}
admin socket = {folder}/$name.$pid.asok
pid file = {folder}/$name.pid
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
crash dir = {folder}
mon data = {folder}/mon
osd data = {folder}/osd
rgw data = {folder}/rgw
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
mon allow pool size one = true
mon data avail crit = 0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
"""


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def free_port() -> int:
    """Return a port of this machine nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@dataclass
class Ceph:
    """A running cluster."""

    folder: Path
    url: str
    authority: Path
    daemons: ExitStack
    gateway: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def _config(self) -> str:
        return str(self.folder / "ceph.conf")

    def ask(self, program: str, *arguments: str) -> str:
        """Run one of Ceph's programs on this cluster and return what it printed."""
        command = [program, "--conf", self._config, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"
        return done.stdout

    def spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a daemon; it ends with the cluster."""
        with (self.folder / f"{program}.out").open("ab") as sink:
            command = [program, "--conf", self._config, "--foreground", *arguments]
            process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
        self.daemons.callback(_end, process)
        return process

    def user(self, name: str, access: str, secret: str) -> None:
        """Make a user with a pair of keys."""
        keys = ("--access-key", access, "--secret-key", secret)
        self.ask("radosgw-admin", "user", "create", "--uid", name, "--display-name", name, *keys)

    def start_gateway(self) -> None:
        """Start the gateway and wait until it answers."""
        pem = self.folder / "server.pem"
        port = self.url.rpartition(":")[2]
        frontends = f"beast ssl_endpoint=127.0.0.1:{port} ssl_certificate={pem} ssl_private_key={pem}"
        self.gateway = self.spawn("radosgw", "--name", "client.gateway", "--rgw-frontends", frontends)
        trusting = ssl.create_default_context(cafile=str(self.authority))
        deadline = time.monotonic() + _PATIENCE
        while True:
            assert self.gateway.poll() is None, (self.folder / "radosgw.out").read_text()[-2000:]
            try:
                httpx.get(self.url, verify=trusting, timeout=2)
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "the gateway does not answer"
                time.sleep(0.1)
            else:
                return

    def kill_gateway(self) -> None:
        """End the gateway as a crash does: connections break in the middle."""
        assert self.gateway
        self.gateway.send_signal(signal.SIGKILL)
        self.gateway.wait()

    def requests(self) -> list[tuple[str, str, int]]:
        """Return method, path with query, and status of every request the gateway has answered, in their order."""
        log = (self.folder / "client.gateway.log").read_text(errors="replace")
        return [(line["method"], line["path"], int(line["status"])) for line in _LINE.finditer(log)]

    def parts(self, key: str) -> list[int]:
        """Return the numbers of the parts of a key that the gateway took; one sent twice stands there twice."""
        sent = (path for method, path, status in self.requests() if method == "PUT" and status == 200 and f"/{key}?" in path)
        return [int(found.group(1)) for path in sent if (found := re.search(r"partNumber=(\d+)", path))]


@contextmanager
def ceph(folder: Path) -> Iterator[Ceph]:
    """Start a cluster in an empty folder with a short path, yield it, and end it."""
    authority, _ = private_server(folder)
    fsid, disk = str(uuid.uuid4()), str(uuid.uuid4())
    monitor = f"[v2:127.0.0.1:{free_port()},v1:127.0.0.1:{free_port()}]"
    (folder / "ceph.conf").write_text(_CONFIG.format(fsid=fsid, monitor=monitor, folder=folder))
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()
    with ExitStack() as daemons:
        cluster = Ceph(folder, f"https://127.0.0.1:{free_port()}", authority, daemons)
        monmap = str(folder / "monmap")
        subprocess.run(["monmaptool", "--create", "--fsid", fsid, "--addv", "a", monitor, monmap], capture_output=True, check=True)
        cluster.ask("ceph-mon", "--mkfs", "--id", "a", "--monmap", monmap)
        cluster.spawn("ceph-mon", "--id", "a")
        cluster.ask("ceph", "osd", "new", disk)
        cluster.ask("ceph-osd", "--id", "0", "--mkfs", "--osd-uuid", disk)
        cluster.spawn("ceph-osd", "--id", "0")
        _await_disk(cluster)
        cluster.start_gateway()
        yield cluster


def _await_disk(cluster: Ceph) -> None:
    deadline = time.monotonic() + _PATIENCE
    while json.loads(cluster.ask("ceph", "osd", "stat", "--format", "json"))["num_up_osds"] < 1:
        assert time.monotonic() < deadline, "the storage daemon does not come up"
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
