"""Dagster's embedded storage, held open while a run writes its events there.

Dagster opens an SQLite file anew for every event and closes it again. Whoever closes a file in WAL mode last writes its whole log back and
syncs: a build of hundreds of events spends seconds on that. One connection that stays open keeps the log, and a crash of the process loses
nothing: the log is read at the next start. Servers (PostgreSQL) are not touched.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def held_open(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Keep the files that events of a run go to open for the block; of an instance that is not embedded, or in memory, there are none."""
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    storage = instance.event_log_storage
    # A storage configured as one (`storage: sqlite`) hands each part out behind a wrapper of its own.
    storage = getattr(storage, "event_log_storage", storage)
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    for shard in (storage.run_connection(run_id), storage.index_connection()):
        with shard:  # one after the other, they share a lock; from now on both files are there
            pass
    files = [Path(storage.path_for_shard(name)) for name in ("index", run_id)]
    event.listen(Engine, "connect", _without_waiting)
    try:
        with ExitStack() as stack:
            for file in [*files, files[0].parents[1] / "runs.db"]:
                if file.exists():
                    stack.enter_context(closing(_opened(file)))
            yield
    finally:
        event.remove(Engine, "connect", _without_waiting)


def _opened(file: Path) -> sqlite3.Connection:
    """Return a connection that has read: one that has not would not hold the log."""
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    return connection


def _without_waiting(connection: Any, _: object) -> None:
    """Have SQLite not wait for the disk at every commit: in WAL mode a power cut may cost the last events, never the file."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=NORMAL")
