"""Tests of the step the landed sources share."""

from empathy_assets.defs.sourcing.landed import reject_metadata
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.reject import Reject


def test_rejects_are_counted_by_reason_with_an_example() -> None:
    rejects = [Reject(source="books", file=f"{n}.pdf", reason="encrypted" if n else "damaged", remedy="ask") for n in range(3)]
    metadata = reject_metadata(to_frame(rejects, Reject))
    assert metadata["rejected"] == 3
    assert "| encrypted | 2 | 1.pdf |" in metadata["rejects_by_reason"].md_str
