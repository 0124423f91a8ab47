"""Role alternation: empty turns dropped, neighbours merged, system turns only at the start."""

import polars as pl

from empathy_assets.engines.cleaning.turns import alternate, explode, regroup

TURNS = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))


def run(*conversations):
    lists = [None if c is None else [{"role": r, "content": t} for r, t in c] for c in conversations]
    out = regroup(alternate(explode(pl.Series(lists, dtype=TURNS))))
    return {row: [(t["role"], t["content"]) for t in turns] for row, turns in out.iter_rows()}


def test_alternating_conversations_pass_unchanged():
    talk = [("user", "a"), ("assistant", "b"), ("user", "c")]
    assert run(talk, talk) == {0: talk, 1: talk}


def test_neighbours_of_one_role_are_merged_also_across_an_empty_turn():
    assert run([("user", "a"), ("user", "b"), ("assistant", ""), ("user", "c"), ("assistant", "d")]) == {
        0: [("user", "a\nb\nc"), ("assistant", "d")]
    }


def test_a_leading_assistant_turn_stays():
    assert run([("assistant", "hi"), ("user", "a")]) == {0: [("assistant", "hi"), ("user", "a")]}


def test_system_turns_are_kept_first_only():
    talk = [("system", "s"), ("system", "t"), ("user", "a"), ("system", "late"), ("assistant", "b"), ("system", "end")]
    assert run(talk) == {0: [("system", "s\nt"), ("user", "a"), ("assistant", "b")]}


def test_nothing_left_gives_no_row_and_conversations_do_not_touch():
    assert run([("user", "")], None, [], [("user", "a")], [("user", "b")]) == {3: [("user", "a")], 4: [("user", "b")]}
