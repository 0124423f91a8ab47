"""Tests of files with a dialogue or an exchange per line."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.turn_lines import exchanges, is_windows, marked, reader_of, windows


def test_windows_become_the_whole_dialogue():
    a = ["1.0 0 0 Hello  EOS 1.0 1 1 [Other] Hi", "0.0 0 0 Hello  EOS 0.0 1 1 [Other] Hi EOS 1.0 0 2 So tired EOS 1.0 1 3 [Questions] Why?"]
    b = ["1.0 0 0 Good day  EOS 1.0 1 1 [Other] Hi", "garbage"]
    assert is_windows(a[0])
    assert not is_windows("a,b,c")
    found: list[Any] = list(windows(enumerate([*a, *b], start=1)))
    assert found[0][:2] == (1, 2)
    assert [text.strip() for _, text in found[0][2].turns] == ["Hello", "Hi", "So tired", "Why?"]
    assert isinstance(found[1][2], ReadError)
    assert found[2][2].turns[0][1].strip() == "Good day"


def test_the_kind_is_told_by_the_first_lines():
    assert reader_of("Hi . __eou__ Hello ! __eou__") is marked
    assert reader_of("1 Hi there\tHello", "2 And you?\tFine") is exchanges
    assert reader_of("1 your persona: i like tea.", "2 Hi there\tHello") is exchanges
    assert reader_of("question\tanswer") is None
    assert reader_of("1 apple a day") is None


def test_marked_lines_alternate():
    found: list[Any] = list(marked([(1, "Hi . __eou__ Hello ! __eou__"), (2, ""), (3, "Bye __eou__")]))
    assert [(a, d.turns) for a, _, d in found] == [(1, [("user", "Hi ."), ("assistant", "Hello !")]), (3, [("user", "Bye")])]


def test_numbered_exchanges_begin_again_at_one():
    rows = ["1 your persona: i like tea.", "2 Hi\tHello\t\tx|y", "3 And?\tGood", "1 Hey\tHo", "odd"]
    found = list(exchanges(enumerate(rows, start=1)))
    assert [(a, b, len(d.turns)) for a, b, d in found if not isinstance(d, ReadError)] == [(1, 3, 4), (4, 4, 2)]
    assert [d.reason for _, _, d in found if isinstance(d, ReadError)] == ["spoiled-record"]


@given(st.lists(st.text(max_size=60), max_size=8))
def test_no_lines_raise(rows):
    for reader in (windows, marked, exchanges):
        list(reader(enumerate(rows, start=1)))
