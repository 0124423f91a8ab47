"""Tests that no hostile file hangs, leaks, reaches the network or stops the others: all through the public path at once."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import polars as pl
import pytest

from empathy_assets.adapters.isolation import ReaderPool
from empathy_assets.adapters.landing import Landed, read_paths
from empathy_assets_tests.wild import hostile, hostile_books
from empathy_assets_tests.wild.hostile import MARKER, TRUTH, Attack, Ground

_RIGHTS = '["**"]\nlicence = "CC0-1.0"\norigin = "the attacker"\n'
_DEADLINE = 15.0
_PATTERN = 4000
_ATTACKS = [*hostile.ATTACKS, *hostile_books.ATTACKS, *hostile.patterns(_PATTERN)]
_ODD_NAMES = {"names/new\nline.txt": 1, "names/esc\x1b[31m.txt": 1, "names/\u202etxt.txt": 1, "names/" + "n" * 250 + ".txt": 1}
_SPECIAL = {"special/link.txt": "symlink", "special/folder": "symlink", "special/self.txt": "symlink", "special/zero.txt": "symlink"}


@dataclass
class _Reading:
    """What reading all attacks gave, and what the server was asked for."""

    landed: Landed
    requests: list[str] = field(default_factory=list[str])

    def records(self, file: str) -> list[dict[str, object]]:
        frames = (self.landed.passages, self.landed.conversations)
        return [row for f in frames for row in f.filter(pl.col("provenance").struct.field("file") == file).to_dicts()]

    def reasons(self, file: str) -> list[str]:
        return self.landed.rejects.filter(pl.col("file") == file)["reason"].unique().sort().to_list()


def _plant(folder: Path, ground: Ground) -> None:
    """Write every attack below `folder`, with the links, pipes and names that are attacks themselves."""
    for attack in _ATTACKS:
        data, path = attack.make(ground), folder / attack.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    special = folder / "special"
    for name in (special, folder / "names"):
        name.mkdir()
    (special / "link.txt").symlink_to(ground.outside)
    (special / "folder").symlink_to(Path(ground.outside).parent, target_is_directory=True)
    (special / "self.txt").symlink_to("self.txt")
    (special / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(special / "pipe.txt")
    (special / "closed.txt").write_text(TRUTH * 6)
    (special / "closed.txt").chmod(0)
    for name in _ODD_NAMES:
        (folder / name).write_text(TRUTH * 6)
    (folder / "rights.toml").write_text(_RIGHTS)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Reading]:
    """Read all attacks in one call while a server listens that nobody may ask for anything."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    root = tmp_path_factory.mktemp("hostile")
    outside = root / "outside" / "secret.txt"
    outside.parent.mkdir()
    outside.write_text(f"{MARKER}\n")
    (root / "landing").mkdir()
    _plant(root / "landing", Ground(str(outside), f"http://127.0.0.1:{server.server_port}/"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("empathy_assets.adapters.landed_files.ReaderPool", partial(ReaderPool, deadline=lambda _: _DEADLINE))
        landed = read_paths([root / "landing"])
    yield _Reading(landed, requests)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("attack", [a for a in _ATTACKS if "*" not in a.reasons], ids=lambda a: a.name)
def test_an_attack_ends_as_harmless_records_or_as_a_reject_that_says_why(reading: _Reading, attack: Attack) -> None:
    reasons = reading.reasons(attack.name)
    assert set(reasons) <= set(attack.reasons)
    assert bool(reading.records(attack.name)) is attack.records
    assert reasons or attack.records


def test_runs_of_one_sign_end_as_records_or_rejects(reading: _Reading) -> None:
    names = {a.name for a in _ATTACKS if "*" in a.reasons}
    assert {n for n in names if not reading.records(n) and not reading.reasons(n)} == set()
    ends = {reason for name in names for reason in reading.reasons(name)}
    assert ends & {"timeout", "memory", "reader-crashed"} == set()


def test_links_and_pipes_are_not_opened(reading: _Reading) -> None:
    assert {name: reading.reasons(name) for name in _SPECIAL} == {name: [reason] for name, reason in _SPECIAL.items()}
    assert reading.reasons("special/pipe.txt") == ["unreadable"]
    assert reading.reasons("special/closed.txt") == ["unreadable"] or os.access("/root", os.W_OK)


def test_odd_names_stand_in_the_records_as_they_are(reading: _Reading) -> None:
    assert {name: len(reading.records(name)) for name in _ODD_NAMES} == _ODD_NAMES


def test_nothing_outside_was_read_and_nobody_was_asked(reading: _Reading) -> None:
    tables = (reading.landed.passages, reading.landed.conversations, reading.landed.papers, reading.landed.rejects)
    assert not any(MARKER in frame.write_json() for frame in tables)
    assert reading.requests == []


def test_every_reject_names_reason_and_remedy(reading: _Reading) -> None:
    rejects = reading.landed.rejects
    assert rejects.filter((pl.col("reason") == "") | (pl.col("remedy") == ""))["reason"].unique().to_list() == []


@pytest.mark.parametrize("place", [b"bad\xff\xfe.txt", b"bad\xff/a.txt"])
def test_a_name_that_is_no_utf8_is_escaped(tmp_path: Path, place: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/landing/" + place))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TRUTH * 6)
    except OSError:
        pytest.skip("this file system takes no such names")
    (tmp_path / "landing" / "rights.toml").write_text(_RIGHTS)
    (path.parent / "broken.pdf").write_text("%PDF-1.7")
    landed = read_paths([tmp_path / "landing"])
    assert landed.passages["provenance"].struct.field("file").unique().len() == 1
    assert landed.rejects["reason"].to_list() == ["damaged"]
