"""Dealing: which of the fitting passages each row gets, so that a further passage moves about the rows that it takes and no others.

Every row has an issue of its own and a taste of its own among passages, both decided by its seed (rendezvous hashing, Thaler and
Ravishankar 1998): it takes the passage it likes best of those that fit its issue and are not yet taken too often (bounded loads,
Mirrokni, Thorup and Zadimoghaddam 2018). A passage that fits few issues is liked the more for it, so that all are used about equally
often. A row whose issue no passage speaks of takes another's. Where passages come or go, the other rows keep what they had, except where
a limit was reached.

The same passages and rows give the same deal, in whatever order the passages come.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.generating.matching import Fits
from empathy_assets.policy.load import number

U64 = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]
Preferences = dict[int, Places]
"""Row -> passages, dearest first."""

_NONE: Places = np.zeros(0, dtype=np.intp)
_LIGHTEST, _HEAVIEST = 0.02, 50.0  # how far the weights of passages may lie apart


@dataclass(frozen=True)
class Deal:
    """What each row gets: index of the passage and of the issue; and how many rows have a passage about their issue."""

    passage: Places
    issue: Places
    about: int


def mixed(values: U64) -> U64:
    """Return the values scrambled by the finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection on 64 bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def drawn(names: Sequence[str]) -> U64:
    """Return a number for each name, that of SHA-256."""
    return np.array([int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") for name in names], dtype=np.uint64)


def deal(fit: Fits, ids: Sequence[str], seeds: U64, homes: Places) -> Deal:
    """Return a passage and an issue for each row.

    Args:
        fit: Fit of each passage to each issue (`matching.fits`); at least one passage and one issue.
        ids: Id of each passage.
        seeds: A number for each row; different rows, different numbers.
        homes: The issue of each row, which it keeps where passages speak of it.
    """
    near_best = number("generation", "matching.near_best")
    fit = np.where(fit >= near_best * fit.max(axis=1, keepdims=True), fit, 0.0).astype(np.float32)
    about = fit > 0
    near = about & (fit >= near_best * fit.max(axis=0, keepdims=True))
    table = _Table(drawn(ids), mixed(seeds), _weights(near, len(homes)))
    most = int(np.ceil(number("generation", "matching.cap_factor") * len(homes) / len(ids)))
    even = int(np.ceil(number("generation", "matching.even_factor") * len(homes) / len(ids)))
    for fitting, limit in ((near, even), (near, most), (about, most)):
        table.seat(homes, fitting, limit)
    if table.waiting.size:
        for liked in table.issues_by_liking(fit.shape[1]):  # what is left goes to issues that passages do speak of
            table.seat(liked, about, most)
    placed = len(homes) - table.waiting.size
    for limit in (int(np.ceil(len(homes) / len(ids))), most, len(homes)):
        table.seat(homes, np.ones_like(about), limit, np.where(about.any(axis=1), fit.argmax(axis=1), -1))
    return Deal(table.passage, table.issue, placed)


def _weights(near: npt.NDArray[np.bool_], rows: int) -> npt.NDArray[np.float64]:
    """Return how much each passage is liked, so that all are used about equally often: some rounds of proportional fitting."""
    passages, issues = near.shape
    weights = np.ones(passages)
    for _ in range(int(number("generation", "matching.even_rounds"))):
        shares = near * weights[:, None]
        used = (shares / np.maximum(shares.sum(axis=0), 1e-9)).sum(axis=1) * rows / issues
        weights = weights * np.sqrt(np.clip(rows / passages / np.maximum(used, 1e-9), 0.2, 5.0))
        weights = np.clip(weights / weights.mean(), _LIGHTEST, _HEAVIEST)
    return weights


class _Table:
    """The deal so far: passage and issue of each row, -1 where it has none, and how often each passage is used."""

    def __init__(self, passages: U64, rows: U64, weights: npt.NDArray[np.float64]) -> None:
        self._passages, self._rows, self._weights = passages, rows, weights
        self._turns = np.argsort(rows, kind="stable")
        self.passage: Places = np.full(len(rows), -1, dtype=np.intp)
        self.issue: Places = np.full(len(rows), -1, dtype=np.intp)
        self.used: Places = np.zeros(len(passages), dtype=np.intp)

    @property
    def waiting(self) -> Places:
        """The rows that have no passage."""
        return np.flatnonzero(self.passage < 0)

    def seat(self, issues: Places, fitting: npt.NDArray[np.bool_], limit: int, renamed: Places | None = None) -> None:
        """Give the rows that have none the passage they like best among those that fit their issue and are used less than `limit` times.

        Args:
            issues: The issue of each row.
            fitting: Which passages fit which issue.
            limit: Most uses of a passage.
            renamed: The issue that a passage brings along instead of the row's, -1: none.
        """
        preferences = self._preferences(issues, fitting & (self.used < limit)[:, None])
        for row in self._turns[self.passage[self._turns] < 0].tolist():
            liked = preferences.get(row, _NONE)
            free = liked[self.used[liked] < limit]
            if free.size:
                chosen = int(free[0])
                self.passage[row], self.used[chosen] = chosen, self.used[chosen] + 1
                self.issue[row] = issues[row] if renamed is None or renamed[chosen] < 0 else renamed[chosen]

    def _preferences(self, issues: Places, fitting: npt.NDArray[np.bool_]) -> Preferences:
        """Return the fitting passages of each row that has none, dearest first."""
        found: Preferences = {}
        waiting = self.waiting
        for issue in np.unique(issues[waiting]).tolist():
            rows, passages = waiting[issues[waiting] == issue], np.flatnonzero(fitting[:, issue])
            if len(passages):
                chance = (mixed(self._rows[rows][:, None] ^ self._passages[passages]).astype(np.float64) + 0.5) / 2.0**64
                order = np.argsort(-np.log(chance) / self._weights[passages], axis=1, kind="stable")
                found |= dict(zip(rows.tolist(), passages[order], strict=True))
        return found

    def issues_by_liking(self, issues: int) -> Places:
        """Return all issues as each row likes them, whatever its own is: shape (issues, rows), dearest first."""
        likings = mixed(self._rows[:, None] ^ drawn([f"issue-{i}" for i in range(issues)]))
        return np.argsort(likings, axis=1, kind="stable").T


def deal_to(fit: Fits, issues: Places) -> Places:
    """Return a passage for each row whose issue is given: the least used of those that fit the issue best (policy `matching.voice_top`).

    Args:
        fit: Fit of each passage to each issue; at least one passage.
        issues: Issue of each row.
    """
    top = int(np.ceil(fit.shape[0] * number("generation", "matching.voice_top")))
    least = np.sort(fit, axis=0)[-top]  # equally fitting ones beyond the top are taken too, so that none is favoured by its place
    orders: list[Places] = [np.flatnonzero(fit[:, issue] >= least[issue]) for issue in range(fit.shape[1])]
    used = np.zeros(fit.shape[0], dtype=np.intp)
    chosen = np.zeros(issues.size, dtype=np.intp)
    for row, issue in enumerate(map(int, issues)):
        order = orders[issue]
        chosen[row] = order[used[order].argmin()]
        used[chosen[row]] += 1
    return chosen
