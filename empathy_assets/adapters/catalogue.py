"""The catalogue of releases: one database row per publication, in SQLite beside the data or in PostgreSQL.

Lives here: connection, schema and its migrations (of leases and released records too), what is written when a package is published,
replaced or archived. Must not live here: what a package contains (`record_catalogue`). Dates stand here only, never in a package, which
must stay the same to the byte. A lost catalogue is made anew from the packages themselves.
"""

import logging
import os
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from upath import UPath

from empathy_assets.adapters.releases import MARKER, find_package, package_path, published, published_json, published_manifest
from empathy_assets.adapters.storage import is_local, local
from empathy_assets.engines.packaging.context import CERTIFICATE, CONFIG_LOCK
from empathy_assets.policy.load import number

VARIABLE = "EMPATHY_DATABASE_URL"
PATIENCE = "EMPATHY_DATABASE_PATIENCE"
FILE = "catalogue.sqlite"
MIGRATIONS: tuple[Sequence[str], ...] = (
    (
        """CREATE TABLE empathy_releases (
            storage TEXT NOT NULL, release TEXT NOT NULL, merkle_root TEXT NOT NULL, uri TEXT NOT NULL,
            rows INTEGER NOT NULL, target INTEGER NOT NULL, mix JSON NOT NULL, splits JSON NOT NULL, licences JSON NOT NULL,
            certificate JSON NOT NULL, git_commit TEXT NOT NULL, schema_version TEXT NOT NULL, policy_sha256 TEXT NOT NULL,
            published_at TIMESTAMP WITH TIME ZONE NOT NULL, replaced_at TIMESTAMP WITH TIME ZONE, archived_at TIMESTAMP WITH TIME ZONE,
            PRIMARY KEY (storage, release, merkle_root)
        )""",
    ),
    (
        """CREATE TABLE empathy_leases (
            storage TEXT NOT NULL, release TEXT NOT NULL, run_id TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
            taken_at TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY (storage, release)
        )""",
    ),
    ("ALTER TABLE empathy_leases ADD COLUMN began TEXT NOT NULL DEFAULT ''",),
    (
        "ALTER TABLE empathy_releases ADD COLUMN number INTEGER NOT NULL DEFAULT 0",
        """UPDATE empathy_releases SET number = (SELECT count(*) FROM empathy_releases AS other
            WHERE (other.storage, other.release, other.merkle_root)
                <= (empathy_releases.storage, empathy_releases.release, empathy_releases.merkle_root))""",
        "CREATE UNIQUE INDEX empathy_releases_number ON empathy_releases (number)",
        """CREATE TABLE empathy_records (
            publication INTEGER NOT NULL, id TEXT NOT NULL, split TEXT NOT NULL, line INTEGER NOT NULL, stage TEXT NOT NULL,
            kind TEXT NOT NULL, source TEXT NOT NULL, licence TEXT NOT NULL, file TEXT NOT NULL, file_sha256 TEXT NOT NULL,
            anchor TEXT NOT NULL, record_id TEXT NOT NULL, passage_id TEXT NOT NULL, cluster_id TEXT NOT NULL, exempt_from TEXT NOT NULL,
            ears DOUBLE PRECISION, gates INTEGER NOT NULL, decision TEXT NOT NULL, PRIMARY KEY (publication, split, line)
        )""",
    ),
)
"""Statements that lead from one version of the schema to the next; only ever appended to, portable between SQLite and PostgreSQL."""

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0  # seconds
_CERTIFIED = ("detector_version", "passed", "sensitivity", "sensitivity_lower", "specificity")
_LOCK = 0x656D7061  # advisory lock of PostgreSQL: one writer at a time, migrations included
_PASSING = re.compile(
    "Connection refused|starting up|shutting down|in recovery|too many|remaining connection slots|timeout expired|server closed|"
    "reset by peer|terminating connection|could not fork",
    re.IGNORECASE,
)  # in what a server, or the way to it, says of itself
_VERSION = sa.Table("empathy_catalogue_version", sa.MetaData(), sa.Column("version", sa.Integer, nullable=False))
_MOMENT = sa.DateTime(timezone=True)
RELEASES = sa.table(
    "empathy_releases",
    *(sa.column(name, sa.Text()) for name in ("storage", "release", "merkle_root", "uri", "git_commit", "schema_version", "policy_sha256")),
    *(sa.column(name, sa.Integer()) for name in ("rows", "target", "number")),
    *(sa.column(name, sa.JSON()) for name in ("mix", "splits", "licences", "certificate")),
    *(sa.column(name, _MOMENT) for name in ("published_at", "replaced_at", "archived_at")),
)


class CatalogueError(RuntimeError):
    """The database of releases cannot be used."""


def database_url(root: UPath, cache: Path, env: Mapping[str, str] | None = None) -> str:
    """Return the database's URL: `EMPATHY_DATABASE_URL`, else a SQLite file on a local storage root, else one in the cache folder.

    It may carry a password: it is read where it is used and never becomes part of a resource's configuration, which the UI shows.
    """
    given = (os.environ if env is None else env).get(VARIABLE, "").strip()
    folder = local(root) if is_local(root) else cache
    return given or f"sqlite:///{folder / FILE}"


