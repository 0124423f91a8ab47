"""The shipped production instance: Ceph with the least permissions, a PostgreSQL of Debian that crashes, step logs in the bucket."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from empathy_assets.adapters.storage import storage_root
from empathy_assets_tests.adapters.packed import publish
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, home_of, until
from empathy_assets_tests.faults.test_postgres import asked
from empathy_assets_tests.integration.conftest import BUILDER, Allow
from empathy_assets_tests.integration.postgresql import SECRET, Server
from empathy_assets_tests.integration.test_ceph import variables
from empathy_assets_tests.journeys.commands import run
from empathy_assets_tests.journeys.test_production import production_home

pytestmark = pytest.mark.integration


def production(home: Path, storage: str, url: str, log_bucket: str) -> dict[str, str]:
    """Make a production instance in `home` and return the environment of whoever uses it."""
    database = urlsplit(url)
    production_home(home / "production", database.port, logs=True)
    return variables(storage) | {
        "EMPATHY_DATABASE_URL": url,
        "EMPATHY_LOG_BUCKET": log_bucket,
        "AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_REQUIRED",  # Dagster's own client writes the logs
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "WHEN_REQUIRED",
        "DAGSTER_HOME": str(home / "production"),
        "DAGSTER_PG_HOST": database.hostname or "",
        "DAGSTER_PG_DB": database.path.strip("/"),
        "DAGSTER_PG_USER": unquote(database.username or ""),
        "DAGSTER_PG_PASSWORD": unquote(database.password or ""),
    }


@pytest.mark.slow
def test_a_build_on_ceph_and_postgresql_lives_through_a_crash_of_the_database(
    built: Built, debian: Server, debian_url: str, allow: Allow, bucket: str, owner: Any, tmp_path: Path
) -> None:
    allow()
    home = home_of(tmp_path / "home", built)
    settings = production(home, f"s3://{bucket}/root", debian_url, bucket)
    ((version,),) = asked(debian_url, "SHOW server_version_num")
    assert int(str(version)) >= 150_000

    process = Build.start(home, **settings)
    begun = "SELECT 1 FROM event_logs WHERE dagster_event_type = 'STEP_START' AND step_key = 'crisis_detector'"
    until(lambda: bool(asked(debian_url, begun)), "step crisis_detector began", process.process)
    debian.stop("immediate")
    debian.start()
    facts = process.facts()
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert asked(debian_url, "SELECT status FROM runs") == [("SUCCESS",)]
    assert asked(debian_url, "SELECT release FROM empathy_releases") == [("next",)]
    assert asked(debian_url, "SELECT release FROM empathy_leases") == [("next",)]

    everything = process.said() + "\n".join(str(row) for row in asked(debian_url, "SELECT event FROM event_logs"))
    assert SECRET not in everything
    assert BUILDER[2] not in everything
    trail = [json.loads(line) for line in run(home, "empathy", "audit", "--since", "1h", "--json", **settings).splitlines()]
    assert [entry["release"] for entry in trail if entry["what"] == "published"] == ["next"]


def test_the_logs_of_steps_reach_the_bucket_and_a_back_up_of_the_database_is_whole(
    debian: Server, debian_url: str, allow: Allow, bucket: str, owner: Any, tmp_path: Path
) -> None:
    allow()
    settings = production(tmp_path, f"s3://{bucket}/root", debian_url, bucket)
    run(tmp_path, "dagster", "asset", "materialize", "-m", "empathy_assets.definitions", "--select", "crisis_detector", **settings)
    ((run_id,),) = asked(debian_url, "SELECT run_id FROM runs WHERE status = 'SUCCESS'")
    logs = [each["Key"] for each in owner.list_objects_v2(Bucket=bucket, Prefix="logs/").get("Contents", [])]
    assert any(str(run_id) in key for key in logs), logs
    publish(storage_root(f"s3://{bucket}/root"), "v0.1.0", tmp_path)
    assert "v0.1.0" in run(tmp_path, "empathy", "releases", **settings)

    database, dump = urlsplit(debian_url), tmp_path / "empathy.dump"
    access = os.environ | {"PGPASSWORD": SECRET}
    reach = ["--host", "127.0.0.1", "--port", str(database.port), "--username", unquote(database.username or "")]
    saving = [str(debian.bin / "pg_dump"), *reach, "--format=custom", f"--file={dump}", database.path.strip("/")]
    subprocess.run(saving, env=access, check=True)
    counting = "SELECT (SELECT count(*) FROM event_logs), (SELECT count(*) FROM runs), (SELECT count(*) FROM empathy_releases)"
    before = asked(debian_url, counting)
    asked(debian_url, "DROP TABLE event_logs, runs, empathy_releases CASCADE; COMMIT")
    assert asked(debian_url, counting) == []
    restoring = [str(debian.bin / "pg_restore"), *reach, "--clean", "--if-exists", f"--dbname={database.path.strip('/')}", str(dump)]
    subprocess.run(restoring, env=access, check=True)
    assert asked(debian_url, counting) == before
    assert before == [(before[0][0], 1, 1)]
