"""Work beside a block: it runs while the block does, it is done when the block is left, and what it raises is not lost."""

import threading

import pytest

from empathy_assets.adapters.meanwhile import meanwhile

PATIENCE = 20  # seconds


def _fails() -> None:
    raise ValueError("spoilt")


def test_both_run_at_the_same_time() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    with meanwhile(work):
        assert begun.wait(PATIENCE)  # while the block runs
        go_on.set()


def test_what_is_begun_is_done_when_the_block_is_left() -> None:
    done: list[int] = []
    with meanwhile(lambda: done.append(1), lambda: done.append(2)):
        pass
    assert done == [1, 2]


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="spoilt"), meanwhile(_fails):
        pass


def test_what_the_block_raises_comes_first() -> None:
    with pytest.raises(KeyError), meanwhile(_fails):
        raise KeyError
