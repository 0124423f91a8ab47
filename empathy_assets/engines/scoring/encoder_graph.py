"""ONNX graph of the encoder, built from the weights of a BERT classifier: int8 products whose scale belongs to the token, not to the call.

Lives here: quantisation of weights and the graph, operator by operator. Must not live here: training, files, running it (`encoder`).
Needs the `onnx` package, imported inside the function; scoring does not.

Method: weights are rounded to 7 bits per output column, activations to uint8 per token (row), as in Zeroquant (Yao et al. 2022). One scale
per token makes a logit independent of the other texts of its batch, so that texts of equal length can be judged together; one scale per
call, what `quantize_dynamic` writes, moved logits by up to three with the neighbours. The GELU is bounded below, so its output is
shifted to be positive and uses all 255 steps; the shift goes into the next bias. Where only the first token is read, the last layer
computes no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_CONTRIB = "com.microsoft"


class Steps(NamedTuple):
    """How rows are rounded to 8 bits.

    Attributes:
        below: Steps below zero.
        above: Steps above zero.
        least: Least that a token's greatest activation counts as.
    """

    below: float
    above: float
    least: float


SIGNED = Steps(below=128.0, above=127.0, least=1e-6)
"""Of any activation; a token of zeros has a scale too."""

OF_GELU = Steps(below=16.0, above=239.0, least=0.17 * 239.0 / 16.0)
"""Of the GELU's output: its minimum, -0.16997, always lies within the steps below zero."""

EPSILON = 1e-12
"""What is added to a variance."""

_WEIGHTS = (
    63.0  # 7 bits: two products of a uint8 and an int7 fit 16 bits, so processors without VNNI do not saturate and all give one result
)


