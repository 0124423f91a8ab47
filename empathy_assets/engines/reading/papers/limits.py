"""Bounds on what one file may make a reader hold.

Lives here: counting and cutting. Must not live here: the numbers (`policy/scholarly.toml`).
"""

from collections.abc import Sequence
from typing import TypeVar

from empathy_assets.engines.reading.papers.work import refused
from empathy_assets.policy.load import number
from empathy_assets.records.reject import Reject

T = TypeVar("T")


def max_records() -> int:
    """Return how many records of one file are read."""
    return int(number("scholarly", "read.max_records"))


def limited(records: Sequence[T]) -> tuple[Sequence[T], list[Reject]]:
    """Return the first records of a file, as many as policy allows, and a reject that names the first one left out."""
    most = max_records()
    return (records, []) if len(records) <= most else (records[:most], [too_many(most + 1)])


def too_many(number: int) -> Reject:
    """Return the reject that names the first record left out."""
    detail = f"found more than {number - 1} records, the first {number - 1} were read"
    return refused("too-many-records", position=f"record {number}", detail=detail, remedy="Split the file into smaller ones.")
