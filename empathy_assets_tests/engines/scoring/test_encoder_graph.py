"""Behaviour of `engines.scoring.encoder_graph`: against the same network computed in floating point by numpy."""

import math

import numpy as np
import pytest

from empathy_assets.engines.scoring.encoder import Encoder
from empathy_assets.engines.scoring.encoder_graph import encoder_graph, quantised
from empathy_assets_tests.engines.scoring import bert


def exact(state: dict[str, np.ndarray], ids: list[int]) -> float:
    """Return the logit of one text in floating point."""

    def affine(x: np.ndarray, name: str) -> np.ndarray:
        return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    def normed(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12) * state[f"{name}.weight"] + state[f"{name}.bias"]

    x = state["bert.embeddings.word_embeddings.weight"][ids] + state["bert.embeddings.position_embeddings.weight"][: len(ids)]
    x = normed(x + state["bert.embeddings.token_type_embeddings.weight"][0], "bert.embeddings.LayerNorm")
    for k in range(bert.LAYERS):
        prefix = f"bert.encoder.layer.{k}"
        q, key, v = (
            affine(x, f"{prefix}.attention.self.{part}").reshape(len(ids), bert.HEADS, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        weight = np.exp(q @ key.swapaxes(1, 2) / math.sqrt(bert.WIDTH / bert.HEADS))
        mixed = (weight / weight.sum(axis=-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(ids), -1)
        x = normed(affine(mixed, f"{prefix}.attention.output.dense") + x, f"{prefix}.attention.output.LayerNorm")
        y = affine(x, f"{prefix}.intermediate.dense")
        y = y * 0.5 * (1.0 + np.vectorize(math.erf)(y / math.sqrt(2.0)))
        x = normed(affine(y, f"{prefix}.output.dense") + x, f"{prefix}.output.LayerNorm")
    return float(affine(np.tanh(affine(x[0], "bert.pooler.dense")), "classifier")[0])


def test_rounding_is_within_half_a_step_of_each_column() -> None:
    weights = np.random.default_rng(0).normal(size=(40, 7)) * np.arange(7)
    values, scale = quantised(weights)
    assert values.dtype == np.int8
    assert (np.abs(values * scale - weights) <= scale / 2 + 1e-6).all()


def test_the_int8_network_agrees_with_floating_point_and_ignores_neighbours() -> None:
    pytest.importorskip("onnx")
    state, texts = bert.state(), bert.texts(200)
    encoder = Encoder(encoder_graph(state, bert.HEADS), bert.tokenizer())
    found = encoder.logits(texts)
    places = {word: k for k, word in enumerate(bert.WORDS)}
    expected = np.array([exact(state, [2, *[places[word] for word in text.split()], 3]) for text in texts])
    assert np.corrcoef(found, expected)[0, 1] > 0.995
    assert np.array_equal(np.concatenate([encoder.logits([text]) for text in texts]), found)
    assert encoder_graph(state, bert.HEADS) == encoder_graph(state, bert.HEADS)
