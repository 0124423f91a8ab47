"""Shared fixtures: short waits, so that retries take milliseconds."""

import pytest

from empathy_assets.adapters.scholarly import transport

QUICK = {"http.backoff_seconds": 0.01, "http.timeout_seconds": 0.4, "http.deadline_seconds": 2.0}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Replace policy's waits; a test may change the mapping."""
    numbers = dict(QUICK)
    real = transport.number
    monkeypatch.setattr(transport, "number", lambda file, key: numbers.get(key, real(file, key)))
    return numbers
