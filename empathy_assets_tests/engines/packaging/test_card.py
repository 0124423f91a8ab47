"""The dataset card and its header."""

from empathy_assets.engines.packaging.card import dataset_card
from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets_tests.engines.packaging.samples import built, context


def test_the_header_tells_where_each_split_is():
    release, ledger = built()
    card = dataset_card(release_figures(release, ledger, context()))
    header = card.split("---\n")[1]
    assert card.startswith("---\n")
    assert [line.split()[-1] for line in header.splitlines() if "path:" in line] == ["train.parquet", "val.parquet", "test.parquet"]
    assert "license: other" in header
    assert "- n<1K" in header
    assert "Nothing." in card


def test_shortfalls_are_told():
    release, ledger = built()
    figures = release_figures(release, ledger, context())
    figures["shortfalls"] = [{"scope": "stage", "name": "persona", "required": 9000, "available": 8000, "missing": 1000}]
    figures |= {"licences": {"CC0-1.0": 60_000}, "rows": 60_000}
    card = dataset_card(figures)
    assert "* stage persona: 1,000 of 9,000 missing" in card
    assert "license: cc0-1.0" in card
    assert "- 10K<n<100K" in card
