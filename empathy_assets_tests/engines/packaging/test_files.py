"""Record files in the optional formats."""

import hashlib
import json
import tarfile

import polars as pl
import pytest

from empathy_assets.engines.packaging.files import UnknownExportError, published_splits, record_files
from empathy_assets_tests.engines.splitting.samples import release

FORMATS = ("parquet", "jsonl", "csv", "json-ld", "webdataset")


def test_every_format_holds_the_same_records(tmp_path):
    written = [file.into(tmp_path) for file in record_files(published_splits(release()), FORMATS)]
    for file in written:
        data = (tmp_path / file.name).read_bytes()
        assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert {file.name: file.rows for file in written if file.name.startswith("val")} == dict.fromkeys(
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


def test_an_unknown_format_is_named():
    with pytest.raises(UnknownExportError, match=r"\['xml'\]"):
        record_files(published_splits(release()), ("jsonl", "xml"))
