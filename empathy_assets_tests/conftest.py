"""Fixtures and settings every test shares: a clean environment, reproducible property tests, a local S3 server, the order of files."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from empathy_assets_tests import leftovers
from empathy_assets_tests.journeys.commands import SCALE
from empathy_assets_tests.leftovers import pytest_sessionfinish as pytest_sessionfinish

if TYPE_CHECKING:
    import polars as pl

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.build import BuildResult

# Deadlines measure the machine, not the code; derandomised examples make a red test red for everyone.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


LONG = (
    "faults/test_kills.py",
    "journeys/test_build.py",
    "docs/test_production.py",
    "docs/test_readme.py",
    "docs/test_blocks.py",
    "journeys/test_sensors.py",
    "faults/test_postgres.py",
    "browser/test_ui.py",
    "faults/test_ray.py",
    "journeys/test_production.py",
    "adapters/data_designer/test_faults.py",
    "journeys/test_release.py",
    "journeys/test_secrets.py",
    "faults/test_two_builds.py",
    "journeys/test_s3.py",
    "adapters/test_ray_pool.py",
    "journeys/test_landing.py",
    "defs/stages/test_foundation.py",
    "defs/gating/test_checks.py",
)
"""Files of tests that take longest, the longest first: begun last, one of them would leave the other processors idle.

Second and third stand two that do not need what the first one builds."""

WORKERS_MAX = 6
"""Processes that run tests: with more the longest file would still be the last to end, and each holds a gigabyte."""


def pytest_configure(config: pytest.Config) -> None:
    """Mark what the tests start, and have their files handed out in the order in which they are collected."""
    leftovers.pytest_configure(config)
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # by number of tests: files of few long tests would come last


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes `-n auto` stands for: one more than there are processors, because what waits leaves its own to others."""
    return min(len(os.sched_getaffinity(0)) + 1, WORKERS_MAX)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take longest first, and leave out what needs root or Debian's packages, unless `-m` speaks of it."""
    if "integration" not in config.getoption("markexpr"):
        left_out = [item for item in items if item.get_closest_marker("integration")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("integration")]
    rank = {name: place for place, name in enumerate(LONG)}
    here = Path(__file__).parent
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else "", len(LONG)))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    clean(monkeypatch)


def clean(patch: pytest.MonkeyPatch) -> None:
    """Take out what whoever runs the tests has configured."""
    for name in [n for n in os.environ if n.startswith("EMPATHY_")] + ["DAGSTER_HOME", "OVH_S3_ENDPOINT"]:
        patch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A local S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of an empty bucket on the local S3 server, with the environment set as a user would."""
    import uuid

    import boto3

    values = {"OVH_S3_ENDPOINT": s3_endpoint, "AWS_REGION": "gra", "AWS_ACCESS_KEY_ID": "user", "AWS_SECRET_ACCESS_KEY": "local-only"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    name = f"empathy-{uuid.uuid4().hex[:8]}"
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="gra")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "gra"})
    return f"s3://{name}/root"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of its own, over TCP, with a password that is checked and needs escaping in a URL."""
    import socket
    import tempfile
    import warnings
    from urllib.parse import quote

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pgserver speaks of folders it falls back to
        pgserver: Any = import_module("pgserver")

        # Not below pytest's folder: as root the server runs as another user, whom the next session would lock out of it.
        folder = tempfile.mkdtemp(prefix="empathy-postgres-")
        server = pgserver.get_server(folder)
    # pragma: allowlist nextline secret - of a server that ends with the tests
    secret = "p@ss/w%rd:?"  # noqa: S105 - of a server that ends with the tests
    server.psql(f"CREATE ROLE empathy LOGIN SUPERUSER PASSWORD '{secret}';")
    (server.pgdata / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-w", "-m", "fast", "-o", f"-h 127.0.0.1 -p {port} -k {server.pgdata}", "-l", str(server.log), "restart"]
    pgserver.pg_ctl(options, pgdata=server.pgdata, user=server.system_user)
    yield f"postgresql://empathy:{quote(secret, safe='')}@127.0.0.1:{port}/postgres"
    pgserver.pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with empty_database(postgres_server) as url:
        yield url


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """Make a database beside the one that a URL names, yield its URL, and remove it."""
    import uuid

    import sqlalchemy as sa

    name = f"empathy_{uuid.uuid4().hex[:8]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.removesuffix("postgres") + name
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@dataclass(frozen=True)
class Built:
    """A release built once per session by the same code as `empathy build`, for tests that look at what a build leaves behind."""

    settings: "Settings"
    result: "BuildResult"

    def table(self, asset: str, release: str | None = None) -> "pl.DataFrame":
        """Return a stored table."""
        import dagster as dg

        from empathy_assets.adapters.io_manager import ParquetIOManager

        return ParquetIOManager(root_uri=self.settings.storage).read(dg.AssetKey([asset]), release)


@contextmanager
def of_all_workers(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Yield a folder that all processes of this test run share; one of them has it at a time."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The release `next` at 300 conversations from the bundled samples.

    The first process that asks builds it, caches cold; each has a copy of its own, so that none sees what another does to it.
    """
    from empathy_assets.adapters.settings import Settings

    home = tmp_path_factory.mktemp("built")
    with of_all_workers(tmp_path_factory, "built-once") as shared:
        if not (shared / "result").exists():
            (shared / "result").write_bytes(pickle.dumps(_build(shared)))
        shutil.copytree(shared / "data", home / "data")
        result = pickle.loads((shared / "result").read_bytes())  # noqa: S301 - written above, by a process of this test run
    return Built(Settings(storage=str(home / "data"), scale=float(SCALE)), result)


def _build(home: Path) -> "BuildResult":
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.build import run_build

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        clean(patch)
        result = run_build("next", Settings(storage=str(home / "data"), scale=float(SCALE)), Console(quiet=True))
    assert result.success, (result.errors, result.failed_blocking)
    return result
