"""Tests of the audit trail over a build that really ran."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.audit import moment, print_audit, run_audit
from empathy_assets.console.build import run_build, whose
from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.conftest import Built

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:00+02:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_span_or_a_date(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


def test_anything_else_is_refused_with_what_is_expected() -> None:
    with pytest.raises(ValueError, match="expected a span such as 12h"):
        moment("yesterday")


def test_every_dataset_and_the_release_are_told_with_who_and_what(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dagster.yaml").write_text("storage:\n  sqlite:\n    base_dir: .dagster\ntelemetry:\n  enabled: false\n")
    settings = Settings(storage=str(tmp_path / "data"), scale=0.005, cache=str(built.settings.cache_dir))
    assert run_build("next", settings, Console(quiet=True)).success
    found = run_audit("1h", settings)
    written = {m.subject: m for m in found if m.what == "written"}
    assert set(written) >= {*STAGES, "books", "gated", "verdicts", "split", "ready_package"}
    assert {m.who for m in written.values()} == {f"{whose()['empathy/user']}@{whose()['empathy/host']}"}
    assert written["gated"].release == "next"
    assert written["gated"].rows == built.table("gated", "next").height
    assert len(written["gated"].sha256) == 64
    (release,) = (m for m in found if m.what == "published")
    assert (release.release, release.rows) == ("next", written["gated"].rows)
    assert [m.at for m in found] == sorted(m.at for m in found)
    out = io.StringIO()
    print_audit(found, Console(file=out, width=200))
    assert "ready_package" in out.getvalue()
    assert run_audit("2999-01-01", settings) == []
