"""Tests of the closing tables."""

from io import StringIO
from pathlib import Path

from rich.console import Console
from upath import UPath

from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import BuildResult
from empathy_assets.console.summary import as_dict, print_summary, rejects_by_reason
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.reject import Reject
from empathy_assets_tests.conftest import Built


def shown(result: BuildResult, settings: Settings) -> str:
    out = StringIO()
    print_summary(result, "next", settings, Console(file=out, width=160))
    return out.getvalue()


def test_a_finished_build_shows_mix_splits_rejects_and_package(built: Built) -> None:
    text = shown(built.result, built.settings)
    assert "300 of 300 conversations" in text
    assert "train 210 (70.0%)" in text
    assert "truncated" in text
    assert "releases/next" in text
    facts = as_dict(built.result, "next", built.settings)
    assert sum(facts["mix"].values()) == facts["conversations"] == 300


def test_a_blocked_build_names_the_check_and_every_error(tmp_path: Path) -> None:
    result = BuildResult(failed_blocking=["foundation.ears"], failed_warnings=["gated.size"], errors=["gated[next] cannot be read"])
    text = shown(result, Settings(storage=str(tmp_path)))
    assert "blocked by foundation.ears" in text
    assert "gated.size did not pass" in text
    assert "gated[next] cannot be read" in text


def test_rejects_are_counted_and_a_long_list_is_cut(tmp_path: Path) -> None:
    rows = [Reject(source="books", file=f"{n}.pdf", reason=f"reason-{n:02d}") for n in range(15)]
    Quarantine(UPath(tmp_path)).write("books", to_frame([*rows, rows[3]], Reject))
    found = rejects_by_reason(Settings(storage=str(tmp_path)))
    assert (found["reason"][0], found["count"][0], found.height) == ("reason-03", 2, 15)
    assert "and 3 more reasons" in shown(BuildResult(), Settings(storage=str(tmp_path)))
