"""Pictures remembered by what they show: a build that changed nothing draws nothing.

Lives here: what a picture depends on, and that it is kept. Must not live here: how it is drawn (engines/plotting).
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np
import polars as pl
from pydantic import BaseModel

from empathy_assets.adapters.cache import FrameCache, fingerprint
from empathy_assets.adapters.identity import code_sha256
from empathy_assets.records.ids import digest


def drawn(cache: FrameCache, draw: Callable[..., Mapping[str, bytes]], *given: object) -> dict[str, bytes]:
    """Return the pictures that `draw` makes of `given`, by title; drawn once per content, code, policy and version of matplotlib.

    Args:
        cache: Where they are kept.
        draw: A function of a module that depends on nothing but its arguments, code and policy.
        given: Its arguments: frames, arrays, records, dataclasses, mappings, sequences, text and numbers.

    Raises:
        TypeError: An argument is of no kind that can be told by its content.
    """
    key = (code_sha256("matplotlib"), f"{draw.__module__}.{draw.__qualname__}", *(content_of(value) for value in given))

    def compute() -> pl.DataFrame:
        pictures = draw(*given)
        rows = {"title": list(pictures), "picture": list(pictures.values())}
        return pl.DataFrame(rows, schema={"title": pl.String, "picture": pl.Binary})

    return dict(cache.get("pictures", *key, compute=compute).iter_rows())


def content_of(value: object) -> str:
    """Return text that is equal for equal values only, in every process.

    Raises:
        TypeError: The value is of no kind that can be told by its content.
    """
    if value is None or isinstance(value, str | int | float):
        return repr(value)
    if isinstance(value, pl.DataFrame):
        return fingerprint(value)
    if isinstance(value, np.ndarray):
        array = cast("np.ndarray[Any, Any]", value)
        return digest(str(array.dtype), str(array.shape), array.tobytes().hex())
    if isinstance(value, BaseModel):
        return digest(type(value).__qualname__, value.model_dump_json())
    if is_dataclass(value):
        return digest(type(value).__qualname__, *(content_of(getattr(value, field.name)) for field in fields(value)))
    if isinstance(value, Mapping):
        return digest("mapping", *(content_of(part) for pair in value.items() for part in pair))
    if isinstance(value, list | tuple):
        return digest("sequence", *(content_of(part) for part in value))
    expected = "a frame, an array, a record, a dataclass, a mapping, a sequence, text or a number"
    raise TypeError(f"found {type(value).__name__}; expected {expected}")
