"""What is kept for the next use: shared, ended once, and only when nobody uses it."""

import threading
from pathlib import Path

import pytest

from empathy_assets.adapters.kept import Kept, surroundings

LONG = 600.0


class Ledger:
    """Starts numbered things and notes which ended."""

    def __init__(self, idle: float) -> None:
        self.started: list[str] = []
        self.ended: list[str] = []
        self.all_ended = threading.Event()
        self.kept: Kept[str, str] = Kept(self.start, self.end, lambda: idle)

    def start(self, kind: str) -> str:
        self.started.append(f"{kind}{len(self.started)}")
        return self.started[-1]

    def end(self, thing: str) -> None:
        self.ended.append(thing)
        if len(self.ended) == len(self.started):
            self.all_ended.set()


def test_a_thing_stays_for_the_next_use_and_goes_when_none_comes() -> None:
    ledger = Ledger(0.2)
    with ledger.kept.at_work("a") as first:
        pass
    with ledger.kept.at_work("a") as second:
        assert ledger.ended == []
    assert first == second == "a0"
    assert ledger.all_ended.wait(20)
    with ledger.kept.at_work("a") as third:
        assert third == "a1"


def test_what_is_ending_already_has_ended_when_all_is_dismissed() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def end(_: str) -> None:
        begun.set()
        assert may_end.wait(20)
        ended.set()

    kept: Kept[str, str] = Kept(str, end, lambda: 0.01)
    with kept.at_work("a"):
        pass
    assert begun.wait(20)
    threading.Timer(0.2, may_end.set).start()
    kept.dismiss()
    assert ended.is_set()


def test_those_who_use_it_together_share_it() -> None:
    ledger = Ledger(LONG)
    with ledger.kept.at_work("a") as one, ledger.kept.at_work("a") as other:
        assert one == other
    assert ledger.ended == []


def test_one_of_another_kind_takes_its_place_or_is_not_kept_while_it_is_in_use() -> None:
    ledger = Ledger(LONG)
    with ledger.kept.at_work("a"):
        with ledger.kept.at_work("b") as passing:
            assert passing == "b1"
        assert ledger.ended == ["b1"]
    with ledger.kept.at_work("c"):
        assert ledger.ended == ["b1", "a0"]


def test_one_whose_use_failed_is_not_kept_and_ends_with_its_last_user() -> None:
    ledger = Ledger(LONG)
    with ledger.kept.at_work("a") as first:
        with pytest.raises(RuntimeError, match="lost"), ledger.kept.at_work("a"):
            raise RuntimeError("lost")
        assert ledger.ended == []
        with ledger.kept.at_work("a") as second:
            assert second != first
    assert ledger.ended == ["a0"]


def test_one_that_is_taken_as_its_time_runs_out_is_left_to_its_user() -> None:
    ledger = Ledger(LONG)
    with ledger.kept.at_work("a"):
        pass
    kept, timer = ledger.kept, ledger.kept._leaving
    assert timer is not None
    with kept.at_work("a"):
        timer.function(*timer.args)  # as if it had gone off before it could be called off
        assert ledger.ended == []
    with kept.at_work("a") as again:
        assert again == "a0"


def test_what_waits_can_be_ended_at_once() -> None:
    ledger = Ledger(LONG)
    with ledger.kept.at_work("a"):
        ledger.kept.dismiss()
        assert ledger.ended == []
    ledger.kept.dismiss()
    ledger.kept.dismiss()
    assert ledger.ended == ["a0"]


def test_surroundings_differ_with_what_a_process_takes_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = surroundings()
    assert before == surroundings()
    monkeypatch.setenv("EMPATHY_OTHER", "1")
    other = surroundings()
    monkeypatch.chdir(tmp_path)
    assert len({before, other, surroundings()}) == 3
