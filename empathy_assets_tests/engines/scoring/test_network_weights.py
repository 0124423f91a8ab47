"""Behaviour of `engines.scoring.network_weights`: what was written into a graph comes back out."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import WeightsError
from empathy_assets.engines.scoring.network_weights import network_weights, trained_state
from empathy_assets_tests.engines.scoring import bert

onnx = pytest.importorskip("onnx")


def test_shape_and_weights_come_back() -> None:
    from empathy_assets.engines.scoring.encoder_graph import encoder_graph, quantised

    state = bert.state()
    found = network_weights(encoder_graph(state, bert.HEADS))
    assert (found.heads, found.layers) == (bert.HEADS, bert.LAYERS)
    name = "bert.encoder.layer.1.intermediate.dense"
    values, scale = quantised(state[f"{name}.weight"].T)
    assert np.array_equal(found.constants[f"{name}.values"], values)
    assert np.array_equal(found.constants[f"{name}.scale"], scale)
    assert np.array_equal(found.constants["classifier.bias"], state["classifier.bias"])


def test_the_trained_weights_come_back_as_what_writes_an_equal_network() -> None:
    from empathy_assets.engines.scoring.encoder import Encoder
    from empathy_assets.engines.scoring.encoder_graph import encoder_graph

    first = encoder_graph(bert.state(), bert.HEADS)
    second = encoder_graph(trained_state(network_weights(first)), bert.HEADS)
    one, other = (Encoder(network, bert.tokenizer()).logits(bert.texts(30)) for network in (first, second))
    assert np.abs(one - other).max() < 1e-3 < np.ptp(one)


def test_another_network_is_refused_with_the_remedy() -> None:
    helper = onnx.helper
    given, made = (helper.make_tensor_value_info(name, 1, [1]) for name in "xy")
    other = helper.make_model(helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "other", [given], [made]))
    with pytest.raises(WeightsError, match="export the weights"):
        network_weights(other.SerializeToString())


def test_without_onnx_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ModuleNotFoundError, match="extra gpu"):
        network_weights(b"")
