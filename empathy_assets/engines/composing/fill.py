"""Filling a quota exactly with units of one or two records, least-served kinds first.

Lives here: the arithmetic of exact counts. Must not live here: where quotas, minima or ranks come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Unit(NamedTuple):
    """What is admitted as a whole: its key, how many records it holds and their kind."""

    key: str
    size: int
    kind: str


def _walk(units: Sequence[Unit], room: int, chosen: dict[str, Unit]) -> int:
    """Admit units in order while they fit; return the room left."""
    for unit in units:
        if not room:
            break
        if unit.key not in chosen and unit.size <= room:
            chosen[unit.key] = unit
            room -= unit.size
    return room


def _swap(units: Sequence[Unit], room: int, chosen: dict[str, Unit], floors: Mapping[str, int]) -> int:
    """Make the last place usable: give back an admitted small unit for an unadmitted one that is larger by exactly `room`.

    The unit given back is the lowest-ranked whose kind stays at or above its floor; failing that, the lowest-ranked of the same kind.
    """
    held: dict[str, int] = {}
    for unit in chosen.values():
        held[unit.kind] = held.get(unit.kind, 0) + unit.size
    # One candidate per size and kind: the others of that kind and size would fare the same.
    open_ = {(unit.size, unit.kind): unit for unit in reversed(units) if unit.key not in chosen}
    for taken in (unit for unit in units if unit is open_.get((unit.size, unit.kind))):
        for given in reversed(chosen.values()):
            spare = given.kind == taken.kind or held[given.kind] - given.size >= floors.get(given.kind, 0)
            if taken.size - given.size == room and spare:
                del chosen[given.key]
                chosen[taken.key] = taken
                return 0
    return room


def fill(units: Sequence[Unit], quota: int, floors: Mapping[str, int]) -> list[str] | None:
    """Return the keys of units that hold exactly `quota` records, or null where no choice of this kind reaches it.

    Args:
        units: Units in the order they should be admitted.
        quota: Records wanted.
        floors: Least number of records per kind, as far as units and quota allow; met before the rest is filled.
    """
    chosen: dict[str, Unit] = {}
    room = quota
    for kind, least in sorted(floors.items()):
        budget = min(least, room)
        # A pair may overshoot a floor by one record: a floor is a least number.
        of_kind = [unit for unit in units if unit.kind == kind]
        left = _walk(of_kind, budget, chosen)
        if left:
            extra = next((u for u in of_kind if u.key not in chosen and u.size <= room - (budget - left)), None)
            if extra is not None:
                chosen[extra.key] = extra
                left -= extra.size
        room -= budget - left
    room = _walk(units, room, chosen)
    if room:
        room = _swap(units, room, chosen, floors)
    if room:
        # The exact count comes before a floor: a floor is wanted, the mix is promised.
        room = _swap(units, room, chosen, {})
    return None if room else list(chosen)
