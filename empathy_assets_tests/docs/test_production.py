"""The blocks of production ground, run for real: S3 is a local server, PostgreSQL is PostgreSQL. What is not run is listed with its reason.

Only names of places and keys are put in: a page says `my-bucket`, the test has one.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from empathy_assets_tests.docs.clone import clone, run
from empathy_assets_tests.docs.pages import DOCS, PAGES, Block, blocks
from empathy_assets_tests.journeys.commands import BIN

PLAYED = ("needs a bucket", "needs a database", "needs a bucket and a database", "needs a production instance", "your own labelled texts")
NOT_PLAYED = {
    "needs a container engine": "an image is built from the package index; compose.yaml is read by journeys/test_production.py",
    "needs a cluster": "journeys/test_production.py scores on Ray; kubectl would need Kubernetes",
    "needs a model server": "journeys of adapters/data_designer ask a local OpenAI-compatible server",
    "a minute for fifty conversations": "the page runs the same command for fewer above",
    "an installer fetches its build backend from the package index": "what an installer leaves behind is put in place by clone.put",
    "a query for those who have psql": "adapters/test_record_catalogue.py asks the same tables of both engines",
    "needs a build, and starts a Ray cluster": "a benchmark; adapters/test_ray_pool.py scores on Ray and compares the bytes",
    "needs a corpus of yours, and minutes": "benchmarks; their engines are the ones of every build",
    "another build": "the page's own build is run above; explain is run on the tutorial",
    "the same build a second time": "docs/test_readme.py builds with stock Dagster and compares the bytes",
    "an example of another table": "no command; parsed as TOML",
    "installs the environment it would run in": "these tests run in that environment",
    "a minimal secret for Kubernetes, with placeholders": "no command; parsed as YAML",
}
LEFT_OUT = {
    "dagster-webserver -h 127.0.0.1 -p 3000 -w workspace.yaml &": "serves until it is stopped; browser/test_ui.py looks at it",
    "dagster-daemon run -w workspace.yaml": "runs until it is stopped; journeys/test_sensors.py starts it",
    "empathy build --scale 0.02 --release next": "journeys/test_production.py builds on this ground and compares the bytes",
}


def parsed_only() -> list[tuple[Path, Block]]:
    return [(page, block) for page in PAGES for block in blocks(page) if block.directive == "parsed"]


def test_a_block_that_is_only_parsed_is_run_here_or_listed_with_its_reason() -> None:
    assert {block.argument for _, block in parsed_only()} == {*PLAYED, *NOT_PLAYED}
    lines = [line for _, block in parsed_only() for line in block.text.splitlines()]
    assert [line for line in LEFT_OUT if line not in lines] == []


def put_in(block: Block, places: Mapping[str, str]) -> Block:
    """Return a block with this machine's places instead of the page's, without the lines that are left out."""
    text = "\n".join(line for line in block.text.splitlines() if line not in LEFT_OUT)
    for name, place in places.items():
        text = text.replace(name, place)
    return replace(block, text=text)


@pytest.mark.slow
def test_production_blocks_do_what_they_say(s3_bucket: str, postgres_url: str, tmp_path: Path) -> None:
    import pgserver

    home, database = clone(tmp_path / "clone"), urlsplit(postgres_url)
    bucket, name = s3_bucket.split("/")[2], database.path.strip("/")
    host, port, user = str(database.hostname), str(database.port), str(database.username)
    secret = unquote(str(database.password))
    shipped = home / "deploy" / "dagster.production.yaml"
    shipped.write_text(shipped.read_text("utf-8").replace("port: 5432", f"port: {port}"), "utf-8")
    shutil.copy(home / "empathy_assets" / "policy" / "benchmarks" / "crisis.jsonl", home / "our_labelled_texts.jsonl")
    places = {
        "s3://my-bucket/empathy": s3_bucket,
        "https://s3.gra.io.cloud.ovh.net": os.environ["OVH_S3_ENDPOINT"],
        "AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...": "AWS_ACCESS_KEY_ID=user AWS_SECRET_ACCESS_KEY=local-only",
        "/srv/empathy/dagster": str(tmp_path / "dagster"),
        "DAGSTER_PG_HOST=db.internal DAGSTER_PG_DB=empathy DAGSTER_PG_USER=empathy DAGSTER_PG_PASSWORD=...": (
            f"DAGSTER_PG_HOST={host} DAGSTER_PG_DB={name} DAGSTER_PG_USER={user} DAGSTER_PG_PASSWORD={shlex.quote(secret)}"
        ),
        "my-log-bucket": bucket,
        "postgresql://empathy@db.internal:5432/empathy PGPASSWORD=...": (
            f"postgresql://{user}@{host}:{port}/{name} PGPASSWORD={shlex.quote(secret)}"
        ),
        "empathy.dump empathy": f"empathy.dump {name}",
        "--dbname=empathy": f"--dbname={name}",
    }
    ground = {key: os.environ[key] for key in ("OVH_S3_ENDPOINT", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")} | {
        "EMPATHY_STORAGE": s3_bucket,
        "EMPATHY_LOG_BUCKET": bucket,
        "DAGSTER_PG_HOST": host,
        "DAGSTER_PG_DB": name,
        "DAGSTER_PG_USER": user,
        "DAGSTER_PG_PASSWORD": secret,
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": user,
        "PGPASSWORD": secret,
        "PATH": f"{BIN}{os.pathsep}{Path(pgserver.__file__).parent / 'pginstall' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    printed: dict[str, str] = {}
    for page in (DOCS / "production.md", DOCS / "runbook.md", DOCS / "scores.md"):
        for block in blocks(page):
            if block.directive == "parsed" and block.argument in PLAYED:
                if (tmp_path / "dagster").exists():
                    ground["DAGSTER_HOME"] = str(tmp_path / "dagster")
                printed[f"{page.stem}: {block.text.split()[0]} {block.line}"] = run(
                    home, put_in(block, places), tmp_path / "cache", **ground
                )
    said = "\n".join(printed.values())
    assert "usable for builds" in said
    assert "PostgresRunStorage" in said or "postgres" in said.lower()
    assert secret not in said
    assert "nothing is published on this storage root" in said
    assert "certificate holds" in said
    assert (home / "empathy.dump").stat().st_size > 0
