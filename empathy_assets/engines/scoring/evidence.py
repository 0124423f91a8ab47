"""Evidence of the EARS scorer: for each conversation and component the turn and sentence that earned it.

Lives here: the choice of the best turn and its best sentence. Must not live here: scores of conversations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears import COMPONENTS, EARS, TurnScores

EVIDENCE = (*EARS, "minimize", "directive")
"""Components evidence is kept for."""


def best_sentences(turns: NDArray[Any], owners: NDArray[Any], found: TurnScores, count: int) -> list[list[dict[str, Any]]]:
    """Return for each of `count` conversations its evidence: records of `Evidence` as dicts, EARS components always, the others above 0.5.

    Args:
        turns: Index of each assistant turn in its conversation.
        owners: Conversation of each assistant turn, ascending.
        found: What the scorer found in the assistant turns.
        count: Number of conversations.
    """
    out: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    if not len(owners):
        return out
    for component in EVIDENCE:
        column = COMPONENTS.index(component)
        of_turn = found.probabilities[component].tolist()
        for k in _best_turn(owners, found.probabilities[component]):
            if component not in EARS and of_turn[k] <= 0.5:
                continue
            start, end = found.spans[k][int(found.shares[k][:, column].argmax())]
            record = {"component": component, "turn": int(turns[k]), "start": start, "end": end, "probability": round(of_turn[k], 6)}
            out[int(owners[k])].append(record)
    return out


def _best_turn(owners: NDArray[Any], values: NDArray[Any]) -> list[int]:
    """Return per conversation the position of its turn with the highest value, the first of equals."""
    order = np.lexsort((-np.arange(len(owners)), values, owners))
    return order[np.flatnonzero(np.diff(owners[order], append=-1))].tolist()
