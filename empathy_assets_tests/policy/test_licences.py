"""Tests of the accepted licences."""

import polars as pl
import pytest

from empathy_assets.policy.licences import accepted, accepted_pattern


@pytest.mark.parametrize("licence", ["CC0-1.0", "CC-BY-4.0", "cc-by-nc-sa-3.0", "Apache-2.0", "LicenseRef-declared-by-holder"])
def test_listed_licences_are_accepted_in_any_version_and_case(licence: str) -> None:
    assert accepted(licence)


@pytest.mark.parametrize("licence", ["", "CC-BY-NC-ND-4.0", "CC-BY-", "AGPL-3.0", "MIT-0-or-other", " CC0-1.0"])
def test_a_star_stands_for_a_version_and_nothing_else(licence: str) -> None:
    assert not accepted(licence)


def test_frames_and_strings_are_judged_alike() -> None:
    names = ["CC-BY-4.0", "CC-BY-NC-ND-4.0", ""]
    assert pl.Series(names).str.contains(accepted_pattern()).to_list() == [accepted(name) for name in names]
