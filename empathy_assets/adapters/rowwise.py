"""Maps that remember rows: where few rows of a frame have changed, only those are computed, wherever in the frame they stand.

Lives here: which row of an earlier result is whose. Must not live here: how chunks are computed and kept (`compute`), what is computed.

Chunks are kept by what they hold (`compute`), so one changed row costs a chunk of thousands, and changed rows that lie scattered cost
all of them. For maps whose result for a row depends on that row alone, an index beside the chunks says which row of which kept result
belongs to which row of input; what a chunk lacks is computed together with what the others lack. The results are the same bytes either
way.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate

import polars as pl

from empathy_assets.adapters import compute
from empathy_assets.adapters.cache import FrameCache, chunks, fingerprint
from empathy_assets.adapters.compute import Function, Pool, computed
from empathy_assets.adapters.progress import Progress

_INDEX = pl.Schema({"row": pl.Binary, "chunk": pl.String, "place": pl.UInt32})
_KEY = 16  # bytes of a row's hash
_HASHED = "sha256 of JSON"  # part of an index's name: one made of other hashes tells nothing
_AT = "at"  # column: the place of a result's row among those looked for

Aligned = Callable[[pl.DataFrame], bool]
"""Whether a result has a row for each row of its input, in the same order."""


def map_rows(
    function: Function,
    frame: pl.DataFrame,
    *,
    namespace: str,
    name: str,
    version: str,
    cache: FrameCache,
    aligned: Aligned,
    pool: Pool | None = None,
    progress: Progress | None = None,
    rows: int = 0,
    taught: Callable[[list[pl.Series]], Function] | None = None,
    lesson: str = "",
) -> list[pl.DataFrame]:
    """Return what `compute.map_frame` returns; rows that the last map of this name has met keep their results.

    Args:
        function: Pure, picklable, and row-wise: the result of a row depends on no other row.
        frame: The rows.
        namespace: Cache folder.
        name: Which map of the namespace this is, e.g. the asset: its rows are looked up among those of its own last run.
        version: Versions of everything the result depends on besides the rows.
        cache: Where finished chunks and the index are kept.
        aligned: Tells of a result whether its rows are those of the input one by one; others are kept as whole chunks only.
        pool: See `compute.computed`.
        progress: See `compute.computed`.
        rows: See `compute.computed`.
        taught: Makes of the column `lesson` of results of the last map of this name a function that does what `function` does, sooner.
        lesson: Column of the results.
    """
    size = rows or compute.CHUNK_ROWS
    parts = list(chunks(frame, size))
    keys = [fingerprint(part) for part in parts]
    due = [(key, part) for key, part in zip(keys, parts, strict=True) if not cache.has(namespace, key, version)]
    index = cache.recall(f"{namespace}-rows", name, version, _HASHED) if parts else None

    def run(function: Function, asked: list[pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Return what had to be computed, by chunk: it need not be read back."""
        now: dict[str, pl.DataFrame] = {}
        computed(
            function,
            asked,
            namespace=namespace,
            version=version,
            cache=cache,
            pool=pool,
            progress=progress,
            rows=size,
            took=now.__setitem__,
        )
        return now

    known = partial(_kept, cache, namespace, version)
    learnt = taught or (lambda _: function)
    hashed = {key: row_keys(part) for key, part in due} if index is not None else {}
    whole = _completed(due, hashed, index, run, known, aligned, size, lesson, learnt) if due and index is not None else None
    ready: dict[str, pl.DataFrame] = {}
    if whole is not None:
        for (key, _), result in zip(due, whole, strict=True):
            cache.put(namespace, key, version, frame=result)
            ready[key] = result
    elif due:
        ready = run(function, parts)
    results = [
        ready[key] if key in ready else cache.get(namespace, key, version, compute=partial(function, part))
        for key, part in zip(keys, parts, strict=True)
    ]
    if parts and (due or index is None):
        whole_before = _whole(index, keys, parts) if index is not None else {}
        entries = [
            whole_before[key] if key in whole_before else _entries(key, hashed[key] if key in hashed else row_keys(part))
            for key, part, result in zip(keys, parts, results, strict=True)
            if aligned(result)
        ]
        cache.put(f"{namespace}-rows", name, version, _HASHED, frame=pl.concat([pl.DataFrame(schema=_INDEX), *entries]))
    return results


