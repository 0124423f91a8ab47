"""Behaviour of `engines.scoring.torch_network`: padding changes nothing, and every operator is the int8 engine's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.scoring.encoder_graph import encoder_graph, token_graph
from empathy_assets.engines.scoring.runtime import session
from empathy_assets.engines.scoring.torch_network import TorchNetwork, padded_batches
from empathy_assets_tests.engines.scoring import bert


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 200))
def test_batches_hold_every_text_once_within_their_bound(lengths: list[int], tokens: int) -> None:
    found = padded_batches(lengths, tokens)
    assert sorted(i for group in found for i in group) == list(range(len(lengths)))
    assert all(len(group) == 1 or len(group) * max(lengths[i] for i in group) <= tokens for group in found)


def test_without_torch_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match="extra gpu"):
        TorchNetwork(b"")


def rows(count: int, seed: int = 2) -> list[list[int]]:
    draw = np.random.default_rng(seed)
    return [[2, *draw.integers(4, len(bert.WORDS), int(draw.integers(1, 30))).tolist(), 3] for _ in range(count)]


def close(found: np.ndarray, expected: np.ndarray) -> None:
    """Half of the values at most a float's last bits apart, the others by a step of rounding."""
    apart = np.abs(found - expected)
    assert np.median(apart) < 1e-4
    assert apart.max() < 0.1 * expected.std()


def test_a_classifier_gives_the_logits_of_the_other_engine() -> None:
    pytest.importorskip("torch")
    file, given = encoder_graph(bert.state(), bert.HEADS), rows(80)
    expected = np.array([session(file).run(None, {"input_ids": np.array([row])})[0][0, 0] for row in given])
    network = TorchNetwork(file, "cpu")
    close(network.classified(given), expected)
    close(np.concatenate([network.classified([row]) for row in given]), expected)


def test_tokens_are_projected_as_by_the_other_engine() -> None:
    pytest.importorskip("torch")
    projection = np.random.default_rng(5).normal(0, 0.3, (bert.WIDTH, 6)).astype(np.float32)
    file, given = token_graph(bert.state(), bert.HEADS, projection), rows(40)
    segments = [[0] * (len(row) // 2) + [1] * (len(row) - len(row) // 2) for row in given]
    quick = session(file)
    network = TorchNetwork(file, "cpu")
    assert network.projections == 6
    for row, which, found in zip(given, segments, network.projected(given, segments), strict=True):
        assert found.shape == (len(row), 6)
        close(found, quick.run(None, {"input_ids": np.array([row]), "segments": np.array([which])})[0][0])
    other = network.projected(given, [[0] * len(row) for row in given])
    assert not np.allclose(other[0], network.projected(given, segments)[0]), "the segments are read"
