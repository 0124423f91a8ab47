"""The search for secrets finds one wherever it is put."""

from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from empathy_assets_tests.journeys.leaks import files, forms, leaks, rows

PLANTED = {"KEY": "p@ss/w%rd:?"}


@pytest.mark.parametrize("form", sorted(set(forms(PLANTED["KEY"]))))
def test_a_secret_is_found_in_any_of_its_forms(form: bytes, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "run.log").write_bytes(b"connecting with " + form + b" to nowhere")
    assert leaks(files(tmp_path), PLANTED) == [f"KEY in {tmp_path / 'deep' / 'run.log'}"]


def test_a_secret_is_found_in_a_compressed_table_and_in_its_footer(tmp_path: Path) -> None:
    pl.DataFrame({"a": [[{"b": PLANTED["KEY"]}]] * 100}).write_parquet(tmp_path / "a.parquet", compression="zstd")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "b.parquet", metadata={"note": PLANTED["KEY"]})
    found = leaks(files(tmp_path), PLANTED)
    assert f"KEY in {tmp_path / 'a.parquet'} (columns)" in found
    assert f"KEY in {tmp_path / 'b.parquet'} (footer)" in found


def test_a_secret_is_found_in_a_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE events (body BLOB)")
        connection.exec_driver_sql("INSERT INTO events VALUES (?)", (b'{"p": "p@ss/w%rd:?"}',))
    assert leaks(rows(url), PLANTED) == ["KEY in table events"]


def test_where_there_is_none_none_is_found(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("password of EMPATHY_DATABASE_URL refused")
    assert leaks(files(tmp_path), PLANTED) == []