def quantised(weights: Array) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return (int8 values of 7 bits, scale per column) of a matrix of shape (inputs, outputs)."""
    scale: Array = np.maximum(np.abs(weights).max(axis=0), 1e-9) / _WEIGHTS
    values: Array = np.round(weights / scale)
    return values.astype(np.int8), scale.astype(np.float32)


class _Graph:
    """Nodes and constants under construction."""

    def __init__(self) -> None:
        self.onnx: Any = import_module("onnx")
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, value: Any) -> str:
        if name not in self.constants:
            self.constants[name] = self.onnx.numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def integers(self, *values: int) -> str:
        return self.constant("i" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def scalar(self, value: float) -> str:
        return self.constant(f"f{value:g}", np.float32(value))

    def add(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> Any:
        names = [f"{kind}_{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), names, name=names[0], domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def rounded(self, x: str, steps: Steps = SIGNED) -> tuple[str, str, str]:
        """Return the rows of `x` as (uint8 values, scale per row, zero point)."""
        size = x if steps is OF_GELU else self.add("Abs", x)  # what the GELU has below zero is less than its least
        top = self.add("ReduceMax", size, self.integers(1), keepdims=1)
        zero = self.constant(f"zero{steps.below:g}", np.uint8(steps.below))
        scale = self.add("Mul", self.add("Max", top, self.scalar(steps.least)), self.scalar(1.0 / steps.above))
        per_row = self.add("Reshape", scale, self.integers(-1))
        zeros = self.add("Expand", zero, self.add("Shape", per_row))
        return self.add("QuantizeLinear", x, per_row, zeros, axis=0), scale, zero

    def product(self, x: tuple[str, str, str], weights: Array, name: str) -> str:
        """Return the product of rounded rows with a matrix, in float."""
        values, scale, zero = x
        table, per_column = quantised(weights)
        inputs = (values, self.constant(f"{name}.values", table), self.scalar(1.0), self.constant(f"{name}.scale", per_column), zero)
        return self.add("Mul", self.add("MatMulIntegerToFloat", *inputs, domain=_CONTRIB), scale)


class _Bert:
    """The layers of the network as parts of a graph; rows are tokens, batch times length.

    With `every_token` the last layer is computed for all tokens, and the input `segments` says of each whether it is of the first or the
    second text of a pair.
    """

    def __init__(self, state: Mapping[str, Array], heads: int, *, every_token: bool = False) -> None:
        self.graph = _Graph()
        self.state = state
        self.heads = heads
        self.every_token = every_token
        self.layers = 1 + max(int(name.split(".")[3]) for name in state if name.startswith("bert.encoder.layer."))
        self.width = self.weight("bert.embeddings.LayerNorm.bias").shape[0]
        shape = self.graph.add("Shape", "input_ids")
        self._batch = self.graph.add("Slice", shape, self.graph.integers(0), self.graph.integers(1))
        self._length = self.graph.add("Slice", shape, self.graph.integers(1), self.graph.integers(2))
        self.by_text = self.graph.add("Concat", self._batch, self._length, self.graph.integers(-1), axis=0)
        self.first_only = self.graph.add("Concat", self._batch, self.graph.integers(1), self.graph.integers(-1), axis=0)

    def weight(self, name: str) -> Array:
        return np.asarray(self.state[name], dtype=np.float32)

    def constant(self, name: str) -> str:
        return self.graph.constant(name, self.weight(name))

    def normalised(self, x: str, prefix: str) -> str:
        names = (self.constant(f"{prefix}.weight"), self.constant(f"{prefix}.bias"))
        return self.graph.add("LayerNormalization", x, *names, axis=-1, epsilon=EPSILON)

    def rows(self, x: str) -> str:
        return self.graph.add("Reshape", x, self.graph.integers(-1, self.width))

    def first(self, x: str) -> str:
        """Return the first token's row of each text."""
        return self.graph.add("Gather", self.graph.add("Reshape", x, self.by_text), self.graph.constant("first", np.int64(0)), axis=1)

    def embedded(self) -> str:
        words = self.weight("bert.embeddings.word_embeddings.weight")
        values, scale = quantised(words.T)
        places, segments = (self.weight(f"bert.embeddings.{kind}_embeddings.weight") for kind in ("position", "token_type"))
        if not self.every_token:
            places = places + segments[0]
        add, constant, integers = self.graph.add, self.graph.constant, self.graph.integers
        whole = add("Gather", constant("words.values", values.T), "input_ids")
        word = add("Mul", add("Cast", whole, to=1), add("Gather", constant("words.scale", scale[:, None]), "input_ids"))
        place = add("Slice", constant("places", places), integers(0), self._length, integers(0))
        summed = add("Add", word, place)
        if self.every_token:
            summed = add("Add", summed, add("Gather", constant("segments.values", segments), "segments"))
        return self.rows(self.normalised(summed, "bert.embeddings.LayerNorm"))

    def attended(self, x: str, prefix: str, *, last: bool) -> tuple[str, str]:
        """Return (rows of the attention's output, rows of `x` it belongs to): all tokens, or the first ones in the last layer."""
        graph = self.graph
        rows = graph.rounded(x)
        key, value = (
            graph.add("Reshape", graph.product(rows, self.weight(f"{prefix}.{part}.weight").T, f"{prefix}.{part}"), self.by_text)
            for part in ("key", "value")
        )
        if last:
            x = self.first(x)
            rows = graph.rounded(x)
        asked = graph.product(rows, self.weight(f"{prefix}.query.weight").T, f"{prefix}.query")
        asked = graph.add("Add", asked, self.constant(f"{prefix}.query.bias"))
        query = graph.add("Reshape", asked, self.first_only if last else self.by_text)
        found = graph.add("Attention", query, key, value, q_num_heads=self.heads, kv_num_heads=self.heads)
        of_all_heads = self.weight(f"{prefix}.query.bias").shape[0]  # less than the width where heads were taken out
        return graph.add("Reshape", found, graph.integers(-1, of_all_heads)), x

    def layer(self, x: str, index: int) -> str:
        prefix = f"bert.encoder.layer.{index}"
        graph = self.graph
        own = f"{prefix}.attention.self"
        found, x = self.attended(x, own, last=index == self.layers - 1 and not self.every_token)
        dense = f"{prefix}.attention.output.dense"
        table = self.weight(f"{dense}.weight").T
        values, scale = quantised(table)
        bias = self.weight(f"{dense}.bias") + self.weight(f"{own}.value.bias") @ (values * scale)
        y = graph.add("Add", graph.product(graph.rounded(found), table, dense), graph.constant(f"{dense}.bias", bias))
        x = self.normalised(graph.add("Add", y, x), f"{prefix}.attention.output.LayerNorm")
        dense = f"{prefix}.intermediate.dense"
        y = graph.product(graph.rounded(x), self.weight(f"{dense}.weight").T, dense)
        # One row, not a vector: onnxruntime would make one operator of sum and GELU, which takes half as long again and gives the same.
        y = graph.add("Gelu", graph.add("Add", y, graph.constant(f"{dense}.bias", self.weight(f"{dense}.bias")[None])))
        dense = f"{prefix}.output.dense"
        y = graph.product(graph.rounded(y, OF_GELU), self.weight(f"{dense}.weight").T, dense)
        y = graph.add("Add", y, self.constant(f"{dense}.bias"))
        return self.normalised(graph.add("Add", y, x), f"{prefix}.output.LayerNorm")

    def classified(self, x: str) -> str:
        add = self.graph.add
        pooled = add("Gemm", x, self.constant("bert.pooler.dense.weight"), self.constant("bert.pooler.dense.bias"), transB=1)
        return add("Gemm", add("Tanh", pooled), self.constant("classifier.weight"), self.constant("classifier.bias"), transB=1)


