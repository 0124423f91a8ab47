"""Diversity of generated conversations: how near the nearest pair is, how much is shared with others, which sentence recurs.

Words are hashed, shingles are 64-bit keys, so that a hundred thousand conversations are measured in seconds. A counterfactual pair
counts once: pass one member of each.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.memory import Memory
from empathy_assets.policy.load import number

_NAMESPACE = "diversity"
_REVISION = "1"  # raise it when the same texts give other figures
_Keys = npt.NDArray[np.uint64]
_PERMUTATIONS = 64
_BAND_ROWS = 4
_THREADS = 2  # kinds measured side by side: numpy lets go of the interpreter while it sorts
_SEEN_BITS = 20  # a megabyte of them
_MINHASH_BLOCK = 1 << 14  # keys permuted at a time
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Diversity:
    """Figures of a set of conversations.

    Attributes:
        conversations: How many were measured.
        jaccard_max: Highest Jaccard similarity of word 5-gram sets among pairs that MinHash proposes, 0 to 1.
        overlap_mean: Mean share of a conversation's word 4-grams that occur in a fixed sample of others.
        sentence_share_max: Share of conversations that hold the most repeated sentence.
        sentence: That sentence.
        distinct_2: Distinct word pairs over all word pairs.
        words_mean: Mean words of a conversation.
    """

    conversations: int
    jaccard_max: float
    overlap_mean: float
    sentence_share_max: float
    sentence: str
    distinct_2: float
    words_mean: float


def one_of_each_pair(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the conversations with the first member of each counterfactual pair only."""
    pair = pl.col("labels").struct.field("pair_id").fill_null("")
    return frame.filter((pair == "") | pair.is_first_distinct())


