"""Tests of the landing sensor."""

from pathlib import Path

import dagster as dg
import pytest

from empathy_assets.defs.automation import landing_sensor


def test_a_landed_book_starts_one_build_of_next_and_never_of_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_LANDING", str(tmp_path))
    (tmp_path / "books").mkdir()
    first = dg.build_sensor_context()
    assert isinstance(landing_sensor(first), dg.SkipReason)

    still = dg.build_sensor_context(cursor=first.cursor)
    assert isinstance(landing_sensor(still), dg.SkipReason)

    (tmp_path / "books" / "new.txt").write_text("A book.")
    result = landing_sensor(dg.build_sensor_context(cursor=first.cursor))
    assert isinstance(result, dg.SensorResult)
    assert [request.partition_key for request in result.run_requests] == ["next"]
    assert result.run_requests[0].tags["empathy/landed"] == "books"
    assert isinstance(landing_sensor(dg.build_sensor_context(cursor=result.cursor)), dg.SkipReason)


def test_it_runs_without_a_click() -> None:
    assert landing_sensor.default_status == dg.DefaultSensorStatus.RUNNING
