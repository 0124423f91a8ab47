"""Findings about the plan and what was generated from it: complete, sized right, varied, pairs matched."""

from dataclasses import asdict

import polars as pl

from empathy_assets.engines.checking.finding import Finding, none_of
from empathy_assets.engines.generating.diversity import Diversity, diversity_by_kind
from empathy_assets.engines.generating.pairs import pair_differs_only_in_attribute
from empathy_assets.engines.memory import Memory
from empathy_assets.engines.plotting.diversity import diversity_bars
from empathy_assets.policy.load import number

_KIND = pl.col("labels").struct.field("kind")


def plan_covers(plan: pl.DataFrame, expected_corpus: int, target: int, mix: dict[str, float]) -> Finding:
    """Fail if plan and landed dialogues together cannot fill every stage's share of the target."""
    planned = dict(plan.group_by("stage").len().iter_rows())
    have = {stage: planned.get(stage, 0) + (expected_corpus if stage == "foundation" else 0) for stage in mix}
    short = {stage: round(share * target) - have[stage] for stage, share in mix.items() if have[stage] < round(share * target)}
    sentence = f"plan of {plan.height} rows for a release of {target}: " + (f"short by {short}" if short else "every stage can be filled")
    return Finding(not short, sentence, {"value": plan.height, "bound": target, "n": plan.height, "short": str(short)})


def minima_planned(plan: pl.DataFrame, target: int) -> Finding:
    """Fail if therapeutic, bias or grounded rows fall below the policy's minimum, scaled to the target."""
    scale = min(1.0, target / number("targets", "minimum.full_scale"))
    count = dict(plan.group_by("kind").len().iter_rows())
    need = {kind: int(number("targets", f"minimum.{kind}") * scale) for kind in ("therapeutic", "bias", "grounded")}
    short = {kind: bound - count.get(kind, 0) for kind, bound in need.items() if count.get(kind, 0) < bound}
    found = {kind: count.get(kind, 0) for kind in need}
    return Finding(
        not short,
        f"planned {found}, at least {need} expected",
        {"value": len(short), "bound": 0, "n": plan.height, "planned": str(found), "needed": str(need)},
    )


def complete(frame: pl.DataFrame, plan: pl.DataFrame, asset: str) -> Finding:
    """Fail if more planned rows are missing than policy allows."""
    rows = plan.filter(pl.col("asset") == asset)
    missing = rows.join(frame.select(pl.col("provenance").struct.field("plan_row_id").alias("row_id")), on="row_id", how="anti")
    share = missing.height / rows.height if rows.height else 0.0
    bound = number("checks", "generation_missing_share")
    example = f", e.g. {missing['row_id'][0]}" if missing.height else ""
    sentence = f"{missing.height} of {rows.height} planned rows missing{example}; a share of at most {bound:g} expected"
    return Finding(share <= bound, sentence, {"value": share, "bound": bound, "n": rows.height})


def repeated_sentences(frame: pl.DataFrame) -> Finding:
    """Fail if one sentence stands in too many conversations (pairs count once)."""
    pair = pl.col("labels").struct.field("pair_id")
    unit = pl.when(pair == "").then("id").otherwise(pair)
    single = frame.filter(unit.is_first_distinct())
    sentences = (
        single.with_row_index("row")
        .select("row", pl.col("turns").list.eval(pl.element().struct.field("content")).list.join(" ").alias("text"))
        .with_columns(pl.col("text").str.to_lowercase().str.extract_all(r"[^.!?]+[.!?]"))
        .explode("text")
        .drop_nulls()
        .with_columns(pl.col("text").str.strip_chars())
        .unique()
    )
    if sentences.is_empty():
        return Finding(True, "no sentences to compare", {"value": 0.0, "bound": number("checks", "repeated_sentence_share"), "n": 0})
    # A sentence shared by two conversations of a handful says nothing about templates: count only what recurs.
    top = sentences.group_by("text").len().filter(pl.col("len") > 2).sort("len", "text", descending=[True, False]).head(1)
    count = int(top["len"][0]) if top.height else 0
    share, bound = count / single.height, number("checks", "repeated_sentence_share")
    example = f": “{top['text'][0]}”" if top.height else ""
    sentence = f"most repeated sentence in {share:.2%} of {single.height} conversations{example}; at most {bound:.1%} expected"
    return Finding(share <= bound, sentence, {"value": share, "bound": bound, "n": single.height})


