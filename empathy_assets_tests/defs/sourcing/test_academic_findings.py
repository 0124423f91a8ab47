"""Tests of the `academic_findings` asset on the bundled samples."""

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_anchored


def test_passages_carry_their_citation(built: Built) -> None:
    rows = built.table("academic_findings")
    assert_anchored(rows, {"paragraph"})
    provenance = rows.unnest("provenance")
    assert (provenance["title"] != "").all()
    assert provenance["year"].null_count() == 0


def test_nothing_is_asked_of_the_network_by_default(built: Built) -> None:
    assert built.result.metadata["academic_findings"]["requests"] == 0
