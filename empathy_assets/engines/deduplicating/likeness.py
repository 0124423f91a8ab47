"""How alike two texts are: the true Jaccard similarity of their shingles, remembered from search to search.

Lives here: comparing pairs, and telling that a pair was compared before. Must not live here: which pairs are compared (`candidates`),
what follows from it (`cluster`). How alike two texts are depends on them alone, so a pair that one search has compared is known to the
next, whatever other texts that one looks at.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.deduplicating.candidates import gather
from empathy_assets.engines.deduplicating.shingles import I64, THREADS, U32, Shingles
from empathy_assets.engines.deduplicating.sketches import shingles_of
from empathy_assets.engines.memory import Memory

_PAIR_BLOCK = 1 << 17  # shingles of candidate pairs compared at a time: what stays in the processor's own memory
_NAMESPACE = "likeness"
_REVISION = "1"  # raise it when the hash of a word or a shingle changes
_KNOWN = pl.Schema({"low": pl.UInt64, "high": pl.UInt64, "jaccard": pl.Float64})
_PAIR = ["low", "high"]

Floats = npt.NDArray[np.float64]


def jaccard(sets: Shingles, a: I64, b: I64) -> Floats:
    """Return the true Jaccard similarity of the shingle sets of texts `a[i]` and `b[i]`, 0 to 1; two empty sets have 0."""
    length = np.diff(sets.offsets)
    total = length[a] + length[b]
    limits = np.searchsorted(np.cumsum(total), np.arange(0, int(total.sum()) + _PAIR_BLOCK, _PAIR_BLOCK)).tolist()
    blocks = [(low, high) for low, high in pairwise([*limits, len(a)]) if low < high]

    def compared(block: tuple[int, int]) -> Floats:
        low, high = block
        shared = _shared(gather(sets, a[low:high]), gather(sets, b[low:high]), high - low)
        union = total[low:high] - shared
        return np.divide(shared, union, out=np.zeros(len(shared)), where=union > 0)

    with ThreadPoolExecutor(THREADS) as threads:
        return np.concatenate([np.zeros(0), *threads.map(compared, blocks)])


def _shared(left: tuple[I64, U32], right: tuple[I64, U32], pairs: int) -> I64:
    """Return how many shingles the sets of each pair share; both sides come as (pair, shingle), ascending."""
    keys = np.concatenate([(owner.astype(np.uint64) << np.uint64(32)) | value for owner, value in (left, right)])
    keys.sort()
    twice = keys[1:][keys[1:] == keys[:-1]]
    return np.bincount((twice >> np.uint64(32)).astype(np.int64), minlength=pairs)


class Likeness:
    """The likeness of pairs of some texts: as a memory has it, else from all shingles of the two."""

    def __init__(self, texts: pl.DataFrame, marks: pl.Series, n: int, memory: Memory) -> None:
        """Recall what is known.

        Args:
            texts: `id` and `turns`, one conversation per row.
            marks: `sketches.marks_of` the texts.
            n: Words of a shingle.
            memory: Where likenesses are kept; pairs of other texts are let go of once they outnumber those of these texts.
        """
        self._texts = texts
        self._marks = marks
        self._n = n
        self._memory = memory
        self._key = (_REVISION, str(n), pl.__version__)
        known = memory.recall(_NAMESPACE, *self._key)
        self._known = pl.DataFrame(schema=_KNOWN) if known is None else known
        self._new = False

    def of(self, a: I64, b: I64) -> Floats:
        """Return the true Jaccard similarity of texts `a[i]` and `b[i]`, 0 to 1; two texts without words have 0."""
        one, other = (self._marks.gather(side).alias(name) for side, name in ((a, "one"), (b, "other")))
        low, high = pl.min_horizontal("one", "other").alias("low"), pl.max_horizontal("one", "other").alias("high")
        pairs = pl.DataFrame([one, other]).select(low, high)
        found = pairs.join(self._known, on=_PAIR, how="left", maintain_order="left")["jaccard"]
        lacking = found.is_null().to_numpy()
        if lacking.any():
            made = self._compared(a[lacking], b[lacking])
            fresh = pairs.filter(lacking).with_columns(pl.Series("jaccard", made)).unique(_PAIR, keep="first", maintain_order=True)
            self._known = pl.concat([self._known, fresh])
            self._new = True
            return found.scatter(np.flatnonzero(lacking), made).to_numpy()
        return found.to_numpy()

    def _compared(self, a: I64, b: I64) -> Floats:
        """Return the likeness of pairs from their texts."""
        met = np.unique(np.concatenate([a, b]))
        return jaccard(shingles_of(self._texts[met], self._n), np.searchsorted(met, a), np.searchsorted(met, b))

    def keep(self) -> None:
        """Keep what was found out."""
        if not self._new:
            return
        here = self._marks.implode()
        own = self._known.filter(pl.col("low").is_in(here) & pl.col("high").is_in(here))
        kept = own if self._known.height > 2 * own.height else self._known
        self._memory.put(_NAMESPACE, *self._key, frame=kept)