def diversity_by_kind(frame: pl.DataFrame, memory: Memory | None = None) -> dict[str, Diversity]:
    """Return the figures per kind of conversation (label `kind`; landed ones have none and are called `landed`), in the order of names.

    One member of each counterfactual pair, at most policy's `diversity.sample` conversations of a kind, evenly spaced.

    Args:
        frame: Conversations (`Conversation` schema).
        memory: Where the figures of a kind are kept by its texts: of kinds that a new book left alone nothing is measured again.
    """
    most = int(number("generation", "diversity.sample"))
    kind = pl.col("labels").struct.field("kind").fill_null("")

    def measured(rows: pl.DataFrame) -> Diversity:
        content = rows.gather_every(-(-rows.height // most))["turns"].list.eval(pl.element().struct.field("content"))
        return _remembered(content.list.join("\n"), memory)

    kinds = sorted(one_of_each_pair(frame).group_by(kind.alias("kind")), key=lambda part: str(part[0]))
    with ThreadPoolExecutor(_THREADS) as threads:
        return dict(zip([str(name) or "landed" for (name,), _ in kinds], threads.map(measured, [rows for _, rows in kinds]), strict=True))


def _remembered(texts: pl.Series, memory: Memory | None) -> Diversity:
    """Return the figures of conversations, as they are kept for these texts in this order where there is a memory."""
    if memory is None:
        return diversity(texts)
    content = sha256(texts.hash(seed=0).to_numpy().tobytes()).hexdigest()
    key = (_REVISION, content, str(number("generation", "diversity.overlap_others")), pl.__version__)
    figures = memory.get(_NAMESPACE, *key, compute=lambda: pl.DataFrame([asdict(diversity(texts))]))
    return Diversity(**figures.row(0, named=True))


def diversity(texts: pl.Series) -> Diversity:
    """Return the figures of conversations given as one text each (turns joined by a line break)."""
    words = texts.str.to_lowercase().str.extract_all(r"[a-z0-9']+")
    lengths = words.list.len().to_numpy().astype(np.int64)
    if texts.is_empty() or not lengths.sum():
        return Diversity(texts.len(), 0.0, 0.0, 0.0, "", 0.0, 0.0)
    hashed = words.explode().drop_nulls().hash(seed=1).to_numpy()
    owner = np.repeat(np.arange(len(lengths)), lengths)
    share, sentence = _repeated_sentence(texts)
    pairs = _ngrams(hashed, owner, 2)[0]
    return Diversity(
        conversations=texts.len(),
        jaccard_max=_nearest(*_ngrams(hashed, owner, 5), len(lengths)),
        overlap_mean=_overlap(*_ngrams(hashed, owner, 4), len(lengths)),
        sentence_share_max=share,
        sentence=sentence,
        distinct_2=float(_count_distinct(pairs) / max(1, len(pairs))),
        words_mean=float(lengths.mean()),
    )


def _ngrams(hashed: _Keys, owner: npt.NDArray[np.int64], n: int) -> tuple[_Keys, npt.NDArray[np.int64]]:
    """Return the keys of all word n-grams that stay within a conversation, and whose they are."""
    size = len(hashed) - n + 1
    if size <= 0:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    keys = np.zeros(size, np.uint64)
    with np.errstate(over="ignore"):
        for i in range(n):
            keys = keys * _PRIME + hashed[i : i + size]
            keys ^= keys >> np.uint64(29)
    inside = owner[:size] == owner[n - 1 :]
    return keys[inside], owner[:size][inside]


def _overlap(keys: _Keys, owner: npt.NDArray[np.int64], n: int) -> float:
    """Return the mean share of 4-grams found in a fixed, evenly spaced sample of others (never oneself)."""
    others = int(number("generation", "diversity.overlap_others"))
    chosen = np.unique(np.linspace(0, n - 1, min(others + 1, n)).astype(np.int64))
    in_sample = np.zeros(n, dtype=bool)
    in_sample[chosen] = True
    sampled, holders = _holders(keys[in_sample[owner]], owner[in_sample[owner]])
    if not len(sampled):
        return 0.0
    # Most n-grams stand in no other conversation: a table of bits tells them before they are looked up.
    seen = np.zeros(1 << _SEEN_BITS, dtype=bool)
    seen[sampled >> np.uint64(64 - _SEEN_BITS)] = True
    asked = np.flatnonzero(seen[keys >> np.uint64(64 - _SEEN_BITS)])
    place = np.searchsorted(sampled, keys[asked]).clip(max=len(sampled) - 1)
    # A member of the sample finds its own n-grams there: it needs a second holder.
    needed = np.where(in_sample[owner[asked]], 2, 1)
    hit = np.zeros(len(keys), dtype=bool)
    hit[asked] = (sampled[place] == keys[asked]) & (holders[place] >= needed)
    totals = np.bincount(owner, minlength=n)
    share = np.bincount(owner, weights=hit, minlength=n)[totals > 0] / totals[totals > 0]
    return float(share.mean()) if len(share) else 0.0


def _holders(keys: _Keys, owner: npt.NDArray[np.int64]) -> tuple[_Keys, npt.NDArray[np.int64]]:
    """Return the distinct keys, ascending, and how many conversations hold each."""
    order = np.lexsort((owner, keys))
    keys, owner = keys[order], owner[order]
    own = np.r_[True, (keys[1:] != keys[:-1]) | (owner[1:] != owner[:-1])][: len(keys)]
    return np.unique(keys[own], return_counts=True)


def _count_distinct(keys: _Keys) -> int:
    ordered = np.sort(keys)
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(ordered) else 0


def _nearest(keys: _Keys, owner: npt.NDArray[np.int64], n: int) -> float:
    """Return the highest exact Jaccard among pairs that share a MinHash band; pairs above 0.5 are proposed with near certainty."""
    if n < 2 or not len(keys):
        return 0.0
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    present = owner[starts]
    signature = _minhash(keys, starts)
    sets: dict[int, _Keys] = {}
    ends = np.r_[starts[1:], len(keys)]

    def shingles(i: int) -> _Keys:
        if i not in sets:
            sets[i] = np.unique(keys[starts[i] : ends[i]])
        return sets[i]

    best = 0.0
    for a, b in _proposed(signature, len(present)):
        one, two = shingles(a), shingles(b)
        common = len(np.intersect1d(one, two, assume_unique=True))
        best = max(best, common / (len(one) + len(two) - common))
    return best


def _minhash(keys: _Keys, starts: npt.NDArray[np.int64]) -> _Keys:
    rng = np.random.default_rng(0)
    multipliers = rng.integers(1, 2**63, _PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    signature = np.empty((len(starts), _PERMUTATIONS), np.uint64)
    ends = np.r_[starts[1:], len(keys)]
    first = 0
    with np.errstate(over="ignore"):
        while first < len(starts):  # some conversations at a time: their keys stay in the processor's own memory
            last = max(first + 1, int(np.searchsorted(ends, starts[first] + _MINHASH_BLOCK, side="right")))
            block, at = keys[starts[first] : ends[last - 1]], starts[first:last] - starts[first]
            for column, m in enumerate(multipliers):
                mixed = block * m
                signature[first:last, column] = np.minimum.reduceat(mixed ^ (mixed >> np.uint64(31)), at)
            first = last
    return signature


def _proposed(signature: _Keys, n: int) -> list[tuple[int, int]]:
    """Return neighbours in each band's order: pairs whose `_BAND_ROWS` minima agree."""
    found: set[tuple[int, int]] = set()
    for band in range(0, _PERMUTATIONS, _BAND_ROWS):
        with np.errstate(over="ignore"):
            key = np.zeros(n, np.uint64)
            for column in range(band, band + _BAND_ROWS):
                key = key * _PRIME + signature[:, column]
        order = np.argsort(key, kind="stable")
        same = np.flatnonzero(key[order][1:] == key[order][:-1])
        found.update((int(order[i]), int(order[i + 1])) for i in same)
    return sorted(found)


def _repeated_sentence(texts: pl.Series) -> tuple[float, str]:
    sentences = (
        pl.DataFrame({"text": texts})
        .with_row_index("row")
        .with_columns(pl.col("text").str.to_lowercase().str.extract_all(r"[^.!?\n]+[.!?]"))
        .explode("text")
        .drop_nulls()
        .with_columns(pl.col("text").str.strip_chars())
        .unique()
        .group_by("text")
        .len()
        .sort("len", "text", descending=[True, False])
    )
    if sentences.is_empty():
        return 0.0, ""
    return float(sentences["len"][0]) / texts.len(), str(sentences["text"][0])
