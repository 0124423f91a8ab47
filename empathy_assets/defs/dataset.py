"""The `dataset` decorator: what every stored table of the graph has in common, said once.

Lives here: record schema, code version, owners, tags, freshness, links to the source, column lineage, standard metadata (duration,
preview, plots) and data version of a dataset asset.
Must not live here: anything about one particular asset.
"""

import base64
import functools
import inspect
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import BaseModel

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.io_manager import RECORD_KEY, Handed, column_schema
from empathy_assets.defs.lineage import COLUMN_LINEAGE, Lineage
from empathy_assets.policy.load import number
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

OWNER = "team:datasets"
LAYER = "empathy/layer"
"""Tag: `source` (unpartitioned, incremental inside), `judge`, or `release` (one table per release)."""
_PREVIEW_ROWS = 5
_CELL = 120  # characters of a preview cell


@dataclass(frozen=True)
class Outcome:
    """What an asset function returns: its table, figures worth plotting over releases, and pictures as PNG bytes by title."""

    frame: pl.DataFrame
    metadata: Mapping[str, Any] = field(default_factory=dict)
    plots: Mapping[str, bytes] = field(default_factory=dict)


def dataset(
    record: type[BaseModel],
    *,
    group: str,
    key: str | None = None,
    kinds: set[str] | None = None,
    version: str = "1",
    lineage: Lineage | None = None,
    tags: Mapping[str, str] | None = None,
    **options: Any,
) -> Callable[[Callable[..., Outcome]], dg.AssetsDefinition]:
    """Return a decorator that makes an asset of a function returning an `Outcome`.

    Args:
        record: Record model of the table's rows; the IO manager enforces its schema.
        group: UI group, equal to the folder's name.
        key: Asset key where it differs from the function's name (`nightmare-fuel`).
        kinds: UI kinds besides polars and parquet.
        version: Version of the asset's own code; bump it when the function changes meaning.
        lineage: What its columns are made of; null for datasets that are read from outside.
        tags: UI tags besides the layer.
        options: Further arguments of `dagster.asset`.
    """

    def decorate(function: Callable[..., Outcome]) -> dg.AssetsDefinition:
        @functools.wraps(function)
        def compute(*args: Any, **kwargs: Any) -> dg.MaterializeResult:
            given = signature.bind(*args, **kwargs).arguments
            if "partitions_def" in options:  # of a release: one build at a time
                given["workspace"].hold(given["context"])
            started = time.perf_counter()
            outcome = function(*args, **kwargs)
            in_run = type(given.get("context")) is dg.AssetExecutionContext  # called by hand it has a context of another class
            return _result(outcome, time.perf_counter() - started, shown, in_run=in_run)

        shown = {COLUMN_LINEAGE: lineage.of(record)} if lineage else {}
        # Dagster reads inputs from the signature: keep the parameters, replace the return type.
        signature = inspect.signature(function)
        del compute.__wrapped__
        compute.__signature__ = signature.replace(return_annotation=dg.MaterializeResult)  # type: ignore[attr-defined]
        compute.__annotations__ = {**function.__annotations__, "return": dg.MaterializeResult}
        return dg.asset(
            key=dg.AssetKey([key or function.__name__]),
            group_name=group,
            kinds={"polars", "parquet", *(kinds or ())},
            owners=[OWNER],
            tags={LAYER: _layer(group, partitioned="partitions_def" in options), **(tags or {})},
            freshness_policy=freshness(),
            code_version=f"{PIPELINE_VERSION}-schema{SCHEMA_VERSION}-{version}",
            metadata={
                RECORD_KEY: record.__name__,
                "dagster/column_schema": column_schema(record),
                "dagster/code_references": code_references(function, record),
                **shown,
            },
            **options,
        )(compute)

    return decorate


def freshness() -> dg.FreshnessPolicy:
    """Return how old any dataset may grow before the UI says so."""
    warn, fail = (timedelta(days=number("freshness", key)) for key in ("warn_days", "fail_days"))
    return dg.FreshnessPolicy.time_window(fail_window=fail, warn_window=warn)


def code_references(function: Callable[..., Any], record: type[BaseModel]) -> dg.CodeReferencesMetadataValue:
    """Return links to the asset's function and to the record model of its rows."""
    code = inspect.unwrap(function).__code__
    model = inspect.getsourcefile(record) or ""
    with warnings.catch_warnings():
        # Links from the graph to its source are worth a class that Dagster 1.13 still calls beta.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.CodeReferencesMetadataValue(
            code_references=[
                dg.LocalFileCodeReference(file_path=code.co_filename, line_number=code.co_firstlineno, label="the asset"),
                dg.LocalFileCodeReference(file_path=model, label=f"the record, {record.__name__} in {Path(model).name}"),
            ]
        )


def _layer(group: str, *, partitioned: bool) -> str:
    return "release" if partitioned else "judge" if group == "scoring" else "source"


def _result(outcome: Outcome, seconds: float, shown: Mapping[str, Any], *, in_run: bool) -> dg.MaterializeResult:
    metadata: dict[str, Any] = {"duration_seconds": round(seconds, 3), "preview": dg.MetadataValue.md(preview(outcome.frame)), **shown}
    metadata |= {title: dg.MetadataValue.md(inline_png(title, png)) for title, png in outcome.plots.items()}
    metadata |= dict(outcome.metadata)
    value = Handed(outcome.frame) if in_run else outcome.frame  # in a run it is stored; a caller gets the table itself
    return dg.MaterializeResult(value=value, metadata=metadata, data_version=dg.DataVersion(fingerprint(outcome.frame)))


def inline_png(title: str, png: bytes) -> str:
    """Return a PNG as a Markdown image that needs no server."""
    return f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"


def preview(frame: pl.DataFrame) -> str:
    """Return the first rows as a Markdown table, long cells cut."""
    if frame.is_empty():
        return "_no rows_"
    return _markdown(frame.head(_PREVIEW_ROWS))


def _markdown(frame: pl.DataFrame) -> str:
    head = "| " + " | ".join(frame.columns) + " |\n|" + " --- |" * frame.width
    return head + "".join("\n| " + " | ".join(_cell(value) for value in row) + " |" for row in frame.iter_rows())


def _cell(value: Any) -> str:
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def table(rows: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Return a small frame as Markdown metadata, all rows."""
    return dg.MetadataValue.md("_none_" if rows.is_empty() else _markdown(rows))
