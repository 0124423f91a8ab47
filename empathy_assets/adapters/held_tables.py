"""Tables that were stored or read, held while there is room: the next step that asks for one is handed it.

Lives here: which tables are held, and how many. Must not live here: where tables lie, or whether that is still the same (`io_manager`).

Four steps read every stage of a release, and each would decode it from Parquet again, on object storage fetch it again as well.
"""

from collections import OrderedDict

import polars as pl

from empathy_assets.policy.load import number


class HeldTables:
    """Tables by the fingerprint of their content; when there is no room for one more, those go that were not asked for the longest."""

    def __init__(self, room: int | None = None) -> None:
        """Hold tables of at most `room` bytes together, by default policy's number."""
        self._room = int(number("storage", "tables.held_mib")) << 20 if room is None else room
        self._tables: OrderedDict[str, tuple[pl.DataFrame, int]] = OrderedDict()

    def get(self, content: str) -> pl.DataFrame | None:
        """Return the table of this content if it is held."""
        if content not in self._tables:
            return None
        self._tables.move_to_end(content)
        return self._tables[content][0]

    def put(self, content: str, table: pl.DataFrame) -> None:
        """Hold a table; one that is larger than all the room is not held."""
        self._tables[content] = table, int(table.estimated_size())
        self._tables.move_to_end(content)
        while sum(size for _, size in self._tables.values()) > self._room:
            self._tables.popitem(last=False)
