"""The network of the two encoders on torch: what `encoder_graph` writes, operator by operator, on a GPU where there is one.

Lives here: running the layers for padded batches of token numbers, with the int8 engine's own roundings. Must not live here: tokenising
or what comes of the tokens (`torch_encoder`), reading the file (`network_weights`). Needs the `gpu` extra, imported inside functions.

Activations are rounded per token as the int8 engine rounds them; products of these whole numbers are exact in float32. So the two engines
differ only in the last bits of exponentials and sums, and by a step of rounding where such a bit tips one.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.encoder import BATCH_TOKENS
from empathy_assets.engines.scoring.encoder_graph import EPSILON, OF_GELU, SIGNED, Steps
from empathy_assets.engines.scoring.network_weights import network_weights

GPU_BATCH_TOKENS = 32_000
"""Tokens per call on a GPU, padding included: about half a gigabyte of activations."""

_PAD = 0

Tensor = Any  # torch is not there when types are checked
Row = Sequence[int] | NDArray[np.int64]


def padded_batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Return groups of positions of similar length, the longest first: at most `tokens` tokens with padding, at least one text each."""
    order: list[int] = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable").tolist()
    out: list[list[int]] = []
    start = 0
    while start < len(order):
        size = max(1, tokens // max(1, lengths[order[start]]))
        out.append(order[start : start + size])
        start += size
    return out


def padded(rows: Sequence[Row]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return rows of numbers as one matrix, (row, token), and which of its places are no padding."""
    longest = max(map(len, rows))
    filled = np.full((len(rows), longest), _PAD, dtype=np.int64)
    for i, row in enumerate(rows):
        filled[i, : len(row)] = row
    return filled, np.arange(longest) < np.array([len(row) for row in rows])[:, None]


class TorchNetwork:
    """The layers of a network of `encoder_graph`."""

    def __init__(self, network: bytes, device: str = "") -> None:
        """Load the weights.

        Args:
            network: The ONNX file.
            device: Where it runs, such as `cuda`; empty for the GPU if there is one, else the CPU.

        Raises:
            ModuleNotFoundError: The `gpu` extra is not installed.
            WeightsError: The file is another kind of network.
        """
        try:
            self._torch: Any = import_module("torch")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("torch is not installed; scoring with torch needs the extra: uv sync --extra gpu") from error
        self.device = device or ("cuda" if self._torch.cuda.is_available() else "cpu")
        self.batch_tokens = BATCH_TOKENS if self.device == "cpu" else GPU_BATCH_TOKENS
        """Tokens per call that suit the device."""
        constants, self._heads, self._layers = network_weights(network)
        self._of = {name: self._loaded(name, value) for name, value in constants.items()}

    def _loaded(self, name: str, value: NDArray[Any]) -> Tensor:
        given = self._torch.tensor(value, device=self.device)
        return given.float() if name.endswith(".values") and name != "words.values" else given

    def padded(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
        """Return rows of numbers as one matrix, (row, token), and which of its places are no padding."""
        filled, real = padded(rows)
        return self._torch.from_numpy(filled).to(self.device), self._torch.from_numpy(real).to(self.device)

    def classified(self, rows: Sequence[Row]) -> NDArray[Any]:
        """Return one logit per row of token numbers: a network of `encoder_graph`."""
        functional = self._torch.nn.functional
        with self._torch.inference_mode():
            ids, real = self.padded(rows)
            first = self._run(ids, real, None)[:, 0]
            pooled = functional.linear(first, self._of["bert.pooler.dense.weight"], self._of["bert.pooler.dense.bias"]).tanh()
            return functional.linear(pooled, self._of["classifier.weight"], self._of["classifier.bias"])[:, 0].cpu().numpy()

    def projected(self, rows: Sequence[Row], segments: Sequence[Row]) -> list[NDArray[Any]]:
        """Return the projection of every token, shape (token, n) per row: a network of `token_graph`.

        Args:
            rows: Token numbers of pairs of texts.
            segments: Of each token 0 for the first text, 1 for the second.
        """
        with self._torch.inference_mode():
            ids, real = self.padded(rows)
            found = (self._run(ids, real, self.padded(segments)[0]) @ self._of["projection"]).cpu().numpy()
        return [tokens[: len(row)] for tokens, row in zip(found, rows, strict=True)]

    @property
    def projections(self) -> int:
        """Numbers per token of `projected`."""
        return self._of["projection"].shape[1]

    def _run(self, ids: Tensor, real: Tensor, segments: Tensor | None) -> Tensor:
        """Return the last layer's tokens, shape (row, token, width); without `segments` only the first token of each row."""
        x = self._of["words.values"][ids].float() * self._of["words.scale"][ids] + self._of["places"][: ids.shape[1]]
        if segments is not None:
            x = x + self._of["segments.values"][segments]
        x = self._normalised(x, "bert.embeddings.LayerNorm")
        for index in range(self._layers):
            x = self._layer(x, real, index, first_only=segments is None and index == self._layers - 1)
        return x

    def _layer(self, x: Tensor, real: Tensor, index: int, *, first_only: bool) -> Tensor:
        prefix = f"bert.encoder.layer.{index}"
        found, x = self._attended(x, real, f"{prefix}.attention.self", first_only=first_only)
        name = f"{prefix}.attention.output"
        y = self._product(*self._rounded(found), f"{name}.dense") + self._of[f"{name}.dense.bias"]
        x = self._normalised(y + x, f"{name}.LayerNorm")
        name = f"{prefix}.intermediate.dense"
        y = self._torch.nn.functional.gelu(self._product(*self._rounded(x), name) + self._of[f"{name}.bias"])
        name = f"{prefix}.output"
        y = self._product(*self._rounded(y, OF_GELU), f"{name}.dense") + self._of[f"{name}.dense.bias"]
        return self._normalised(y + x, f"{name}.LayerNorm")

    def _attended(self, x: Tensor, real: Tensor, prefix: str, *, first_only: bool) -> tuple[Tensor, Tensor]:
        """Return (attention's output, tokens of `x` it belongs to)."""
        torch = self._torch
        rows = self._rounded(x)
        key, value = (self._by_head(self._product(*rows, f"{prefix}.{part}")) for part in ("key", "value"))
        if first_only:
            x = x[:, :1]
            rows = self._rounded(x)
        query = self._by_head(self._product(*rows, f"{prefix}.query") + self._of[f"{prefix}.query.bias"])
        found = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=real[:, None, None, :])
        return found.transpose(1, 2).flatten(2), x

    def _by_head(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self._heads, -1)).transpose(1, 2)

    def _normalised(self, x: Tensor, name: str) -> Tensor:
        given = (self._of[f"{name}.weight"], self._of[f"{name}.bias"])
        return self._torch.nn.functional.layer_norm(x, x.shape[-1:], *given, eps=EPSILON)

    def _rounded(self, x: Tensor, steps: Steps = SIGNED) -> tuple[Tensor, Tensor]:
        """Return (whole numbers, scale per token), as `encoder_graph` rounds rows."""
        scale = x.abs().amax(-1, keepdim=True).clamp_min(steps.least) * (1.0 / steps.above)
        return (x / scale).round().clamp(-steps.below, steps.above), scale

    def _product(self, values: Tensor, scale: Tensor, name: str) -> Tensor:
        return (values @ self._of[f"{name}.values"]) * self._of[f"{name}.scale"] * scale
