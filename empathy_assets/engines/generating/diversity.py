"""Diversity of generated conversations: how near the nearest pair is, how much is shared with others, which sentence recurs.

Words are hashed, shingles are 64-bit keys, so that a hundred thousand conversations are measured in seconds. A counterfactual pair
counts once: pass one member of each.
"""

from collections.abc import Iterator
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
_Counts = npt.NDArray[np.int64]
_PERMUTATIONS = 64
_BAND_ROWS = 4
_THREADS = 2  # kinds, and figures of one kind, measured side by side: numpy lets go of the interpreter while it sorts
_FIRST_BITS = 20  # of a key: tables of a million places lie in the processor's own memory
_REST = np.uint64(64 - _FIRST_BITS)
_BLOCK = 1 << 14  # words or keys at a time: they lie there too
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
    with ThreadPoolExecutor(_THREADS) as threads:
        repeated = threads.submit(_repeated_sentence, texts)
        words = texts.str.to_lowercase().str.extract_all(r"[a-z0-9']+")
        lengths = words.list.len().to_numpy().astype(np.int64)
        if texts.is_empty() or not lengths.sum():
            return Diversity(texts.len(), 0.0, 0.0, 0.0, "", 0.0, 0.0)
        hashed = words.explode().drop_nulls().hash(seed=1).to_numpy()
        del words  # 16 bytes for each, beside their text
        keys = _ngrams(hashed, lengths, (2, 4, 5))
        nearest = threads.submit(_nearest, keys.pop(5), np.maximum(lengths - 4, 0))
        overlap = _overlap(keys.pop(4), np.maximum(lengths - 3, 0))
        share, sentence = repeated.result()
        return Diversity(
            conversations=texts.len(),
            jaccard_max=nearest.result(),
            overlap_mean=overlap,
            sentence_share_max=share,
            sentence=sentence,
            distinct_2=float(_count_distinct(keys[2]) / max(1, len(keys[2]))),
            words_mean=float(lengths.mean()),
        )


