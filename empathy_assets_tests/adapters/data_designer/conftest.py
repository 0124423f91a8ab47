"""No worker that one test kept is met by another."""

from collections.abc import Iterator

import pytest

from empathy_assets.adapters.data_designer import crew
from empathy_assets_tests.adapters.data_designer.processes import children


@pytest.fixture(autouse=True)
def _none_kept() -> Iterator[None]:
    crew._KEPT.dismiss()
    yield
    crew._KEPT.dismiss()
    assert children() == []
