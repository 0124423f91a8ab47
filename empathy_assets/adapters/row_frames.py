"""Frames of the rows that readers yield, with exactly the schema of their table.

Lives here: rows put into columns, quickly. Must not live here: what a row holds (records) or which process reads it (`isolation`).
"""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from empathy_assets.engines.reading.result import MODELS
from empathy_assets.records.arrow import arrow_schema, polars_schema

WORKS_SCHEMA = pl.Schema({"file": pl.String, "work_id": pl.String, "title_key": pl.String, "sketch": pl.List(pl.Int64)})
_FEW_ROWS = 500


def frame_of(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame with exactly the schema of the table's record model.

    Many rows are built column by column: several times faster for nested records than handing the rows to polars. Few are not, because
    the first `pyarrow.array` of a process imports pandas.
    """
    if table == "works" or len(rows) < _FEW_ROWS:
        return pl.DataFrame(rows, schema=WORKS_SCHEMA if table == "works" else polars_schema(MODELS[table]), orient="row")
    schema = arrow_schema(MODELS[table])
    columns = [_column([row[field.name] for row in rows], field.type) for field in schema]
    return pl.DataFrame(pl.from_arrow(pa.Table.from_arrays(columns, schema=schema)))


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return values as an Arrow array; structs and lists are taken apart first and hold no nulls themselves."""
    if pa.types.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.StructArray.from_arrays([_column([v[f.name] for v in values], f.type) for f in fields], fields=fields)
    if pa.types.is_large_list(kind):
        offsets = np.concatenate(([0], np.cumsum([len(v) for v in values], dtype=np.int64)))
        return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), _column([item for v in values for item in v], kind.value_type))
    return pa.array(values, type=kind)
