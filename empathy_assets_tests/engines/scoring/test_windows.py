"""Behaviour of `engines.scoring.windows`."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.scoring.windows import cut, windows


def test_short_text_is_one_window():
    assert windows("a short text", 70, 50) == [(0, 12)]


@given(st.integers(1, 400), st.integers(5, 60))
def test_windows_cover_every_word(n, size):
    text = " ".join(f"w{i}" for i in range(n))
    spans = windows(text, size, max(1, size - 3))
    covered = {i for a, b in spans for i in range(a, b)}
    assert all(i in covered for i, c in enumerate(text) if c != " ")


def test_a_megabyte_without_spaces_is_cut():
    assert len(windows("x" * 1_000_000, 70, 50)) > 50


def test_cut_names_the_owner():
    pieces, owners = cut(["short", " ".join(["word"] * 30)], 20, 10)
    assert owners == [0, 1, 1]
    assert pieces[0] == "short"
