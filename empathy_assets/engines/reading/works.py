"""Works across files: editions of one book and copies of one talk brought to one work id.

Lives here: the comparison of all works that were read. Must not live here: how a single work is sketched (identity).
"""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.reading.identity import overlap
from empathy_assets.policy.load import number


def same_works(works: pl.DataFrame) -> dict[str, str]:
    """Return the common id of every work: the first, by id, of those whose contents overlap.

    Args:
        works: Columns `work_id` and `sketch` (sorted integers), one row per file; equal titles and authors have equal ids already.
    """
    distinct = works.unique("work_id", keep="first", maintain_order=True).sort("work_id")
    ids: list[str] = distinct["work_id"].to_list()
    sketches: list[list[int]] = distinct["sketch"].to_list()
    least = number("reading", "identity.same_work")
    common = {work: work for work in ids}
    holders: dict[int, list[int]] = {}
    for index, marks in enumerate(sketches):
        candidates = sorted({other for mark in marks for other in holders.get(mark, [])})
        match = next((c for c in candidates if overlap(sketches[c], marks) >= least), None)
        if match is not None:
            common[ids[index]] = common[ids[match]]
        for mark in marks:
            holders.setdefault(mark, []).append(index)
    return common
