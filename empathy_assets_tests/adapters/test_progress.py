"""Tests of what is told of progress."""

from empathy_assets.adapters.progress import paced


def test_reports_of_progress_are_few_but_for_the_first_and_the_last() -> None:
    clock = iter([0.0, 0.5, 1.9, 2.0, 2.1, 9.0, 9.5])
    seen: list[tuple[int, int]] = []
    tell = paced(lambda done, total: seen.append((done, total)), clock=lambda: next(clock))
    for done in range(1, 8):
        tell(done, 7)
    assert seen == [(1, 7), (4, 7), (6, 7), (7, 7)]
