"""A plan of the bundled samples, made once for the tests that look at plans."""

from dataclasses import dataclass

import pytest

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.planned import Planned


@dataclass(frozen=True)
class Small:
    """Settings of a small build, and its plan."""

    settings: Settings
    planned: Planned


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The plan of 300 conversations from the bundled samples; nothing is built."""
    from rich.console import Console

    from empathy_assets.console.planned import planned

    settings = Settings(storage=str(tmp_path_factory.mktemp("small")), scale=0.005)
    return Small(settings, planned(settings, Console(quiet=True)))