def _blocks(sizes: _Counts, most: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first, last, start, stop) of consecutive conversations that have about `most` items together, so that they fit a cache."""
    ends = np.cumsum(sizes)
    first, start = 0, 0
    while first < len(sizes):
        last = max(first + 1, int(np.searchsorted(ends, start + most, side="right")))
        stop = int(ends[last - 1])
        yield first, last, start, stop
        first, start = last, stop


def _ngrams(hashed: _Keys, lengths: _Counts, sizes: tuple[int, ...]) -> dict[int, _Keys]:
    """Return, for each size, the keys of all word n-grams that stay within a conversation; a longer one is made of a shorter one.

    Args:
        hashed: Hashes of the words of all conversations, one after another.
        lengths: Words of each conversation.
        sizes: Each n, ascending.
    """
    found = {n: np.empty(int(np.maximum(lengths - n + 1, 0).sum()), np.uint64) for n in sizes}
    at = dict.fromkeys(sizes, 0)
    for first, last, start, stop in _blocks(lengths, _BLOCK):
        words = hashed[start:stop]
        left = np.repeat(np.cumsum(lengths[first:last]), lengths[first:last]) - np.arange(stop - start)
        keys = words ^ (words >> np.uint64(29))
        for n in range(2, sizes[-1] + 1):
            with np.errstate(over="ignore"):
                keys = keys[:-1] * _PRIME + words[n - 1 :] if len(words) >= n else keys[:0]
            keys ^= keys >> np.uint64(29)
            if n in found:
                inside = keys[left[: len(keys)] >= n]
                found[n][at[n] : at[n] + len(inside)] = inside
                at[n] += len(inside)
    return found


def _overlap(keys: _Keys, counts: _Counts) -> float:
    """Return the mean share of 4-grams found in a fixed, evenly spaced sample of others (never oneself)."""
    n = len(counts)
    others = int(number("generation", "diversity.overlap_others"))
    chosen = np.unique(np.linspace(0, n - 1, min(others + 1, n)).astype(np.int64))
    needed = np.ones(n, dtype=np.int64)
    needed[chosen] = 2  # a member of the sample finds its own n-grams there: it needs a second holder
    ends = np.cumsum(counts)
    of_sample = np.concatenate([keys[ends[i] - counts[i] : ends[i]] for i in chosen])
    sampled, holders = _holders(of_sample, np.repeat(chosen, counts[chosen]))
    if not len(sampled):
        return 0.0
    table = _Lookup(sampled)
    hits = np.zeros(n, dtype=np.int64)
    for first, last, start, stop in _blocks(counts, _BLOCK):
        asked, place = table.places(keys[start:stop])
        owner = np.repeat(np.arange(first, last), counts[first:last])[asked]
        hits[first:last] = np.bincount(owner[holders[place] >= needed[owner]] - first, minlength=last - first)
    share = hits[counts > 0] / counts[counts > 0]
    return float(share.mean()) if len(share) else 0.0


class _Lookup:
    """Where keys stand among others: a table of their first bits tells where to look, since keys are spread evenly."""

    def __init__(self, ordered: _Keys) -> None:
        """Look among distinct keys in ascending order."""
        self._ordered = ordered
        held = np.bincount((ordered >> _REST).astype(np.int64), minlength=1 << _FIRST_BITS)
        self._stops = np.cumsum(held).astype(np.int32)
        self._starts = self._stops - held.astype(np.int32)

    def places(self, keys: _Keys) -> tuple[_Counts, _Counts]:
        """Return which of the keys are there, and where."""
        first = (keys >> _REST).astype(np.int64)
        place, stop = self._starts[first], self._stops[first]
        asked = np.flatnonzero(place < stop)
        found: list[tuple[_Counts, _Counts]] = []
        while len(asked):
            same = self._ordered[place[asked]] == keys[asked]
            found.append((asked[same], place[asked[same]]))
            asked = asked[~same]
            place[asked] += 1
            asked = asked[place[asked] < stop[asked]]
        none = np.zeros(0, np.int64)
        return np.concatenate([none, *(which for which, _ in found)]), np.concatenate([none, *(where for _, where in found)])


def _holders(keys: _Keys, owner: _Counts) -> tuple[_Keys, _Counts]:
    """Return the distinct keys, ascending, and how many conversations hold each."""
    order = np.lexsort((owner, keys))
    keys, owner = keys[order], owner[order]
    own = np.r_[True, (keys[1:] != keys[:-1]) | (owner[1:] != owner[:-1])][: len(keys)]
    return np.unique(keys[own], return_counts=True)


def _count_distinct(keys: _Keys) -> int:
    ordered = np.sort(keys)
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(ordered) else 0


def _nearest(keys: _Keys, counts: _Counts) -> float:
    """Return the highest exact Jaccard among pairs that share a MinHash band; pairs above 0.5 are proposed with near certainty."""
    present = counts[counts > 0]
    if len(counts) < 2 or not len(keys):
        return 0.0
    signature = _minhash(keys, present)
    sets: dict[int, _Keys] = {}
    ends = np.cumsum(present)

    def shingles(i: int) -> _Keys:
        if i not in sets:
            sets[i] = np.unique(keys[ends[i] - present[i] : ends[i]])
        return sets[i]

    best = 0.0
    for a, b in _proposed(signature, len(present)):
        one, two = shingles(a), shingles(b)
        common = len(np.intersect1d(one, two, assume_unique=True))
        best = max(best, common / (len(one) + len(two) - common))
    return best


def _minhash(keys: _Keys, counts: _Counts) -> _Keys:
    """Return the least of each permutation of each conversation's keys: shape (conversations, permutations); each has some keys."""
    rng = np.random.default_rng(0)
    multipliers = rng.integers(1, 2**63, _PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    signature = np.empty((len(counts), _PERMUTATIONS), np.uint64)
    for first, last, start, stop in _blocks(counts, _BLOCK):
        block, at = keys[start:stop], np.cumsum(counts[first:last]) - counts[first:last]
        for column, m in enumerate(multipliers):
            with np.errstate(over="ignore"):
                mixed = block * m
            mixed ^= mixed >> np.uint64(31)
            signature[first:last, column] = np.minimum.reduceat(mixed, at)
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
        .filter(pl.col("len") == pl.col("len").max())
    )
    if sentences.is_empty():
        return 0.0, ""
    return float(sentences["len"][0]) / texts.len(), str(sentences["text"].min())
