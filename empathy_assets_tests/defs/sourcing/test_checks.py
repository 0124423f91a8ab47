"""Tests that the checks of the sources ran, and what each is for."""

from empathy_assets.defs.sourcing.checks import SOURCES, books_checks
from empathy_assets_tests.conftest import Built


def test_rights_and_schema_block_while_an_empty_folder_only_warns() -> None:
    blocking = {spec.name: spec.blocking for spec in books_checks.check_specs}
    assert blocking == {"rows": False, "licence": True, "schema_version": True, "quarantine": False}


def test_every_source_passed(built: Built) -> None:
    assert not [name for name in built.result.failed_warnings if name.split(".")[0] in SOURCES]
