"""Evidence of the EARS scorer: for each conversation and component the turn and sentence that earned it.

Lives here: the choice of the best turn and its best sentence. Must not live here: scores of conversations.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears import COMPONENTS, EARS, TurnScores

EVIDENCE = (*EARS, "minimize", "directive")
"""Components evidence is kept for."""

_DECIMALS = 6


class Evidence(NamedTuple):
    """Evidence of conversations as columns, by conversation and within one in the order of `EVIDENCE`; field by field as in the record.

    Attributes:
        owner: Conversation of each piece of evidence, ascending.
    """

    owner: NDArray[np.int64]
    component: list[str]
    turn: list[int]
    start: list[int]
    end: list[int]
    probability: list[float]

    def of_each(self, count: int) -> list[list[dict[str, Any]]]:
        """Return for each of `count` conversations its evidence: records of `Evidence` as dicts."""
        out: list[list[dict[str, Any]]] = [[] for _ in range(count)]
        owners: list[int] = self.owner.tolist()
        for k, owner in enumerate(owners):
            place = {"turn": self.turn[k], "start": self.start[k], "end": self.end[k]}
            out[owner].append({"component": self.component[k], **place, "probability": self.probability[k]})
        return out


def best_sentences(turns: NDArray[Any], owners: NDArray[Any], found: TurnScores) -> Evidence:
    """Return the evidence of conversations: the best turn and sentence for each EARS component, for the others where likelier than not.

    Only the sentences of best turns are looked at.

    Args:
        turns: Index of each assistant turn in its conversation.
        owners: Conversation of each assistant turn, ascending.
        found: What the scorer found in the assistant turns.
    """
    best: list[NDArray[np.int64]] = []
    for component in EVIDENCE if len(owners) else ():
        values = found.probabilities[component]
        places = _best_turn(owners, values)
        best.append(places if component in EARS else places[values[places] > 0.5])
    place = np.concatenate([np.zeros(0, dtype=np.int64), *best])
    kind = np.repeat(np.arange(len(best)), [len(places) for places in best])
    order = np.lexsort((kind, owners[place])) if len(place) else place
    place, kind = place[order], kind[order]
    at: list[tuple[int, int]] = list(zip(place.tolist(), kind.tolist(), strict=True))
    asked: list[int] = np.unique(place).tolist()
    sentences = dict(zip(asked, found.sentences(asked), strict=True))
    columns = [COMPONENTS.index(component) for component in EVIDENCE]
    spans = [_loudest(*sentences[k], columns[c]) for k, c in at]
    likely = [found.probabilities[component] for component in EVIDENCE] if len(place) else []
    return Evidence(
        owners[place].astype(np.int64),
        [EVIDENCE[c] for _, c in at],
        turns[place].tolist(),
        [start for start, _ in spans],
        [end for _, end in spans],
        [round(float(likely[c][k]), _DECIMALS) for k, c in at],
    )


def _loudest(spans: list[tuple[int, int]], shares: NDArray[Any], column: int) -> tuple[int, int]:
    """Return the sentence that speaks most for a component."""
    return spans[int(shares[:, column].argmax())] if len(spans) > 1 else spans[0]


def _best_turn(owners: NDArray[Any], values: NDArray[Any]) -> NDArray[np.int64]:
    """Return per conversation the position of its turn with the highest value, the first of equals."""
    order = np.lexsort((-np.arange(len(owners)), values, owners))
    return order[np.flatnonzero(np.diff(owners[order], append=-1))]
