"""The one translation from record model to Arrow schema, and between models and polars frames.

The schema of every stored table is derived here from its pydantic model, so a field is declared once: name, type, description.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import polars as pl
import pyarrow as pa
from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

_SCALARS: dict[type, pa.DataType] = {
    str: pa.large_string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
}


class SchemaMismatchError(ValueError):
    """A table does not have the columns and types its record model prescribes."""


def _arrow_type(annotation: Any) -> tuple[pa.DataType, bool]:
    """Return the Arrow type of a field annotation and whether null is allowed."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        if len(inner) != 1:
            raise TypeError(f"union of several types has no Arrow column: {annotation!r}; split it into two fields")
        return _arrow_type(inner[0])[0], True
    if origin is Literal:
        return pa.large_string(), False
    if origin in (list, tuple):  # tuple[X, ...], the frozen models' list
        return pa.large_list(_arrow_type(get_args(annotation)[0])[0]), False
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct(list(arrow_schema(annotation))), False
    return _SCALARS[annotation], False


@cache
def arrow_schema(model: type[BaseModel]) -> pa.Schema:
    """Return the Arrow schema of `model`; field descriptions travel as field metadata under `description`.

    Raises:
        TypeError: A field's annotation is a union of several non-null types.
        KeyError: A field's annotation has no Arrow counterpart.
    """
    hints = typing.get_type_hints(model)
    fields: list[pa.Field] = []
    for name, info in model.model_fields.items():
        kind, _ = _arrow_type(hints[name])
        fields.append(pa.field(name, kind, nullable=True, metadata={"description": info.description or ""}))
    return pa.schema(fields)


@cache
def polars_schema(model: type[BaseModel]) -> pl.Schema:
    """Return the polars schema that corresponds to `arrow_schema(model)`."""
    return pl.Schema(arrow_schema(model))


def to_frame(records: Iterable[BaseModel], model: type[BaseModel]) -> pl.DataFrame:
    """Return the records as a frame with exactly the schema of `model` (also when there are none)."""
    return pl.DataFrame([record.model_dump() for record in records], schema=polars_schema(model), orient="row")


def from_frame(frame: pl.DataFrame, model: type[M]) -> list[M]:
    """Return the rows of `frame` as validated records; the inverse of `to_frame`."""
    return [model.model_validate(row) for row in frame.iter_rows(named=True)]


def conform(frame: pl.DataFrame, model: type[BaseModel], *, name: str = "table") -> pl.DataFrame:
    """Return `frame` with the columns of `model` in order, or say exactly what differs.

    Raises:
        SchemaMismatchError: A column is missing, unexpected or of another type.
    """
    expected = polars_schema(model)
    missing = [c for c in expected if c not in frame.columns]
    extra = [c for c in frame.columns if c not in expected]
    wrong = [f"{c}: found {frame.schema[c]}, expected {t}" for c, t in expected.items() if c in frame.columns and frame.schema[c] != t]
    if missing or extra or wrong:
        raise SchemaMismatchError(
            f"{name} does not match the {model.__name__} schema: missing {missing}, unexpected {extra}, wrong type {wrong}. "
            f"Build it with records.arrow.to_frame or bump SCHEMA_VERSION with the model."
        )
    return frame if frame.columns == list(expected) else frame.select(list(expected))


def empty_frame(model: type[BaseModel]) -> pl.DataFrame:
    """Return a frame of `model` without rows."""
    return pl.DataFrame(schema=polars_schema(model))


def set_fields(struct: str, **values: pl.Expr | str | float | bool | Sequence[str] | None) -> pl.Expr:
    """Return an expression that replaces fields inside the struct column `struct`, keeping the others and their order."""
    exprs = [v.alias(k) if isinstance(v, pl.Expr) else pl.lit(v).alias(k) for k, v in values.items()]
    return pl.col(struct).struct.with_fields(exprs)
