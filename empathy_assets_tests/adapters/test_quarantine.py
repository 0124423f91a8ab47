"""Tests of the quarantine tables."""

from pathlib import Path

from upath import UPath

from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.records.arrow import empty_frame, to_frame
from empathy_assets.records.reject import Reject


def rejects(source: str, *files: str):
    return to_frame([Reject(source=source, file=name, reason="encrypted") for name in files], Reject)


def test_each_source_replaces_its_own_rejects_only(tmp_path: Path) -> None:
    quarantine = Quarantine(UPath(tmp_path))
    assert quarantine.read_all().equals(empty_frame(Reject))
    quarantine.write("books", rejects("books", "b.pdf", "a.pdf"))
    quarantine.write("transcripts", rejects("transcripts", "t.vtt"))
    quarantine.write("books", rejects("books", "a.pdf"))
    assert quarantine.read_all()["file"].to_list() == ["a.pdf", "t.vtt"]
    assert quarantine.read("books").height == 1
    assert quarantine.read("never").is_empty()
