"""Tests of the tables that a run holds: handed out by content, let go of when there is no room."""

import polars as pl

from empathy_assets.adapters.held_tables import HeldTables

TABLE = pl.DataFrame({"n": range(1_000)})
ROOM = int(TABLE.estimated_size())


def test_a_table_is_handed_out_by_its_content() -> None:
    held = HeldTables(ROOM)
    held.put("a", TABLE)
    assert held.get("a") is TABLE
    assert held.get("b") is None


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    held = HeldTables(2 * ROOM)
    for content in ("a", "b"):
        held.put(content, TABLE.clone())
    held.get("a")
    held.put("c", TABLE.clone())
    assert [content for content in "abc" if held.get(content) is not None] == ["a", "c"]


def test_a_table_larger_than_the_room_is_not_held() -> None:
    held = HeldTables(ROOM - 1)
    held.put("a", TABLE)
    assert held.get("a") is None


def test_policy_says_how_much_room_there_is() -> None:
    held = HeldTables()
    held.put("a", TABLE)
    assert held.get("a") is TABLE
