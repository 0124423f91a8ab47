"""Tests of the `conversation_corpora` asset on the bundled samples."""

from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.storage import storage_root
from empathy_assets_tests.conftest import Built


def test_dialogues_of_every_shape_were_read(built: Built) -> None:
    rows = built.table("conversation_corpora").unnest("provenance")
    assert {name.rsplit("/", 1)[-1] for name in rows["file"]} == {"sharegpt.json", "qa.csv", "sessions.csv", "broken_example.json"}
    assert (rows["record_id"] != "").any()
    assert set(rows["unit"]) <= {"record", "row", "line"}


def test_the_broken_record_is_in_quarantine_with_its_remedy(built: Built) -> None:
    rejects = Quarantine(storage_root(built.settings.storage)).read("conversation_corpora")
    assert rejects["reason"].to_list() == ["truncated"]
    assert rejects["remedy"][0]
    assert rejects["position"][0]
