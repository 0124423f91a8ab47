"""The dataset card and its header."""

import polars as pl
import pytest
import yaml

from empathy_assets.engines.packaging.card import dataset_card
from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets.engines.packaging.package import write_package
from empathy_assets_tests.engines.packaging.samples import built, context


def test_the_header_tells_where_each_split_is():
    release, ledger = built()
    card = dataset_card(release_figures(release, ledger, context()) | {"shortfalls": []})
    header = card.split("---\n")[1]
    assert card.startswith("---\n")
    assert [line.split()[-1] for line in header.splitlines() if "path:" in line] == ["train.parquet", "val.parquet", "test.parquet"]
    assert "license: other" in header
    assert "- n<1K" in header
    assert "Nothing." in card


def test_a_package_loads_from_its_folder_by_the_header_of_its_card(tmp_path):
    """The documented convention of `datasets`: `configs`, each with `data_files` of `split` and `path` relative to the card."""
    manifest = write_package(*built(), tmp_path / "p", context(exports=("csv", "json-ld", "webdataset")))
    header = yaml.safe_load((tmp_path / "p" / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    (config,) = header["configs"]
    assert (config["config_name"], config["default"]) == ("default", True)
    tables = {row["split"]: pl.read_parquet(tmp_path / "p" / row["path"]) for row in config["data_files"]}
    assert {split: table.height for split, table in tables.items()} == manifest.splits
    assert len({str(table.schema) for table in tables.values()}) == 1
    assert tables["val"].columns == ["messages", "metadata"]


def test_the_library_itself_loads_a_package(tmp_path):
    datasets = pytest.importorskip("datasets", reason="not a dependency; the convention is proved above")
    manifest = write_package(*built(), tmp_path / "p", context(exports=("csv", "json-ld", "webdataset")))
    loaded = datasets.load_dataset(str(tmp_path / "p"), cache_dir=str(tmp_path / "cache"))
    assert {split: loaded[split].num_rows for split in loaded} == manifest.splits
    assert loaded["train"].column_names == ["messages", "metadata"]


def test_shortfalls_are_told():
    release, ledger = built()
    figures = release_figures(release, ledger, context())
    figures["shortfalls"] = [{"scope": "stage", "name": "persona", "required": 9000, "available": 8000, "missing": 1000}]
    figures |= {"licences": {"CC0-1.0": 60_000}, "rows": 60_000}
    card = dataset_card(figures)
    assert "* stage persona: 1,000 of 9,000 missing" in card
    assert "license: cc0-1.0" in card
    assert "- 10K<n<100K" in card
