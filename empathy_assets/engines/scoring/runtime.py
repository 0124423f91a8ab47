"""Running networks and tokenizers on a CPU: onnxruntime sessions and tokenizers set up the one way that both encoders need.

Lives here: their set-up, and the schedule both are fine-tuned with. Must not live here: what goes in or what comes out.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import polars as pl

_BATCHES = 2


def session(network: bytes) -> Any:
    """Return an onnxruntime session that uses one thread and says nothing short of an error; callers run several calls side by side."""
    onnxruntime: Any = import_module("onnxruntime")  # ships no type stubs
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def side_by_side() -> int:
    """Return how many batches a network judges side by side: two, or one where polars was told to keep to one thread.

    The network runs outside the interpreter lock, so two threads keep two processors busy. A process that is one of as many as there are
    processors is told so by `POLARS_MAX_THREADS`; two threads in each took 7 % longer there. The number changes no score.
    """
    return min(_BATCHES, pl.thread_pool_size())


def tokenizer(file: bytes, longest: int | None = None) -> Any:
    """Return a tokenizer without padding, cutting texts at `longest` tokens if that is given.

    Args:
        file: The tokenizer's JSON file.
        longest: Most tokens of a text, special ones included.
    """
    from tokenizers import Tokenizer

    found: Any = Tokenizer.from_str(file.decode("utf-8"))
    found.no_padding()
    if longest is None:
        found.no_truncation()
    else:
        found.enable_truncation(longest)
    return found


def warm_up(steps: int, share: float) -> Callable[[int], float]:
    """Return the factor of the learning rate by step: linear from 0 to 1 over the first `share` of the steps, then linear to 0.02."""

    def factor(step: int) -> float:
        return min(1.0, (step + 1) / (share * steps)) * max(0.02, 1 - step / steps)

    return factor
