"""Encoder of the cascade on torch: the same logits as `encoder.Encoder` in full precision, on a GPU where there is one.

Lives here: running a fine-tuned network in the transformers layout. Must not live here: training (`finetune`), or when the encoder is
asked (`crisis`). Needs the `gpu` extra; torch and transformers are imported inside functions.

The int8 network rounds what this one computes exactly. Agreement, tested and measured: see `TOLERANCE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, checksums, weight_bytes
from empathy_assets.engines.scoring.crisis import LINEAR_FILE, CrisisDetector
from empathy_assets.engines.scoring.encoder import BATCH_TOKENS, MAX_TOKENS, batches
from empathy_assets.engines.scoring.normalise import plain

GPU_BATCH_TOKENS = 16 * BATCH_TOKENS


@dataclass(frozen=True)
class Agreement:
    """How far the int8 engine may lie from this one, over at least a hundred texts."""

    correlation: float
    """Least correlation of logits."""
    typical: float
    """Greatest root mean square difference of logits, in standard deviations of the logits."""


TOLERANCE = Agreement(correlation=0.995, typical=0.1)
"""What `encoder_graph` keeps; `quantize_dynamic` did not (correlation 0.9946, at most 3.5 logits apart)."""


class TorchEncoder:
    """A text classifier with one logit, in float32; texts of equal length are run together, as in `encoder.Encoder`."""

    def __init__(self, folder: Path, device: str = "") -> None:
        """Load the network.

        Args:
            folder: A network in the transformers layout, as `finetune` writes it.
            device: Where it runs, such as `cuda`; empty for the GPU if there is one, else the CPU.

        Raises:
            ModuleNotFoundError: The `gpu` extra is not installed.
        """
        try:
            self._torch: Any = import_module("torch")
            transformers: Any = import_module("transformers")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(f"{error.name} is not installed; scoring with torch needs the extra: uv sync --extra gpu") from error
        self._device = device or ("cuda" if self._torch.cuda.is_available() else "cpu")
        self._tokens = BATCH_TOKENS if self._device == "cpu" else GPU_BATCH_TOKENS
        self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder)
        network: Any = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
        self._network: Any = network.float().eval().to(self._device)

    def logits(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return one logit per text, in order."""
        out = np.zeros(len(texts))
        if not len(texts):
            return out
        ids: list[list[int]] = self._tokenizer([plain(text) for text in texts], truncation=True, max_length=MAX_TOKENS)["input_ids"]
        with self._torch.inference_mode():
            for group in batches([len(i) for i in ids], self._tokens):
                rows = self._torch.tensor([ids[i] for i in group], device=self._device)
                out[group] = self._network(input_ids=rows).logits[:, 0].float().cpu().numpy()
        return out


def load_torch_detector(network: Path, folder: Path = MODELS_DIR, device: str = "") -> CrisisDetector:
    """Return the detector of `folder` with its encoder run by torch.

    Args:
        network: The fine-tuned network that the encoder of `folder` was exported from.
        folder: Weights of the linear tier.
        device: See `TorchEncoder`.
    """
    version = f"crisis-{checksums(folder)[LINEAR_FILE][:8]}-torch"
    return CrisisDetector(arrays(weight_bytes(LINEAR_FILE, folder)), TorchEncoder(network, device), version)