def _kept(cache: FrameCache, namespace: str, version: str, chunk: str) -> pl.DataFrame | None:
    """Return the kept result of a chunk."""
    return cache.recall(namespace, chunk, version)


def _starts(parts: Sequence[pl.DataFrame]) -> list[int]:
    """Return where each part begins in their sum."""
    return [0, *accumulate(part.height for part in parts)][: len(parts)]


def _completed(
    due: list[tuple[str, pl.DataFrame]],
    hashed: Mapping[str, pl.Series],
    index: pl.DataFrame,
    run: Callable[[Function, list[pl.DataFrame]], dict[str, pl.DataFrame]],
    kept: Callable[[str], pl.DataFrame | None],
    aligned: Aligned,
    size: int,
    lesson: str,
    learnt: Callable[[list[pl.Series]], Function],
) -> list[pl.DataFrame] | None:
    """Return the results of chunks of whose rows some are known, None where none is or a result does not tell its rows apart."""
    rows = pl.concat([part for _, part in due])
    wanted = pl.DataFrame({"row": pl.concat([hashed[key] for key, _ in due])}).with_row_index(_AT)
    wanted = wanted.join(index.unique("row", keep="first", maintain_order=True), on="row", how="left", maintain_order="left")
    found: list[pl.DataFrame] = []
    earlier: list[pl.Series] = []
    for (chunk,), group in wanted.drop_nulls("chunk").group_by("chunk", maintain_order=True):
        result = kept(str(chunk))
        if result is not None:
            earlier.extend([result[lesson]] if lesson else [])  # that column alone: whole results would be held twice
            found.append(result[group["place"].to_list()].with_columns(group[_AT]))
    if not found:
        return None
    lacking = wanted.filter(~pl.col(_AT).is_in(pl.concat([part[_AT] for part in found]).implode()))[_AT]
    fresh = rows[lacking.to_list()]
    parts = list(chunks(fresh, size))
    now = run(learnt(earlier), parts)
    for part, start in zip(parts, _starts(parts), strict=True):
        chunk = fingerprint(part)
        result = now[chunk] if chunk in now else kept(chunk)
        if result is None or not aligned(result):
            return None
        found.append(result.with_columns(lacking[start : start + part.height]))
    whole = pl.concat(found).sort(_AT).drop(_AT)
    return [whole[start : start + part.height] for (_, part), start in zip(due, _starts([part for _, part in due]), strict=True)]


def _whole(index: pl.DataFrame, keys: Sequence[str], parts: Sequence[pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the entries of the chunks that an index holds whole: a chunk is named by its content, so its rows are not hashed again."""
    height = dict(zip(keys, (part.height for part in parts), strict=True))
    known = index.filter(pl.col("chunk").is_in(list(height)))
    held = {str(chunk): entries for (chunk,), entries in known.group_by("chunk", maintain_order=True)}
    return {chunk: entries for chunk, entries in held.items() if entries.height == height[chunk]}


def _entries(chunk: str, hashed: pl.Series) -> pl.DataFrame:
    """Return the index of a chunk whose result is aligned with it, from the hashes of its rows."""
    return pl.DataFrame({"row": hashed, "chunk": [chunk] * len(hashed), "place": range(len(hashed))}, schema=_INDEX)


def row_keys(frame: pl.DataFrame) -> pl.Series:
    """Return a hash of each row: of its values as JSON, names included."""
    lines = frame.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    return pl.Series("row", [hashlib.sha256(line.encode()).digest()[:_KEY] for line in lines], dtype=pl.Binary)
