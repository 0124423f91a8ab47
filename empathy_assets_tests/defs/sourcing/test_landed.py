"""Tests of the step the landed sources share."""

from dataclasses import replace

from empathy_assets.adapters.landing import read_landed
from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.resources import Workspace, build_resources
from empathy_assets.defs.sourcing.landed import quarantined
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.reject import Reject


def test_rejects_are_kept_and_counted_by_reason_with_an_example(tmp_path) -> None:
    workspace = build_resources(Settings(landing=str(tmp_path), storage=str(tmp_path / "data")))["workspace"]
    assert isinstance(workspace, Workspace)
    rejects = [Reject(source="books", file=f"{n}.pdf", reason="encrypted" if n else "damaged", remedy="ask") for n in range(3)]
    landed = replace(read_landed(tmp_path, "books", cache=None), rejects=to_frame(rejects[:2], Reject), files=5, files_read=4)
    metadata = quarantined(workspace, "books", landed, to_frame(rejects[2:], Reject))
    assert (metadata["rejected"], metadata["files"], metadata["files_read"]) == (3, 5, 4)
    assert "| encrypted | 2 | 1.pdf |" in metadata["rejects_by_reason"].md_str
    assert workspace.quarantine.read("books")["file"].to_list() == ["0.pdf", "1.pdf", "2.pdf"]
