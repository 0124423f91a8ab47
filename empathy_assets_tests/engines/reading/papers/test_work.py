"""The work model."""

import pytest
from pydantic import ValidationError

from empathy_assets.engines.reading.papers.work import Section, Work, refused


def test_works_are_frozen_and_sections_hold_text():
    with pytest.raises(ValidationError):
        Work(title="a").title = "b"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Section(text="")


def test_refused_belongs_to_the_asset():
    assert refused("html", detail="d", remedy="r").source == "academic_findings"
