"""PostgreSQL goes away under a build: a restart is lived through, an outage ends in one line, and the next build completes."""

import threading
import time
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from upath import UPath

from empathy_assets.adapters.catalogue import Catalogue, CatalogueError
from empathy_assets.adapters.leases import hold
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, differences, home_of, until
from empathy_assets_tests.journeys.test_production import production_home


def asked(url: str, query: str, **values: str) -> list[tuple[object, ...]]:
    """Return what a database answers; nothing while it cannot, or has no such table yet."""
    try:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]
    except SQLAlchemyError:
        return []


class Server:
    """The PostgreSQL server behind a URL, to be stopped and started."""

    def __init__(self, url: str) -> None:
        ((folder,),) = asked(url, "SHOW data_directory")
        self.tools = import_module("pgserver")
        self.server = self.tools.get_server(str(folder))  # the one that runs there
        self.options = ["-w", "-o", f"-h 127.0.0.1 -p {urlsplit(url).port} -k {folder}", "-l", str(self.server.log)]

    def ask(self, *command: str) -> None:
        """Hand a command to `pg_ctl` and wait until it is done."""
        self.tools.pg_ctl([*self.options, *command], pgdata=self.server.pgdata, user=self.server.system_user)

    def stop(self) -> None:
        """Cut every connection and end."""
        self.ask("-m", "fast", "stop")


@pytest.fixture
def server(postgres_url: str):
    """The server, running again after the test whatever happened in it."""
    found = Server(postgres_url)
    yield found
    if not asked(postgres_url, "SELECT 1"):
        found.ask("start")


def test_a_catalogue_out_of_reach_says_so_in_one_line_and_is_whole_when_it_is_back(
    server: Server, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMPATHY_DATABASE_PATIENCE", "0.5")
    catalogue = Catalogue(UPath(tmp_path), postgres_url)
    hold(catalogue, "next", "run-1", lambda _: False)
    server.stop()
    with pytest.raises(CatalogueError) as raised:
        hold(catalogue, "v0.1.0", "run-1", lambda _: False)
    assert "cannot be used" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert unquote(urlsplit(postgres_url).password or "") not in str(raised.value)
    server.ask("start")
    hold(catalogue, "v0.1.0", "run-1", lambda _: False)
    assert asked(postgres_url, "SELECT release FROM empathy_leases ORDER BY 1") == [("next",), ("v0.1.0",)]


def test_a_database_that_refuses_connections_for_seconds_is_waited_for(
    server: Server, postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue = Catalogue(UPath(tmp_path), postgres_url)
    hold(catalogue, "next", "run-1", lambda _: False)
    server.stop()
    returns = threading.Timer(2.0, server.ask, ["start"])
    returns.start()
    hold(catalogue, "v0.1.0", "run-1", lambda _: False)
    returns.join()
    assert asked(postgres_url, "SELECT release FROM empathy_leases ORDER BY 1") == [("next",), ("v0.1.0",)]
    assert "refuses connections; it is asked again in" in caplog.text


def test_what_stays_wrong_is_told_at_once(postgres_url: str, tmp_path: Path) -> None:
    begin = time.monotonic()
    for wrong, said in (
        (f"{postgres_url}_mistyped", "does not exist"),
        (postgres_url.replace("%25", "x"), "password authentication failed"),
    ):
        with pytest.raises(CatalogueError, match=said):
            hold(Catalogue(UPath(tmp_path), wrong), "next", "run-1", lambda _: False)
    assert time.monotonic() - begin < 10


def test_a_transaction_cut_in_the_middle_leaves_nothing_behind(server: Server, postgres_url: str, tmp_path: Path) -> None:
    catalogue = Catalogue(UPath(tmp_path), postgres_url)
    hold(catalogue, "next", "run-1", lambda _: False)
    with pytest.raises(CatalogueError, match="cannot be used"), catalogue.transaction() as connection:
        connection.execute(sa.text("DELETE FROM empathy_leases"))
        server.ask("-m", "fast", "restart")
        connection.execute(sa.text("DELETE FROM empathy_leases"))
    assert asked(postgres_url, "SELECT release, run_id FROM empathy_leases") == [("next", "run-1")]


@pytest.mark.slow
def test_a_build_lives_through_a_restart_and_after_an_outage_the_next_completes(
    server: Server, built: Built, postgres_url: str, tmp_path: Path
) -> None:
    database = urlsplit(postgres_url)
    secret = unquote(database.password or "")
    home = home_of(tmp_path / "home", built)
    production_home(home / "production", database.port)
    variables = {
        "EMPATHY_DATABASE_URL": postgres_url,
        "EMPATHY_DATABASE_PATIENCE": "10",  # longer than a restart
        "DAGSTER_HOME": str(home / "production"),
        "DAGSTER_PG_HOST": database.hostname or "",
        "DAGSTER_PG_DB": database.path.strip("/"),
        "DAGSTER_PG_USER": database.username or "",
        "DAGSTER_PG_PASSWORD": secret,
    }

    def inside(step: str) -> bool:
        begun = "SELECT 1 FROM event_logs WHERE dagster_event_type = 'STEP_START' AND step_key = :step"
        return bool(asked(postgres_url, begun, step=step))

    first = Build.start(home, **variables)
    until(lambda: inside("crisis_detector"), "step crisis_detector began", first.process)
    server.ask("-m", "fast", "restart")
    until(lambda: inside("persona"), "step persona began, after the restart", first.process)
    server.stop()
    first.facts(expect=1)
    assert "Traceback" not in first.said()
    assert secret not in first.said()
    server.ask("start")

    assert Build.start(home, **variables).facts()["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert asked(postgres_url, "SELECT status FROM runs ORDER BY id") == [("FAILURE",), ("SUCCESS",)]
    assert asked(postgres_url, "SELECT release FROM empathy_releases") == [("next",)]
    assert differences(home / "data", Path(built.settings.storage)) == []