class Catalogue:
    """The releases of one storage root."""

    def __init__(self, root: UPath, url: str, migrations: tuple[Sequence[str], ...] = MIGRATIONS) -> None:
        """Open nothing yet; the database is reached, and its schema brought up to date, at each use.

        Raises:
            CatalogueError: The URL is none.
        """
        self.root = root
        self.migrations = migrations
        if url.count("@") > 1 and not url.startswith("sqlite"):  # where the password ends would be guessed, and its rest shown as a host
            raise CatalogueError(f"{VARIABLE} has several @; write %40 for one in a password, or leave the password to PGPASSWORD")
        try:
            self.url = sa.make_url(url)
        except ArgumentError:
            raise CatalogueError(f"{VARIABLE} is not a database URL; expected e.g. postgresql://user@host:5432/name") from None

    def record(self, release: str) -> None:
        """Write down that the package of `release` stands where it does; a repetition changes nothing.

        What stood under a rolling key before is marked as replaced.
        """
        manifest = published_manifest(self.root, release)
        if manifest is None:
            return
        folder = find_package(self.root, release)
        lock = published_json(self.root, release, CONFIG_LOCK)
        certificate = published_json(self.root, release, CERTIFICATE)
        moment = datetime.fromtimestamp((folder / MARKER).stat().st_mtime, UTC)
        facts: dict[str, Any] = {
            "uri": str(folder),
            "rows": manifest.rows,
            "target": manifest.target,
            "mix": manifest.mix,
            "splits": manifest.splits,
            "licences": manifest.licences,
            "certificate": {name: certificate.get(name) for name in _CERTIFIED},
            "git_commit": str(lock.get("git_commit", "")),
            "schema_version": manifest.schema_version,
            "policy_sha256": str(lock.get("policy_sha256", "")),
        }
        archived = folder != package_path(self.root, release)
        key = (RELEASES.c.storage == str(self.root)) & (RELEASES.c.release == release)
        this = key & (RELEASES.c.merkle_root == manifest.merkle_root)
        with self.transaction() as connection:
            known = connection.execute(sa.select(RELEASES).where(this)).mappings().first()
            if known is None:
                new = {"storage": str(self.root), "release": release, "merkle_root": manifest.merkle_root, "published_at": moment}
                number = (connection.execute(sa.select(sa.func.max(RELEASES.c.number))).scalar() or 0) + 1
                connection.execute(sa.insert(RELEASES).values(**new, **facts, number=number, archived_at=_now() if archived else None))
            else:
                again = {"published_at": moment, "replaced_at": None} if known["replaced_at"] else {}
                left = {"archived_at": (known["archived_at"] or _now()) if archived else None}
                connection.execute(sa.update(RELEASES).where(this).values(**facts, **again, **left))
            others = key & (RELEASES.c.merkle_root != manifest.merkle_root) & RELEASES.c.replaced_at.is_(None)
            connection.execute(sa.update(RELEASES).where(others).values(replaced_at=_now()))

    def record_all(self) -> None:
        """Write down every package of the storage root: what other machines published, and all of it after a lost database."""
        for release in published(self.root):
            self.record(release)

    def rows(self) -> list[dict[str, Any]]:
        """Return all publications of the storage root, newest first, times in UTC."""
        chosen = sa.select(RELEASES).where(RELEASES.c.storage == str(self.root))
        with self.transaction() as connection:
            found = connection.execute(chosen.order_by(RELEASES.c.published_at.desc(), RELEASES.c.release)).mappings().all()
        return [{name: _utc(value) for name, value in row.items()} for row in found]

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction of its own that sees the newest schema.

        Raises:
            CatalogueError: The database cannot be reached, or newer code has changed its schema.
        """
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            patience = _patience()
            waits = {"sqlite": {"timeout": patience}, "postgresql": {"connect_timeout": int(patience) + 1}}
            engine = sa.create_engine(self.url, poolclass=sa.NullPool, connect_args=waits.get(self.url.get_backend_name(), {}))
            if engine.dialect.name == "sqlite":
                _serialise(engine)
            with _opened(engine, patience) as connection, connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                self._migrate(connection)
                yield connection
        except (SQLAlchemyError, ImportError) as error:
            shown = self.url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            remedy = f"Correct {VARIABLE}, or unset it for a file beside the data; packages are published already and need no rebuild."
            raise CatalogueError(f"the catalogue at {shown} cannot be used: {reason}. {remedy}") from error

    def _migrate(self, connection: sa.Connection) -> None:
        _VERSION.create(connection, checkfirst=True)
        found = connection.execute(sa.select(sa.func.max(_VERSION.c.version))).scalar() or 0
        if found > len(self.migrations):
            raise CatalogueError(
                f"the catalogue has schema version {found}, this code knows {len(self.migrations)}; update empathy_assets to use it"
            )
        for version, statements in enumerate(self.migrations[found:], start=found + 1):
            for statement in statements:
                connection.execute(sa.text(statement))
            connection.execute(sa.insert(_VERSION).values(version=version))


def _patience() -> float:
    """Return the seconds for which a database is asked again that refuses connections or is locked.

    Raises:
        CatalogueError: The variable that overrides policy is no number.
    """
    given = os.environ.get(PATIENCE, "").strip()
    try:
        return float(given) if given else number("storage", "database.patience")
    except ValueError:
        raise CatalogueError(f"{PATIENCE}={given!r} found, expected seconds such as 20") from None


def _opened(engine: sa.Engine, patience: float) -> sa.Connection:
    """Return a connection; a server that starts, fails over or has no place left is asked again, with growing and jittered pauses."""
    deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            left = deadline - time.monotonic()
            if left <= 0 or not _PASSING.search(str(error.orig)):
                raise
        seconds = min(left, pause * random.uniform(0.25, 1.0))
        _LOG.warning("the database of the catalogue refuses connections; it is asked again in %.1f s", seconds)
        time.sleep(seconds)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _serialise(engine: sa.Engine) -> None:
    """Let SQLite open every transaction as a writer: two builds wait for each other, and a failed migration leaves nothing behind."""

    @event.listens_for(engine, "connect")
    def _explicit(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver would begin late, after the first statements

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _utc(value: Any) -> Any:
    """Return a time with its zone, which SQLite does not keep."""
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