def diverse(frame: pl.DataFrame, landed: pl.DataFrame, memory: Memory | None = None) -> Finding:
    """Fail if the conversations of a kind are too much alike: nearest pair, what each shares with others, the most repeated sentence.

    Per kind, one member of each counterfactual pair; likeness grows with the number of conversations, so a small release says little.
    Conversations that people landed are measured beside them, to show what real talk reaches; they are not judged.

    Args:
        frame: Generated conversations (`Conversation` schema).
        landed: Landed conversations, possibly none.
        memory: Where the figures of each kind are kept.
    """
    bars = {name: number("generation", f"diversity.{name}_max") for name in ("jaccard", "overlap")}
    made, real = diversity_by_kind(frame, memory), diversity_by_kind(landed, memory)
    too_much = [kind for kind, found in made.items() if found.jaccard_max > bars["jaccard"] or found.overlap_mean > bars["overlap"]]
    said = "; ".join(_said(kind, found) for kind, found in made.items()) or "nothing was generated"
    beside = "".join(f"; beside it, {_said(kind, found)}" for kind, found in real.items())
    figures: dict[str, float | int | str] = {
        "bound": bars["overlap"],
        "jaccard_bound": bars["jaccard"],
        "n": sum(found.conversations for found in made.values()),
        "value": max((found.overlap_mean for found in made.values()), default=0.0),
    }
    for kind, found in {**made, **real}.items():
        figures |= {f"{kind}_{name}": value for name, value in asdict(found).items()}
    expected = f"at most {bars['jaccard']:g} and {bars['overlap']:g} expected"
    plots = {"Diversity": diversity_bars({**made, **real}, bars, "png")} if made else {}
    return Finding(not too_much, f"{said}{beside}; {expected}", figures, plots)


def _said(kind: str, found: Diversity) -> str:
    return f"{kind}: nearest pair {found.jaccard_max:.2f}, share of 4-grams found in others {found.overlap_mean:.2f}"


def pairs_complete(frame: pl.DataFrame) -> Finding:
    """Fail if a counterfactual pair does not have exactly two members with two values of one attribute."""
    label = pl.col("labels").struct
    pairs = frame.group_by(label.field("pair_id")).agg(
        pl.len().alias("members"),
        label.field("bias_attribute").n_unique().alias("attributes"),
        label.field("bias_value").n_unique().alias("values"),
    )
    bad = pairs.filter((pl.col("members") != 2) | (pl.col("attributes") != 1) | (pl.col("values") != 2) | (pl.col("pair_id") == ""))
    return none_of(
        bad.height,
        "pairs without two members that differ in one attribute",
        n=pairs.height,
        example=str(bad["pair_id"][0]) if bad.height else "",
    )


def pairs_matched(frame: pl.DataFrame) -> Finding:
    """Fail if the members of an embedded pair differ beyond the words of their attribute.

    What a language model wrote is left out: it words each member anew, and judging its pairs takes a reader.
    """
    embedded = frame.filter(pl.col("provenance").struct.field("backend") == "embedded")
    members = embedded.select("turns", "labels", pl.col("labels").struct.field("pair_id").alias("pair")).sort("pair", maintain_order=True)
    rows = members.iter_rows(named=True)
    count, example = 0, ""
    for one, two in zip(rows, rows, strict=False):
        same, why = pair_differs_only_in_attribute(one, two)
        if not same:
            count, example = count + 1, example or f"{one['pair']}: {why}"
    return none_of(count, "pairs that differ beyond their attribute", n=members.height // 2, example=example)


def anchored(frame: pl.DataFrame, passages: pl.DataFrame) -> Finding:
    """Fail if a grounded conversation cites no passage, or one that was not landed."""
    cited = frame.filter(_KIND == "grounded").select("id", pl.col("provenance").struct.field("passage_id").alias("passage_id"))
    bad = cited.join(passages.select(pl.col("id").alias("passage_id")), on="passage_id", how="anti")
    return none_of(
        bad.height, "grounded conversations without a landed passage", n=cited.height, example=str(bad["id"][0]) if bad.height else ""
    )
