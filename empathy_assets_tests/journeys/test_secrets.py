"""Secrets stay where they belong: planted in every setting that takes one, they are nowhere in what a build leaves or a failure says."""

import logging
import os
import shutil
import subprocess
import traceback
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from typer.testing import CliRunner

from empathy_assets import cli
from empathy_assets.adapters.notify import Notice, notify
from empathy_assets.adapters.storage import storage_root
from empathy_assets_tests.adapters.data_designer.server import Model, serving
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import environment
from empathy_assets_tests.journeys.leaks import files, leaks, rows
from empathy_assets_tests.journeys.test_production import production_home

DEAD = "127.0.0.1:1"  # nothing listens there
SETTINGS = (
    "AWS_SECRET_ACCESS_KEY",
    "EMPATHY_DATABASE_URL",
    "EMPATHY_LLM_API_KEY",
    "EMPATHY_NOTIFY_WEBHOOK",
    "NCBI_API_KEY",
    "SEMANTIC_SCHOLAR_API_KEY",
    "OPENALEX_API_KEY",
)
PLANTED = {name: f"planted/{name.casefold()}+%s" for name in SETTINGS}
DATABASE = f"postgresql://me:{quote(PLANTED['EMPATHY_DATABASE_URL'], safe='')}@{DEAD}/none"


@pytest.mark.slow
def test_a_build_writes_no_secret_anywhere(built: Built, s3_bucket: str, postgres_url: str, tmp_path: Path) -> None:
    shutil.copytree(built.settings.cache_dir / "certified", tmp_path / "data" / "cache" / "certified")
    database = urlsplit(postgres_url)
    secrets = PLANTED | {"EMPATHY_DATABASE_URL": unquote(database.password or "")}
    production_home(tmp_path / "home", database.port)
    with serving(Model()) as model:
        variables = secrets | {
            "AWS_ACCESS_KEY_ID": "user",
            "AWS_REGION": "gra",
            "OVH_S3_ENDPOINT": os.environ["OVH_S3_ENDPOINT"],
            "EMPATHY_STORAGE": s3_bucket,
            "EMPATHY_DATABASE_URL": postgres_url,
            "EMPATHY_BACKEND": "llm",
            "EMPATHY_LLM_ENDPOINT": model.url,
            "EMPATHY_LLM_MODEL": "m",
            "EMPATHY_NOTIFY_WEBHOOK": f"http://{DEAD}/{secrets['EMPATHY_NOTIFY_WEBHOOK']}",
            "DAGSTER_HOME": str(tmp_path / "home"),
            "DAGSTER_PG_HOST": database.hostname or "",
            "DAGSTER_PG_DB": database.path.strip("/"),
            "DAGSTER_PG_USER": database.username or "",
            "DAGSTER_PG_PASSWORD": unquote(database.password or ""),
        }
        command = ["empathy", "--debug", "build", "--scale", "0.001"]
        home = environment(tmp_path, **variables)
        asked = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, timeout=600, check=False)
        assert b"blocked by foundation.ears" in asked.stdout, asked.stdout[-3000:]  # what the test's model writes reaches no package
        done = subprocess.run(
            command, cwd=tmp_path, env=home | {"EMPATHY_BACKEND": "embedded"}, capture_output=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:]
        assert model.keys == {f"Bearer {secrets['EMPATHY_LLM_API_KEY']}"}  # it was used
    printed = [("what it printed", asked.stdout + done.stdout), ("its errors", asked.stderr + done.stderr)]
    found = leaks(printed, secrets)
    found += leaks(files(tmp_path), secrets)
    found += leaks(files(storage_root(s3_bucket)), secrets)
    found += leaks(rows(postgres_url), secrets)
    assert found == []
    assert (storage_root(s3_bucket) / "releases" / "next" / "config_lock.json").exists()
    shutil.rmtree(tmp_path / "home")


FAILING = {
    "database": (["releases"], {"EMPATHY_DATABASE_URL": DATABASE}),
    "database for the catalogue of records": (["catalogue", "c-1"], {"EMPATHY_DATABASE_URL": DATABASE}),
    "database for the audit": (["audit"], {"EMPATHY_DATABASE_URL": DATABASE}),
    "database whose URL is none": (["releases"], {"EMPATHY_DATABASE_URL": DATABASE.replace(":1/", ":one/")}),
    "database whose password has an @": (
        ["releases"],
        {"EMPATHY_DATABASE_URL": f"postgresql://me:x@{PLANTED['EMPATHY_DATABASE_URL']}@{DEAD}/none"},
    ),
    "database without a driver": (["releases"], {"EMPATHY_DATABASE_URL": DATABASE.replace("postgresql", "nosuch")}),
    "object store": (["releases"], {"EMPATHY_STORAGE": "s3://bucket/x"}),
    "object store, tried out": (["s3", "--validate"], {"EMPATHY_STORAGE": "s3://bucket/x"}),
    "object store of a package": (["verify", "s3://bucket/releases/next"], {}),
}


@pytest.mark.parametrize("what", FAILING)
def test_a_connection_that_fails_shows_no_secret(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    command, given = FAILING[what]
    settings = {name: secret for name, secret in PLANTED.items() if name != "EMPATHY_DATABASE_URL"}
    settings |= {"AWS_ACCESS_KEY_ID": "user", "AWS_REGION": "gra", "OVH_S3_ENDPOINT": f"http://{DEAD}", "EMPATHY_S3_PATIENCE": "1"}
    settings |= {"EMPATHY_STORAGE": str(tmp_path / "data"), "EMPATHY_S3_BACKOFF": "0.1", "EMPATHY_DATABASE_PATIENCE": "1"}
    monkeypatch.chdir(tmp_path)
    for name, value in (settings | given).items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.DEBUG)
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code != 0
    raised = "".join(traceback.format_exception(done.exception)) if done.exception else ""  # with --debug people see it all
    places = [("its output", done.output.encode()), ("its traceback", raised.encode()), ("its log", caplog.text.encode())]
    assert leaks([*places, *files(tmp_path)], PLANTED) == []
    assert done.output or raised


def test_a_webhook_out_of_reach_is_not_named(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("EMPATHY_NOTIFY_WEBHOOK", f"http://{DEAD}/{PLANTED['EMPATHY_NOTIFY_WEBHOOK']}")
    caplog.set_level(logging.DEBUG)
    assert not notify(Notice("a run failed", "run-failed", "run"))
    assert leaks([("its log", caplog.text.encode())], PLANTED) == []
