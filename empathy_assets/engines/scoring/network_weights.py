"""Weights of a network that `encoder_graph` wrote, read back out of its ONNX file: what both engines run is one file.

Lives here: constants by name, the shape of the network, and its weights under the names they are trained by. Must not live here: the
graph's operators, or running it. Needs the `onnx` package, which the `gpu` extra brings; it is imported inside the function.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import WeightsError

_LAYER = "bert.encoder.layer."
_ATTENTION = "Attention"


class NetworkWeights(NamedTuple):
    """What is in a network's file.

    Attributes:
        constants: Name -> array. A matrix `name` is `name.values` (int8, shape (inputs, outputs)) times `name.scale` (per output).
        heads: Attention heads per layer.
        layers: Number of layers.
    """

    constants: Mapping[str, NDArray[Any]]
    heads: int
    layers: int


def network_weights(network: bytes) -> NetworkWeights:
    """Return the weights of a network of `encoder_graph` or `token_graph`.

    Raises:
        ModuleNotFoundError: The `gpu` extra is not installed.
        WeightsError: The file is another kind of network.
    """
    try:
        onnx: Any = import_module("onnx")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("onnx is not installed; scoring with torch needs the extra: uv sync --extra gpu") from error
    graph: Any = onnx.load_model_from_string(network).graph
    constants: dict[str, NDArray[Any]] = {given.name: onnx.numpy_helper.to_array(given) for given in graph.initializer}
    layers = {int(name.removeprefix(_LAYER).split(".")[0]) for name in constants if name.startswith(_LAYER)}
    heads = {given.i for node in graph.node if node.op_type == _ATTENTION for given in node.attribute if given.name == "q_num_heads"}
    if not layers or len(heads) != 1 or "words.values" not in constants:
        raise WeightsError(f"found a network of {len(graph.node)} operators without the names of encoder_graph; export the weights with it")
    return NetworkWeights(constants, heads.pop(), len(layers))


def trained_state(weights: NetworkWeights) -> dict[str, NDArray[np.float32]]:
    """Return the weights by their names in transformers, as `encoder_graph` takes them, in floating point.

    The biases of key and value are zero: softmax takes up the one, the bias after the attention the other. Where the file has one segment,
    its embedding is part of the places'.
    """
    of = weights.constants
    out: dict[str, NDArray[np.float32]] = {}
    for name, value in of.items():
        if name == "words.values":
            out["bert.embeddings.word_embeddings.weight"] = value * of["words.scale"]
        elif name == "places":
            out["bert.embeddings.position_embeddings.weight"] = value
        elif name == "segments.values":
            out["bert.embeddings.token_type_embeddings.weight"] = value
        elif name.endswith(".values"):
            out[f"{name.removesuffix('.values')}.weight"] = (value * of[f"{name.removesuffix('.values')}.scale"]).T
        elif name.startswith(("bert.", "classifier.")) and not name.endswith(".scale"):
            out[name] = value.reshape(-1) if name.endswith(".bias") else value
    out.setdefault("bert.embeddings.token_type_embeddings.weight", np.zeros((2, len(out["bert.embeddings.LayerNorm.bias"])), np.float32))
    for index in range(weights.layers):
        prefix = f"{_LAYER}{index}.attention.self"
        for part in ("key", "value"):
            out[f"{prefix}.{part}.bias"] = np.zeros(len(out[f"{prefix}.query.bias"]), np.float32)
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in out.items()}
