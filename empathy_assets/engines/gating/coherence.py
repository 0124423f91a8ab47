"""The coherence gate: a dialogue of two that take turns, ends with the counsellor, and does not repeat itself."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words
from empathy_assets.engines.gating.text import per_record, turns_of
from empathy_assets.policy.load import number

_WORD, _GAP = r"[\p{L}\p{N}]", r"[^\p{L}\p{N}]"
_OPENING = 3  # words: enough for one reply in twenty to begin as another does


def _normalised(lowered: pl.Expr) -> pl.Expr:
    """Return the words of texts in lower case with one space between them."""
    return lowered.str.replace_all(f"{_GAP}+", " ").str.strip_chars()


def _repeated(frame: pl.DataFrame) -> pl.DataFrame:
    """Return per record the second and later occurrences of an assistant reply, as hits with spans."""
    least = int(number("gates", "coherence.repeat_min_words"))
    lowered = turns_of(frame, roles=["assistant"]).with_columns(pl.col("content").str.to_lowercase().alias("said"))
    # Few replies begin as another of their dialogue does: the whole text is looked at of those alone.
    first = f"{_GAP}+".join([f"{_WORD}+"] * min(least, _OPENING))
    opening = _normalised(pl.col("said").str.extract(f"^{_GAP}*({first})"))
    said = lowered.filter(opening.is_not_null() & pl.struct("row", opening).is_duplicated()).with_columns(_normalised(pl.col("said")))
    again = said.filter((pl.col("said").str.count_matches(" ") + 1 >= least) & ~pl.struct("row", "said").is_first_distinct())
    hits = again.select(
        "row",
        pl.lit("repeated-reply").alias("rule"),
        pl.col("turn").cast(pl.Int64),
        pl.lit(0, dtype=pl.Int64).alias("start"),
        pl.col("content").str.len_chars().cast(pl.Int64).alias("end"),
    )
    return per_record(hits, frame.height)


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    roles = pl.col("turns").list.eval(pl.element().struct.field("role"))
    # System turns may only open a dialogue; what follows must be user and assistant by turns.
    spoken = roles.list.eval(pl.element().filter(pl.element() != "system"))
    late_system = roles.list.eval((pl.element() == "system") & (pl.element().shift(1) != "system").fill_null(value=False)).list.any()
    same_twice = spoken.list.eval((pl.element() == pl.element().shift(1)).fill_null(value=False)).list.any()
    repeated = _repeated(frame)
    facts = frame.select(
        spoken.list.contains("user").alias("client"),
        (spoken.list.last() == "assistant").fill_null(value=False).alias("answered"),
        late_system.fill_null(value=False).alias("late_system"),
        same_twice.fill_null(value=False).alias("same_twice"),
    ).with_columns(repeated["hits"], repeated["spans"])
    reason = (
        pl.when(~pl.col("client"))
        .then(words("no-client", "nobody speaks as the client"))
        .when(~pl.col("answered"))
        .then(words("unanswered", "the last turn is not the counsellor's"))
        .when(pl.col("late_system"))
        .then(words("system-inside", "an instruction stands inside the dialogue"))
        .when(pl.col("same_twice"))
        .then(words("roles-not-alternating", "one side speaks twice in a row"))
        .when(pl.col("hits") > 0)
        .then(words("repeated-reply", "{} replies repeat an earlier one", pl.col("hits")))
        .otherwise(words("ok", "roles alternate, replies differ"))
    )
    judged = facts.with_columns(reason.alias("reason"))
    return outcome(judged, passed=pl.col("reason").str.starts_with("ok"), reason=pl.col("reason"), spans=judged["spans"])


GATE = Gate(name="coherence", revision="1", decide=_decide, policy=section("coherence"))
