"""Record files in the optional formats."""

import json
import tarfile

import polars as pl
import pytest

from empathy_assets.engines.packaging.files import UnknownExportError, write_records
from empathy_assets_tests.engines.splitting.samples import release


def test_every_format_holds_the_same_records(tmp_path):
    rows = write_records(release(), tmp_path, ("csv", "json-ld", "webdataset"))
    assert {name: n for name, n in rows.items() if name.startswith("val")} == dict.fromkeys(
        ("val.jsonl", "val.parquet", "val.csv", "val.jsonld", "val.tar"), 6
    )
    ids = [json.loads(line)["metadata"]["id"] for line in (tmp_path / "val.jsonl").read_text().splitlines()]
    table = pl.read_csv(tmp_path / "val.csv")
    assert table["id"].to_list() == ids
    assert json.loads(table["messages"][0])["messages"][0]["role"] == "user"
    linked = json.loads((tmp_path / "val.jsonld").read_text())
    assert linked["@context"]["@vocab"] == "https://schema.org/"
    assert [row["@id"] for row in linked["@graph"]] == [f"urn:empathy:{i}" for i in ids]
    assert linked["@graph"][0]["turns"][1]["sender"] == "assistant"
    with tarfile.open(tmp_path / "val.tar") as tar:
        assert tar.getnames() == [f"{i}.json" for i in ids]
        assert json.loads(tar.extractfile(tar.getmembers()[0]).read())["metadata"]["id"] == ids[0]
        assert {member.mtime for member in tar.getmembers()} == {0}


def test_an_unknown_format_is_named(tmp_path):
    with pytest.raises(UnknownExportError, match=r"\['xml'\]"):
        write_records(release(), tmp_path, ("xml",))
    assert list(tmp_path.iterdir()) == []
