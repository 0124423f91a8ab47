"""Tests of what a sensor sees and remembers."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from empathy_assets.adapters.watch import Memory, abandoned, by_folder, settled, snapshot


def state(landing: Path) -> dict[str, str]:
    return by_folder(snapshot(landing))


def test_added_changed_and_removed_files_are_seen_by_folder(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    empty = Memory(state=state(tmp_path))
    (tmp_path / "books" / "a.txt").write_text("one")
    one = Memory(state=state(tmp_path))
    (tmp_path / "books" / "a.txt").write_text("one and more")
    (tmp_path / "rights.toml").write_text("")
    both = Memory(state=state(tmp_path))
    assert empty.changed(one.state) == ["books"]
    assert one.changed(both.state) == ["books", "rights.toml"]
    assert both.changed(empty.state) == ["books", "rights.toml"]
    assert both.changed(state(tmp_path)) == []


@pytest.mark.parametrize("folder", ["papers", "videos", "transcripts/by_year", "conversations", "anything new"])
def test_every_folder_of_landing_is_watched(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "list.txt").write_text("x")
    assert list(state(tmp_path)) == [folder.split("/")[0]]


def test_hidden_files_queries_vanished_files_and_a_missing_folder_are_nothing(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "mine.txt").write_text("grief")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert snapshot(tmp_path) == {}
    assert snapshot(tmp_path / "none") == {}


def test_what_arrived_later_is_told_even_where_the_copy_keeps_its_old_date(tmp_path: Path) -> None:
    (tmp_path / "early.txt").write_text("x")
    time.sleep(0.05)
    moment = time.time()
    time.sleep(0.05)
    (tmp_path / "late.txt").write_text("x")
    os.utime(tmp_path / "late.txt", (0, 0))
    assert list(snapshot(tmp_path, until=moment)) == ["early.txt"]
    assert list(snapshot(tmp_path)) == ["early.txt", "late.txt"]


def test_a_file_that_grows_has_not_settled(tmp_path: Path) -> None:
    file = tmp_path / "growing.pdf"
    file.write_text("half")
    waits: list[float] = []

    def copied_on(seconds: float) -> None:
        waits.append(seconds)
        file.write_text("half and more")

    assert not settled(lambda: state(tmp_path), state(tmp_path), copied_on)
    assert settled(lambda: state(tmp_path), state(tmp_path), waits.append)
    assert len(waits) == 2
    assert min(waits) > 0


@pytest.mark.parametrize("cursor", [None, "", "{}x", '{"books": "old form"}', '{"state": 3}'])
def test_an_empty_or_foreign_cursor_is_no_memory(cursor: str | None) -> None:
    assert Memory.of(cursor) is None


def test_a_cursor_comes_back() -> None:
    memory = Memory(state={"books": "a"}, asked=3)
    assert Memory.of(memory.model_dump_json()) == memory


def test_only_a_local_server_that_is_gone_is_abandoned(tmp_path: Path) -> None:
    address = str(tmp_path / "s")
    info = json.dumps({"host": "localhost", "socket": address})
    assert abandoned(info)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        assert not abandoned(info)
    assert abandoned(info)  # the file of a killed server stays
    for unknown in (None, "", "no JSON", "[]", '{"host": "elsewhere", "port": 4000}'):
        assert not abandoned(unknown)
