"""The same graph on production ground: S3, PostgreSQL for run state and catalogue, Ray for scoring. The package is the same to the byte."""

import json
import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import sqlalchemy as sa
import yaml

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import build, run

pytestmark = pytest.mark.slow
DEPLOY = Path(__file__).parents[2] / "deploy"


def production_home(folder: Path, port: int | None, *, logs: bool = False) -> None:
    """The shipped production instance as a `DAGSTER_HOME`; the logs of steps stay here, unless there is a bucket for them."""
    config = yaml.safe_load((DEPLOY / "dagster.production.yaml").read_text())
    if not logs:
        del config["compute_logs"]
    config["storage"]["postgres"]["postgres_db"]["port"] = port
    folder.mkdir()
    (folder / "dagster.yaml").write_text(yaml.safe_dump(config))


def test_s3_postgresql_and_ray_give_the_same_package_as_a_laptop(built: Built, s3_bucket: str, postgres_url: str, tmp_path: Path) -> None:
    database = urlsplit(postgres_url)
    production_home(tmp_path / "home", database.port)
    secret = unquote(database.password or "")
    variables = {name: os.environ[name] for name in ("OVH_S3_ENDPOINT", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")} | {
        "EMPATHY_STORAGE": s3_bucket,
        "EMPATHY_DATABASE_URL": postgres_url,
        "EMPATHY_COMPUTE": "ray",
        "EMPATHY_RAY_ACTORS": "2",
        "DAGSTER_HOME": str(tmp_path / "home"),
        "DAGSTER_PG_HOST": database.hostname or "",
        "DAGSTER_PG_DB": database.path.strip("/"),
        "DAGSTER_PG_USER": database.username or "",
        "DAGSTER_PG_PASSWORD": secret,
    }
    # Everything is done anew but what is done on this machine wherever the rest is: reading, writing, certifying.
    shutil.copytree(built.settings.cache_dir, tmp_path / "cache", ignore=shutil.ignore_patterns("staging"))
    facts = build(tmp_path, EMPATHY_CACHE=str(tmp_path / "cache"), **variables)
    assert facts["success"]
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert "whole and unchanged" in run(tmp_path, "empathy", "verify", "next", **variables)
    with sa.create_engine(postgres_url, poolclass=sa.NullPool).connect() as connection:
        runs = connection.execute(sa.text("SELECT status FROM runs")).scalars().all()
        events = connection.execute(sa.text("SELECT count(*) FROM event_logs")).scalar()
        held = connection.execute(sa.text("SELECT release FROM empathy_leases")).scalars().all()
        everything = "\n".join(str(row) for row in connection.execute(sa.text("SELECT event FROM event_logs")))
    assert runs == ["SUCCESS"]
    assert events and events > 100
    assert held == ["next"]
    assert secret not in everything
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in everything
    trail = [json.loads(line) for line in run(tmp_path, "empathy", "audit", "--since", "1h", "--json", **variables).splitlines()]
    assert {"ready_package", "foundation"} <= {entry["subject"] for entry in trail}
    assert [entry["release"] for entry in trail if entry["what"] == "published"] == ["next"]


@pytest.mark.parametrize("file", ["dagster.production.yaml", "compose.yaml", "kuberay.yaml", "bucket-policy.json"])
def test_what_is_shipped_for_production_can_be_read(file: str) -> None:
    assert yaml.safe_load((DEPLOY / file).read_text(encoding="utf-8"))
