"""Preparation of conversations: the one path every source takes before it may be staged.

Lives here: the order of the steps, the scores they leave, and the reasons for which a conversation is set aside.
Must not live here: how a step works (`text`, `turns`, `pii`, `language`). Rows are judged one by one, so any chunking of a
frame gives the same rows.
"""

import polars as pl

from empathy_assets.engines.cleaning.identity import identities
from empathy_assets.engines.cleaning.language import languages
from empathy_assets.engines.cleaning.pii import mask, residue
from empathy_assets.engines.cleaning.text import clean_text
from empathy_assets.engines.cleaning.turns import ROLES, alternate, explode, regroup
from empathy_assets.policy.load import number
from empathy_assets.records.arrow import conform, empty_frame, set_fields
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.reject import Reject

_REMEDIES = {
    "unknown-role": "name every speaker system, user or assistant, or map the source's names when reading",
    "missing-content": "give every turn a text; remove turns that are not speech",
    "empty": "nothing was left after repair; check the export of this record",
    "one-sided": "a conversation needs a client and a counsellor; join the parts of the dialogue before landing it",
    "too-short": "land longer dialogues, or lower limits.min_words in policy/cleaning.toml",
    "too-long": "split the record into conversations before landing it, or raise the limit in policy/cleaning.toml",
}


def _reasons(raw: pl.DataFrame, turns: pl.DataFrame, height: int) -> pl.DataFrame:
    """Return `row`, `reason`, `detail` of the conversations that cannot be used; the first reason that holds."""
    content = pl.col("content")
    bad = raw.group_by("row").agg(
        (~pl.col("role").is_in(ROLES)).fill_null(True).sum().alias("strange"),
        content.is_null().sum().alias("missing"),
    )
    measured = turns.select(
        "row",
        (pl.col("role") == "user").alias("client"),
        (pl.col("role") == "assistant").alias("counsellor"),
        content.str.len_chars().alias("chars"),
        words_in(content).alias("words"),
    )
    size = measured.group_by("row", maintain_order=True).agg(
        pl.len().alias("turns"), pl.col("client", "counsellor").any(),
        pl.col("chars").max().alias("longest"), pl.col("chars", "words").sum(),
    )  # fmt: skip
    rows = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    facts = rows.join(bad, on="row", how="left", maintain_order="left").join(size, on="row", how="left", maintain_order="left")
    limit = {k: int(number("cleaning", f"limits.{k}")) for k in ("min_words", "max_turns", "max_turn_chars", "max_chars")}
    checks = [
        ("unknown-role", pl.col("strange") > 0, pl.format("{} turn(s) have a role other than system, user, assistant", "strange")),
        ("missing-content", pl.col("missing") > 0, pl.format("{} turn(s) have no text", "missing")),
        ("empty", pl.col("turns").is_null(), pl.lit("no turn has any text; expected at least two")),
        ("one-sided", ~(pl.col("client") & pl.col("counsellor")), pl.lit("only one side speaks; expected a user and an assistant turn")),
        ("too-short", pl.col("words") < limit["min_words"],
         pl.format("{} words; expected at least {}", "words", pl.lit(limit["min_words"]))),
        ("too-long", pl.col("turns") > limit["max_turns"], pl.format("{} turns; at most {}", "turns", pl.lit(limit["max_turns"]))),
        ("too-long", pl.col("longest") > limit["max_turn_chars"],
         pl.format("a turn of {} characters; at most {}", "longest", pl.lit(limit["max_turn_chars"]))),
        ("too-long", pl.col("chars") > limit["max_chars"], pl.format("{} characters; at most {}", "chars", pl.lit(limit["max_chars"]))),
    ]  # fmt: skip
    reason = pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds, _ in checks)
    detail = pl.coalesce(pl.when(holds).then(text) for _, holds, text in checks)
    return facts.select("row", reason.alias("reason"), detail.alias("detail")).filter(pl.col("reason").is_not_null())


def words_in(content: pl.Expr) -> pl.Expr:
    """Return the number of words of cleaned texts, which hold single spaces and at most two line breaks in a row."""
    counts = content.str.count_matches
    return counts(" ", literal=True) + counts("\n", literal=True) - counts("\n\n", literal=True) + 1


def _rejects(frame: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Return Reject rows for the conversations named in `reasons`."""
    prov = pl.col("provenance").struct
    place = pl.format("{} {}", prov.field("unit"), prov.field("start").cast(pl.Int64))
    anchor = prov.field("anchor").fill_null("")
    rejected = frame.gather(reasons["row"]).select(
        pl.col("source").fill_null(""),
        prov.field("file").fill_null(""),
        prov.field("file_sha256").fill_null(""),
        pl.when(anchor == "").then(place.fill_null("")).otherwise(anchor).alias("position"),
    )
    remedy = reasons["reason"].replace_strict(_REMEDIES, return_dtype=pl.String).alias("remedy")
    return conform(rejected.with_columns(reasons["reason"], reasons["detail"], remedy), Reject, name="rejects of prepare")


def prepare(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cleaned conversations and the rejects; every row of `frame` is in exactly one of them, in order.

    Text is repaired (`text.clean_text`), empty turns are dropped and neighbours of one role merged, personal data replaced by
    placeholders numbered within the conversation, `scores.words`, `.language`, `.pii_replaced`, `.pii_residue` filled, and
    `id` recomputed from the result. Provenance, licence and labels are untouched.

    Args:
        frame: Conversations in the schema of `records.conversation.Conversation`; turns may still be raw.

    Raises:
        SchemaMismatchError: The frame is not in that schema. Bad rows never raise.
    """
    frame = conform(frame, Conversation, name="input of prepare")
    if frame.is_empty():
        return frame, empty_frame(Reject)
    raw = explode(frame["turns"])
    cleaned = raw.with_columns(clean_text(raw["content"]))
    turns = alternate(cleaned)
    reasons = _reasons(raw, turns, frame.height)
    if reasons.height:
        turns = turns.filter(~pl.col("row").is_in(reasons["row"].implode()))
    rejects = _rejects(frame, reasons)
    if turns.is_empty():
        return empty_frame(Conversation), rejects
    before = turns["content"]
    turns, replaced = mask(turns)
    left = residue(turns.filter(turns["content"] != before))  # the others were just searched and held nothing
    facts = (
        turns.select("row", words_in(pl.col("content")).alias("words"))
        .group_by("row", maintain_order=True)
        .agg(pl.col("words").sum().cast(pl.Int64))
        .join(languages(turns), on="row", how="left", maintain_order="left")
        .join(replaced, on="row", how="left", maintain_order="left")
        .join(left, on="row", how="left", maintain_order="left")
    )
    kept = frame.drop("id", "turns").gather(facts["row"]).with_columns(identities(turns), regroup(turns)["turns"])
    scores = set_fields(
        "scores", words=pl.col("words"), language=pl.col("language"),
        pii_replaced=pl.col("replaced").fill_null(0), pii_residue=pl.col("found").fill_null(0),
    )  # fmt: skip
    kept = pl.concat([kept, facts.drop("row")], how="horizontal").with_columns(scores)
    return conform(kept.select(frame.columns), Conversation, name="result of prepare"), rejects
