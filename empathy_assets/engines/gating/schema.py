"""The schema gate: a record is well formed, knows where it comes from, and is exempt from nothing it must not be exempt from."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words
from empathy_assets.records.versions import SCHEMA_VERSION

FENCE = "nightmare-fuel"
EXEMPTIBLE = ("content",)
"""What a record may be exempt from, and that only inside `FENCE` (DESIGN section 3: fenced, not filtered)."""


def unlawful_exemption() -> pl.Expr:
    """Return an expression: the record claims an exemption that the fence does not grant."""
    claimed = pl.col("exempt_from").list.drop_nulls()
    other = claimed.list.set_difference(pl.lit(list(EXEMPTIBLE))).list.len() > 0
    outside = (claimed.list.len() > 0) & (pl.col("stage").fill_null("") != FENCE)
    return (other | outside).fill_null(value=False)


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    provenance = pl.col("provenance").struct
    from_file = (provenance.field("file") != "") & (provenance.field("file_sha256") != "")
    planned = provenance.field("plan_row_id") != ""
    blank = pl.col("turns").list.eval(pl.element().struct.field("content").str.strip_chars().str.len_chars() == 0).list.any()
    version = pl.col("schema_version")
    reason = (
        pl.when(version.fill_null("") != SCHEMA_VERSION)
        .then(words("wrong-schema-version", "found {}, expected " + SCHEMA_VERSION, version.fill_null("none")))
        .when(pl.col("stage").fill_null("") != context.stage)
        .then(words("wrong-stage", "record says {}, it lies in " + context.stage, pl.col("stage").fill_null("none")))
        .when(~pl.col("id").str.contains(r"^c-[0-9a-f]{32}$"))
        .then(words("malformed-id", "{} is not a content id", pl.col("id")))
        .when(pl.col("turns").list.len().fill_null(0) == 0)
        .then(words("no-turns", "the record holds no dialogue"))
        .when(blank.fill_null(value=True))
        .then(words("blank-turn", "a turn holds no text"))
        .when(~(from_file | planned).fill_null(value=False))
        .then(words("no-provenance", "neither a landed file with its hash nor a plan row"))
        .when(unlawful_exemption())
        .then(words("exempt-outside-fence", "exempt from [{}] in " + context.stage, pl.col("exempt_from").list.join(", ")))
        .otherwise(words("ok", "schema version " + SCHEMA_VERSION))
    )
    judged = frame.select(reason.alias("reason"))
    return outcome(judged, passed=pl.col("reason").str.starts_with("ok"), reason=pl.col("reason"))


GATE = Gate(name="schema", revision="1", decide=_decide)
