"""Encoder of the cascade: a fine-tuned small transformer in int8 ONNX that judges what the linear tier cannot decide.

Lives here: tokenising and running the network, one text per call. Must not live here: when it is asked, or what its logit means.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TOKENS = 96
"""Tokens per text; longer ones are cut. Windows are chosen so that this is rare."""


THREADS = 2
"""Texts judged side by side: the network runs outside the interpreter lock, and each text by itself, so the number changes no score."""


class Encoder:
    """A text classifier with one logit.

    Texts are run one by one, without padding: int8 activations are scaled per call, so a batch would make a text's score depend on its
    neighbours.
    """

    def __init__(self, network: bytes, tokenizer: bytes) -> None:
        from importlib import import_module

        from tokenizers import Tokenizer

        onnxruntime: Any = import_module("onnxruntime")  # ships no type stubs
        options: Any = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._tokenizer: Any = Tokenizer.from_str(tokenizer.decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def logits(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return one logit per text, in order."""
        encodings = self._tokenizer.encode_batch([t.replace("\u2019", "'") for t in texts])
        with ThreadPoolExecutor(THREADS) as pool:
            return np.array(list(pool.map(self._logit, encodings)), dtype=np.float64)

    def _logit(self, encoding: Any) -> float:
        ids = np.array([encoding.ids], dtype=np.int64)
        return float(self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0, 0])