def encoder_graph(state: Mapping[str, Array], heads: int) -> bytes:
    """Return the ONNX file of a BERT sequence classifier with one logit.

    Args:
        state: Weights by their names in transformers (`BertForSequenceClassification.state_dict()`), as arrays; the activation is GELU.
        heads: Attention heads per layer.

    Returns:
        A network with the input `input_ids` (batch, token; int64; no padding: texts of a batch are of equal length) and the output
        `logits` (batch, 1). It runs on onnxruntime's CPU provider, whose extra operators it uses.
    """
    bert = _Bert(state, heads)
    x = bert.embedded()
    for index in range(bert.layers):
        x = bert.layer(x, index)
    graph = bert.graph
    graph.nodes.append(graph.onnx.helper.make_node("Identity", [bert.classified(x)], ["logits"]))
    return _file(graph, ["input_ids"], "logits", ["batch", 1])


def token_graph(state: Mapping[str, Array], heads: int, projection: Array) -> bytes:
    """Return the ONNX file of a network that projects every token of a pair of texts.

    Args:
        state: Weights of embeddings and layers, named as in `encoder_graph`.
        heads: Attention heads per layer.
        projection: Matrix of shape (width, n), applied to each token of the last layer.

    Returns:
        A network with the inputs `input_ids` and `segments` (batch, token; int64; 0 first text, 1 second; no padding) and the output
        `tokens` (batch, token, n).
    """
    bert = _Bert(state, heads, every_token=True)
    x = bert.embedded()
    for index in range(bert.layers):
        x = bert.layer(x, index)
    graph = bert.graph
    wide = graph.add("MatMul", x, graph.constant("projection", np.asarray(projection, dtype=np.float32)))
    graph.nodes.append(graph.onnx.helper.make_node("Reshape", [wide, bert.by_text], ["tokens"]))
    return _file(graph, ["input_ids", "segments"], "tokens", ["batch", "token", projection.shape[1]])


def _file(graph: _Graph, inputs: list[str], output: str, shape: list[Any]) -> bytes:
    helper, types = graph.onnx.helper, graph.onnx.TensorProto
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info(name, types.INT64, ["batch", "token"]) for name in inputs],
        [helper.make_tensor_value_info(output, types.FLOAT, shape)],
        list(graph.constants.values()),
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 23), helper.make_opsetid(_CONTRIB, 1)], producer_name="")
    model.ir_version = 10
    return model.SerializeToString()
