"""Leases: one build of a release at a time, in whatever process or on whatever machine it runs.

Lives here: who builds which release, written in the catalogue's database, and when a lease may be taken over. Must not live here: the
database itself (`catalogue`). A lease needs no release: it ends with its run or its process, so a crash blocks nobody, nor does a later
process that was given the number of a dead one. Where the catalogue is a SQLite file in the cache of one machine, only builds of that
machine see each other; PostgreSQL joins several.
"""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from empathy_assets.adapters.catalogue import Catalogue
from empathy_assets.adapters.processes import at_work, began

_LEASES = sa.table(
    "empathy_leases",
    *(sa.column(name, sa.Text()) for name in ("storage", "release", "run_id", "host", "began")),
    sa.column("pid", sa.Integer()),
    sa.column("taken_at", sa.DateTime(timezone=True)),
)


class ReleaseBusyError(RuntimeError):
    """Another build of the release is under way."""


def hold(catalogue: Catalogue, release: str, run_id: str, ended: Callable[[str], bool]) -> str:
    """Take or keep the lease of a release for a run, and return the run it is taken over from because its process is gone; else nothing.

    Args:
        catalogue: Releases of the storage root.
        release: Release key.
        run_id: Run that builds it.
        ended: Tells of another run whether it is known to have ended.

    Raises:
        ReleaseBusyError: Another run builds it and may still be at work.
        CatalogueError: The database cannot be used.
    """
    mine = (_LEASES.c.storage == str(catalogue.root)) & (_LEASES.c.release == release)
    with catalogue.transaction() as connection:
        holder = connection.execute(sa.select(_LEASES).where(mine)).mappings().first()
        if holder and holder["run_id"] != run_id and not _over(holder, ended):
            raise ReleaseBusyError(
                f"release {release} is being built by run {holder['run_id']} (process {holder['pid']} on {holder['host']}, since "
                f"{holder['taken_at']:%Y-%m-%d %H:%M} UTC); expected one build at a time. Wait for its end, or stop it, and start again."
            )
        connection.execute(sa.delete(_LEASES).where(mine))
        lease = {"storage": str(catalogue.root), "release": release, "run_id": run_id, "host": socket.gethostname(), "pid": os.getpid()}
        connection.execute(sa.insert(_LEASES).values(**lease, began=began(os.getpid()), taken_at=datetime.now(UTC)))
    return holder["run_id"] if holder and _lost(holder) else ""


def _lost(holder: Any) -> bool:
    """Return whether the holder's process was one of this machine and is gone."""
    return holder["host"] == socket.gethostname() and not at_work(holder["pid"], holder["began"])


def _over(holder: Any, ended: Callable[[str], bool]) -> bool:
    """Return whether a lease may be taken over: its run ended, or its process did, or it is this one, which runs one build at a time."""
    mine = holder["host"] == socket.gethostname() and holder["pid"] == os.getpid()
    return mine or _lost(holder) or ended(holder["run_id"])
