"""Tests of the catalogue of releases, on SQLite and on PostgreSQL."""

import json
import sqlite3
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from upath import UPath

from empathy_assets.adapters import catalogue as module
from empathy_assets.adapters.catalogue import FILE, MIGRATIONS, Catalogue, CatalogueError, database_url
from empathy_assets.adapters.packages import archive_package
from empathy_assets.adapters.releases import archive_path, package_path
from empathy_assets.adapters.storage import storage_root
from empathy_assets_tests.adapters.packed import manifest, publish


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state' / FILE}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def put(root: UPath, release: str, root_hash: str, *, archived: bool = False) -> None:
    """A package of a manifest, a lock and a certificate."""
    folder = (archive_path if archived else package_path)(root, release)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config_lock.json").write_text(json.dumps({"git_commit": "abc", "policy_sha256": "def"}))
    (folder / "certificate.json").write_text(json.dumps({"passed": True, "detector_version": "d-1", "specificity": 0.65, "reason": "long"}))
    (folder / "manifest.json").write_text(manifest(release, root_hash).model_dump_json())


def test_a_publication_is_one_row_however_often_it_is_recorded(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    put(root, "v0.1.0", "a" * 64)
    catalogue = Catalogue(root, url)
    for _ in range(3):
        catalogue.record("v0.1.0")
    catalogue.record("v0.9.0")  # nothing stands there
    (row,) = catalogue.rows()
    assert (row["release"], row["merkle_root"], row["rows"], row["target"]) == ("v0.1.0", "a" * 64, 20, 20)
    assert (row["mix"], row["splits"], row["licences"]) == ({"foundation": 8}, {"train": 14, "val": 3, "test": 3}, {"MIT": 20})
    assert (row["git_commit"], row["policy_sha256"], row["schema_version"]) == ("abc", "def", "1")
    assert row["certificate"] == {
        "passed": True,
        "detector_version": "d-1",
        "specificity": 0.65,
        "sensitivity": None,
        "sensitivity_lower": None,
    }
    assert row["uri"] == str(package_path(root, "v0.1.0"))
    assert abs(row["published_at"] - datetime.now(UTC)) < timedelta(minutes=5)
    assert (row["replaced_at"], row["archived_at"]) == (None, None)


def test_a_rolling_release_leaves_a_row_for_each_of_its_states(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    catalogue = Catalogue(root, url)
    for root_hash in ("a" * 64, "b" * 64, "a" * 64):
        put(root, "next", root_hash)
        catalogue.record("next")
    rows = {row["merkle_root"][0]: row for row in catalogue.rows()}
    assert set(rows) == {"a", "b"}
    assert rows["a"]["replaced_at"] is None
    assert rows["b"]["replaced_at"] is not None


def test_the_archive_is_noted_once_and_the_row_follows_the_package(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    publish(root, "v0.1.0", tmp_path)
    catalogue = Catalogue(root, url)
    catalogue.record("v0.1.0")
    archive_package(root, "v0.1.0")
    catalogue.record("v0.1.0")
    (first,) = catalogue.rows()
    catalogue.record("v0.1.0")
    assert catalogue.rows() == [first]
    assert first["archived_at"] is not None
    assert first["uri"] == str(archive_path(root, "v0.1.0"))


def test_a_lost_catalogue_is_made_anew_from_the_packages(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    put(root, "v0.1.0", "a" * 64, archived=True)
    put(root, "v0.2.0", "b" * 64)
    catalogue = Catalogue(root, url)
    catalogue.record_all()
    assert {(row["release"], row["archived_at"] is not None) for row in catalogue.rows()} == {("v0.1.0", True), ("v0.2.0", False)}
    assert Catalogue(UPath(tmp_path / "another"), url).rows() == []  # one database may serve several storage roots


def test_packages_on_s3_are_recorded_with_their_uri(s3_bucket: str, tmp_path: Path) -> None:
    root = storage_root(s3_bucket)
    put(root, "v0.1.0", "a" * 64)
    catalogue = Catalogue(root, database_url(root, tmp_path, {}))
    catalogue.record("v0.1.0")
    (row,) = catalogue.rows()
    assert row["uri"] == f"{s3_bucket}/releases/v0.1.0"
    assert abs(row["published_at"] - datetime.now(UTC)) < timedelta(minutes=5)
    assert (tmp_path / FILE).exists()


def test_builds_that_record_at_once_wait_for_each_other(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    keys = [f"v0.{n}.0" for n in range(8)]
    for n, key in enumerate(keys):
        put(root, key, f"{n}" * 64)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda key: Catalogue(root, url).record(key), keys * 2))
    assert sorted(row["release"] for row in Catalogue(root, url).rows()) == keys


def test_an_older_schema_is_led_forward_and_keeps_its_rows(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    put(root, "v0.1.0", "a" * 64)
    Catalogue(root, url).record("v0.1.0")
    newer = (*MIGRATIONS, ("ALTER TABLE empathy_releases ADD COLUMN note TEXT", "UPDATE empathy_releases SET note = 'led forward'"))
    ahead = Catalogue(root, url, newer)
    for _ in range(2):
        assert [row["release"] for row in ahead.rows()] == ["v0.1.0"]
    with sa.create_engine(url).connect() as connection:
        assert connection.execute(sa.text("SELECT note FROM empathy_releases")).scalars().all() == ["led forward"]
        assert connection.execute(sa.text("SELECT max(version) FROM empathy_catalogue_version")).scalar() == len(MIGRATIONS) + 1
    with pytest.raises(CatalogueError, match=rf"schema version {len(MIGRATIONS) + 1}, this code knows {len(MIGRATIONS)}"):
        Catalogue(root, url).rows()


def test_a_migration_that_fails_leaves_nothing_behind(url: str, tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    put(root, "v0.1.0", "a" * 64)
    broken = (*MIGRATIONS, ("ALTER TABLE empathy_releases ADD COLUMN note TEXT", "UPDATE nothing SET note = ''"))
    with pytest.raises(CatalogueError, match="nothing"):
        Catalogue(root, url, broken).record("v0.1.0")
    Catalogue(root, url).record("v0.1.0")
    fixed = (*MIGRATIONS, ("ALTER TABLE empathy_releases ADD COLUMN note TEXT",))
    assert len(Catalogue(root, url, fixed).rows()) == 1


def test_the_database_is_a_file_beside_the_data_unless_one_is_named(tmp_path: Path) -> None:
    local_root = UPath(tmp_path / "data")
    assert database_url(local_root, tmp_path / "cache", {}) == f"sqlite:///{tmp_path / 'data' / FILE}"
    assert database_url(storage_root("s3://bucket/x"), tmp_path / "cache", {}) == f"sqlite:///{tmp_path / 'cache' / FILE}"
    assert database_url(local_root, tmp_path, {module.VARIABLE: "postgresql://h/d"}) == "postgresql://h/d"


# pragma: allowlist nextline secret - of nobody
@pytest.mark.parametrize("given", ["postgresql://me:secret@127.0.0.1:1/none", "sqlite:////proc/none/x.sqlite", "nosuch://me:secret@h/d"])
def test_a_database_out_of_reach_is_named_without_its_password(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_DATABASE_PATIENCE", "0.5")
    with pytest.raises((CatalogueError, OSError)) as caught:
        Catalogue(UPath(tmp_path), given).rows()
    assert "secret" not in str(caught.value)


def test_a_password_of_any_characters_is_taken(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = sa.make_url(postgres_url)
    # pragma: allowlist nextline secret - of a server of the tests
    assert url.password == "p@ss/w%rd:?"  # noqa: S105 - of the tests' own server
    assert Catalogue(UPath(tmp_path), postgres_url).rows() == []  # percent-encoded in the URL
    monkeypatch.setenv("PGPASSWORD", url.password)
    assert Catalogue(UPath(tmp_path), f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}").rows() == []
    with pytest.raises(CatalogueError, match="several @; write %40") as caught:
        Catalogue(UPath(tmp_path), f"postgresql://{url.username}:{url.password}@{url.host}@x:{url.port}/{url.database}")
    assert "ss/w" not in str(caught.value)


def test_a_password_that_is_refused_is_not_shown(postgres_url: str, tmp_path: Path) -> None:
    wrong = sa.make_url(postgres_url).set(password="wr0ng/p%ss").render_as_string(hide_password=False)  # noqa: S106 - of nobody
    with pytest.raises(CatalogueError, match="password authentication failed") as caught:
        Catalogue(UPath(tmp_path), wrong).rows()
    assert "wr0ng" not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, though long enough to look like a header of one " * 20)
    with pytest.raises(CatalogueError, match=r"not a database.*unset it"):
        Catalogue(UPath(tmp_path), f"sqlite:///{tmp_path / FILE}").rows()
    with pytest.raises(CatalogueError, match="not a database URL"):
        Catalogue(UPath(tmp_path), "no url")


def test_the_file_can_be_read_by_any_tool(tmp_path: Path) -> None:
    put(UPath(tmp_path), "v0.1.0", "a" * 64)
    Catalogue(UPath(tmp_path), f"sqlite:///{tmp_path / FILE}").record("v0.1.0")
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("SELECT release, rows, json_extract(mix, '$.foundation') FROM empathy_releases").fetchall() == [
            ("v0.1.0", 20, 8)
        ]
