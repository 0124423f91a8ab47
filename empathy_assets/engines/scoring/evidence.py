"""Evidence of the EARS scorer: for each conversation and component the turn and sentence that earned it.

Lives here: the search for the best sentence in the best turn. Must not live here: scores of conversations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears import EARS, EarsScorer
from empathy_assets.engines.scoring.windows import sentences

EVIDENCE = (*EARS, "minimize", "directive")
"""Components evidence is kept for."""


def best_sentences(
    turns: NDArray[Any],
    owners: NDArray[Any],
    responses: Sequence[str],
    probabilities: Mapping[str, NDArray[Any]],
    count: int,
    scorer: EarsScorer,
) -> list[list[dict[str, Any]]]:
    """Return for each of `count` conversations its evidence: records of `Evidence` as dicts, EARS components always, the others above 0.5.

    Args:
        turns: Index of each assistant turn in its conversation.
        owners: Conversation of each assistant turn, ascending.
        responses: The assistant turns.
        probabilities: What the scorer gave them.
        count: Number of conversations.
        scorer: Judges the sentences of the best turns, without context.
    """
    out: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    if not len(owners):
        return out
    best = {component: _best_turn(owners, probabilities[component]) for component in EVIDENCE}
    asked = {responses[k]: None for places in best.values() for k in places}
    spans = {text: sentences(text) or [(0, len(text))] for text in asked}
    distinct = list({text[a:b]: None for text, places in spans.items() for a, b in places})
    judged = scorer.turns([""] * len(distinct), distinct)
    index = {sentence: i for i, sentence in enumerate(distinct)}
    for component in EVIDENCE:
        of_sentence, of_turn = judged[component].tolist(), probabilities[component].tolist()
        for k in best[component]:
            if component not in EARS and of_turn[k] <= 0.5:
                continue
            text = responses[k]
            start, end = max(spans[text], key=lambda span: of_sentence[index[text[span[0] : span[1]]]])
            record = {"component": component, "turn": int(turns[k]), "start": start, "end": end, "probability": round(of_turn[k], 6)}
            out[int(owners[k])].append(record)
    return out


def _best_turn(owners: NDArray[Any], values: NDArray[Any]) -> list[int]:
    """Return per conversation the position of its turn with the highest value, the first of equals."""
    order = np.lexsort((-np.arange(len(owners)), values, owners))
    return order[np.flatnonzero(np.diff(owners[order], append=-1))].tolist()
