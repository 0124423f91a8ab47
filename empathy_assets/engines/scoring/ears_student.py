"""The student of the EARS scorer: a linear model that imitates the encoder, settles the clear conversations, and leaves it the rest.

A conversation whose score, as the student sees it, lies well above or well below the bar gets the student's scores; the others are read
by the encoder (a cascade, Viola and Jones 2001; the student is distilled from the teacher's own judgements, Hinton et al. 2015, by
least squares on logits). Its weights are numbers in a hashed table, 8 bits each.

Lives here: the student's form, its distillation, and which conversations it may settle. Must not live here: what a head means (`ears`),
the turns of a frame (`score`), labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_features import DENSE, dense, marked
from empathy_assets.engines.scoring.features import WIDTH, Columns
from empathy_assets.policy.load import number

Array = NDArray[Any]

STUDENT_FILE = "ears_student.npz"

FOLD = 4
"""Columns of the hash that share a weight: a table of 65,536 rows imitates as well as one of 262,144 and is a quarter of the size."""

L2 = 30.0
_DENSE_SCALE = 3.0  # figures about 0..1 beside hashed values that are smaller: the penalty then weighs alike on both
_ITERATIONS = 40
_LOGIT_BOUND = 9.0  # probabilities of 0 and 1 have no logit
_STEPS = 127.0


def unsettled(ears: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which conversations the student leaves to the encoder: its score lies within the policy's band around the bar."""
    return (ears > number("judges", "ears.settled_below")) & (ears < number("judges", "ears.settled_above"))


def distil(contexts: Sequence[str], responses: Sequence[str], taught: Mapping[str, NDArray[np.float64]]) -> dict[str, Array]:
    """Return the weights of a student that imitates a teacher.

    Args:
        contexts: The client's turn before each response.
        responses: Assistant turns.
        taught: Component -> the teacher's probability of each response, as `EarsScorer.turns` returns them.
    """
    names = list(taught)
    chance = np.stack([taught[name] for name in names], axis=1)
    logits = np.clip(np.log(np.maximum(chance, 1e-12)) - np.log1p(-np.minimum(chance, 1.0 - 1e-12)), -_LOGIT_BOUND, _LOGIT_BOUND)
    columns = Columns(marked(responses), chars=False)
    place, width = columns.columns // FOLD, WIDTH // FOLD
    rarity = np.log((columns.n_rows + 1.0) / (np.bincount(place, minlength=width) + 1.0)).clip(0.1)
    values = columns.values * rarity[place]
    extra = dense(contexts, responses) * _DENSE_SCALE
    mean = logits.mean(axis=0)

    def product(theta: Array) -> Array:
        return np.bincount(columns.rows, weights=values * theta[place], minlength=columns.n_rows) + extra @ theta[width:]

    def back(residual: Array) -> Array:
        return np.concatenate([np.bincount(place, weights=values * residual[columns.rows], minlength=width), extra.T @ residual])

    found = np.stack([_least_squares(product, back, logits[:, k] - mean[k], width + len(DENSE)) for k in range(len(names))], axis=1)
    table: Array = found[:width] * rarity[:, None]
    scale: Array = np.maximum(np.abs(table).max(axis=0), 1e-9) / _STEPS
    return {
        "component": np.array(names),
        "table": np.asarray(np.round(table / scale), dtype=np.int8),
        "scale": scale.astype(np.float32),
        "figures": found[width:] * _DENSE_SCALE,
        "mean": mean,
    }


def _least_squares(product: Any, back: Any, target: Array, width: int) -> Array:
    """Return the ridge solution by conjugate gradients on the normal equations (Hestenes and Stiefel 1952)."""
    theta = np.zeros(width)
    residual = back(target)
    direction, size = residual.copy(), float(residual @ residual)
    first = size
    for _ in range(_ITERATIONS):
        if size <= 1e-6 * first:
            break
        moved = back(product(direction)) + L2 * direction
        step = size / float(direction @ moved)
        theta += step * direction
        residual -= step * moved
        smaller = float(residual @ residual)
        direction = residual + (smaller / size) * direction
        size = smaller
    return theta


def as_heads(student: Mapping[str, Array], curves: Mapping[str, Array]) -> dict[str, Array]:
    """Return the student in the form of a scorer's weights: one source, one head for each component, a gate that never chooses.

    Args:
        student: What `distil` returned.
        curves: Weights of the scorer it imitates; its curves from turns to a conversation serve both.
    """
    heads = len(student["component"]) + 1
    table = np.zeros((WIDTH // FOLD, heads), dtype=np.float32)
    table[:, :-1] = student["table"].astype(np.float32) * student["scale"]
    figures = np.zeros((len(DENSE), heads))
    figures[:, :-1] = student["figures"]
    return {
        "hashed": table,
        "dense": figures,
        "bias": np.append(student["mean"], 0.0),
        "slope": np.ones(heads),
        "offset": np.zeros(heads),
        "component": np.append(student["component"], "gate"),
        "source": np.full(heads, "student"),
        "somewhere_component": curves["somewhere_component"],
        "somewhere": curves["somewhere"],
    }
