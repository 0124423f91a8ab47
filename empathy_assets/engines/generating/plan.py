"""The generation plan: how many conversations of each kind, and every random decision about each of them.

Values of a dimension (issue, tone, modality, ...) are those the bank knows; they are dealt out evenly and then shuffled by seed, each
dimension with its own shuffle, so that every value occurs equally often and combinations vary. Where a passage is cited, issue and passage
are dealt together, so that the passage speaks of the issue (`engines.generating.matching`), and so that one more book changes few rows
(`engines.generating.dealing`). Text is not written here.
"""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.dealing import deal, deal_to, mixed
from empathy_assets.engines.generating.matching import answering, fits, unfit_reasons, weighed
from empathy_assets.engines.generating.topics import asked, topics
from empathy_assets.policy.load import number, table
from empathy_assets.records.arrow import empty_frame, polars_schema
from empathy_assets.records.ids import digest
from empathy_assets.records.plan import PlanRow

ASSET_OF_KIND = {
    "therapeutic": "therapeutic_samples",
    "bias": "bias_samples",
    "reasoning": "therapeutic_samples",
    "grounded": "grounded_conversations",
    "nightmare": "nightmare_scenarios",
    "persona": "grounded_conversations",
}
"""Which asset generates which kind."""

STAGE_OF_KIND = {
    "therapeutic": "foundation",
    "bias": "foundation",
    "reasoning": "expertise",
    "grounded": "expertise",
    "nightmare": "nightmare-fuel",
    "persona": "persona",
}
"""Which stage a kind is meant for."""

HOUSE_VOICE = "wayfarer-balanced"
"""The built-in voice: a balanced mentor that no transcript has to be landed for."""

_DIMENSIONS = ("issue", "category", "intensity", "disclosure", "modality", "phase", "tone", "profile")
_BOOKISH = ("books", "academic_findings")

Permutation = npt.NDArray[np.intp]


class Parts(Protocol):
    """Returns the part of a plan that is named by all it depends on besides code and policy, computed or kept."""

    def __call__(self, *key: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return what `compute` returns."""
        ...


def anew(*_key: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Return what `compute` returns, kept nowhere."""
    return compute()


def kind_sizes(*, target: int, stage_shares: dict[str, float], expected_corpus: int, has_passages: bool) -> dict[str, int]:
    """Return how many conversations of each kind to generate for a release of `target`, surplus included.

    Args:
        target: Conversations of the release.
        stage_shares: Share of each stage, summing to 1.
        expected_corpus: Conversations of landed corpora expected to be admitted into `foundation`.
        has_passages: Whether any book or paper passage is there; without one, reasoning takes the place of grounded.
    """
    scale = target / number("targets", "minimum.full_scale")
    least = {kind: math.ceil(number("targets", f"minimum.{kind}") * scale) for kind in ("therapeutic", "bias", "grounded")}
    stage = {name: _with_surplus(name, target * share) for name, share in stage_shares.items()}
    foundation = max(0, stage["foundation"] - expected_corpus)
    bias = max(least["bias"], round(foundation * number("generation", "plan.bias_share")))
    bias += bias % 2
    expertise = stage["expertise"]
    grounded = max(min(least["grounded"], expertise), round(expertise * (1 - number("generation", "plan.reasoning_share"))))
    grounded = grounded if has_passages else 0
    return {
        "therapeutic": max(least["therapeutic"], foundation - bias),
        "bias": bias,
        "reasoning": expertise - grounded,
        "grounded": grounded,
        "nightmare": stage["nightmare-fuel"],
        "persona": stage["persona"],
    }


def _with_surplus(stage: str, wanted: float) -> int:
    """Return how many to order so that `wanted` pass: policy's surplus, and a margin for chance that matters in small releases only."""
    surplus = number("generation", f"plan.surplus.{stage}")
    return math.ceil(wanted * (1 + surplus) + number("generation", "plan.chance") * math.sqrt(wanted))


def build_plan(
    *,
    target: int,
    stage_shares: dict[str, float],
    passages: pl.DataFrame,
    expected_corpus: int,
    seed: int,
    backend: str,
    voices: list[str] | None = None,
    parts: Parts = anew,
) -> pl.DataFrame:
    """Return the plan of a release: one row per conversation to generate.

    Args:
        target: Conversations of the release, > 0.
        stage_shares: Share of each stage (foundation, expertise, nightmare-fuel, persona).
        passages: Passages to ground on (`Passage` schema), possibly empty.
        expected_corpus: Conversations of landed corpora expected in `foundation`.
        seed: Seed of the plan; same seed and inputs, same plan.
        backend: `embedded` or `llm`, for every row.
        voices: Persona ids beside the built-in voice; None: those the passages declare.
        parts: Where the parts are kept that another book leaves as they are.

    Returns:
        A frame with the `PlanRow` schema, rows of a kind together, members of a pair adjacent.

    Raises:
        ValueError: The backend is unknown or the target is not positive.
    """
    if backend not in ("embedded", "llm") or target <= 0:
        raise ValueError(f"found backend {backend!r}, target {target}; expected `embedded` or `llm` and a positive target")
    passages = passages.select("id", "source", "voice", "text").unique("id").sort("id")
    bookish = _talkable(passages.filter(pl.col("source").is_in(_BOOKISH)))
    if voices is None:
        voices = passages.filter(pl.col("voice") != "").get_column("voice").unique().sort().to_list()
    sizes = kind_sizes(target=target, stage_shares=stage_shares, expected_corpus=expected_corpus, has_passages=bookish.height > 0)
    same = (json.dumps(sizes), str(seed))
    frame = parts("rows", *same, compute=lambda: _undealt(sizes, seed))
    grounded = _grounded(frame.filter(pl.col("kind") == "grounded"), bookish, seed)
    of_persona = frame.filter(pl.col("kind") == "persona")
    talks = passages.filter(pl.col("source") == "transcripts")
    shown = talks if talks.height else passages
    seen = digest(*voices, *(part for row in shown.iter_rows() for part in row))
    persona = parts("persona", *same, seen, compute=lambda: _voiced(of_persona, shown, voices, seed))
    rest = frame.filter(~pl.col("kind").is_in(["grounded", "persona"]))
    whole = pl.concat([rest, grounded, persona]).with_columns(backend=pl.lit(backend))
    return whole.sort("row_id").select(list(polars_schema(PlanRow)))


def _undealt(sizes: dict[str, int], seed: int) -> pl.DataFrame:
    """Return the rows of all kinds, no passage dealt to them yet."""
    return pl.concat([*(_rows(kind, size, seed) for kind, size in sizes.items() if kind != "bias"), _bias_rows(sizes["bias"], seed)])


def plan_summary(plan: pl.DataFrame) -> pl.DataFrame:
    """Return one row per kind: kind, stage, asset, backend, rows, passages (distinct), pairs and turns (mean)."""
    return (
        plan.group_by("kind", "stage", "asset", "backend")
        .agg(
            rows=pl.len(),
            passages=pl.col("passage_id").filter(pl.col("passage_id") != "").n_unique(),
            pairs=pl.col("pair_id").filter(pl.col("pair_id") != "").n_unique(),
            turns=pl.col("n_turns").mean(),
        )
        .sort("kind")
    )


def passages_left_out(passages: pl.DataFrame) -> pl.DataFrame:
    """Return how many passages of each source are not dealt while others are there, and why: source, reason, passages."""
    return (
        passages.select("source", unfit_reasons(passages).alias("reason"))
        .filter(pl.col("reason") != "")
        .group_by("source", "reason")
        .agg(passages=pl.len())
        .sort("source", "reason")
    )


def _shuffle(n: int, *key: object) -> Permutation:
    """Return a permutation of range(n) that depends on the key alone, on every platform and numpy version (SplitMix64 as sort key)."""
    base = np.uint64(int.from_bytes(hashlib.sha256(":".join(map(str, key)).encode()).digest()[:8], "big"))
    with np.errstate(over="ignore"):
        return np.argsort(mixed(base + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)), kind="stable")


def _dealt(values: Sequence[Any], n: int, *key: object) -> pl.Series:
    """Return `n` values, each as often as any other within one, in seeded order; the values' own order is permuted too."""
    if not n or not values:
        return pl.Series([""] * n, dtype=pl.String)
    order = _shuffle(len(values), *key, "values")
    deck = [values[int(i)] for i in order]
    places = _shuffle(n, *key, "places")
    return pl.Series([deck[int(i) % len(deck)] for i in places])


def _seed_of(seed: int, name: str) -> int:
    return int(hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()[:15], 16)


def _rows(kind: str, n: int, seed: int) -> pl.DataFrame:
    """Return `n` rows of a kind with every dimension dealt, passages and pairs still empty."""
    if n <= 0:
        return empty_frame(PlanRow)
    bank = load_bank(kind)
    fixed_turns = 2 * (len(bank.first) + len(bank.last))
    named = kind if f"{kind}_min" in table("generation")["turns"] else "other"
    least = max(int(number("generation", f"turns.{named}_min")), fixed_turns + 2)  # at least one exchange of the middle
    most = max(int(number("generation", f"turns.{named}_max")), least)
    row_ids = [f"{kind}-{i:06d}" for i in range(n)]
    columns: dict[str, Any] = {
        "row_id": row_ids,
        "row_seed": [_seed_of(seed, row_id) for row_id in row_ids],
        "n_turns": _dealt(list(range(least, most + 1, 2)), n, seed, kind, "n_turns"),
    }
    columns |= {name: _dealt(bank.values(name), n, seed, kind, name) for name in _DIMENSIONS}
    fixed = {"kind": kind, "stage": STAGE_OF_KIND[kind], "asset": ASSET_OF_KIND[kind]}
    frame = pl.DataFrame(columns).with_columns(**{name: pl.lit(value) for name, value in fixed.items()})
    blank = [pl.lit("").alias(name) for name in polars_schema(PlanRow) if name not in frame.columns]
    return frame.with_columns(*blank).select(list(polars_schema(PlanRow))).cast(polars_schema(PlanRow))


def _bias_rows(n: int, seed: int) -> pl.DataFrame:
    """Return `n` rows (even) in pairs: same seed, same dimensions, two values of one attribute."""
    pairs = n // 2
    values = load_bank("bias").values("bias_value")
    by_attribute: dict[str, list[str]] = {}
    for value in values:
        by_attribute.setdefault(value.split(":", 1)[0], []).append(value)
    attributes = _dealt(list(by_attribute), pairs, seed, "bias", "bias_attribute").to_list()
    couples = {a: _dealt(list(combinations(vs, 2)), attributes.count(a), seed, "bias", a).to_list() for a, vs in by_attribute.items()}
    chosen = [couples[a].pop() for a in attributes]
    base = _rows("bias", pairs, seed).with_columns(
        pair_id=pl.col("row_id").str.replace("bias-", "pair-"), bias_attribute=pl.Series(attributes, dtype=pl.String)
    )
    members = [
        base.with_columns(
            row_id=pl.col("row_id") + f"-{'ab'[side]}", bias_value=pl.Series([couple[side] for couple in chosen], dtype=pl.String)
        )
        for side in (0, 1)
    ]
    return pl.concat(members)


def _talkable(passages: pl.DataFrame) -> pl.DataFrame:
    """Return the passages fit for talk, or all where none is."""
    fit = passages.filter(unfit_reasons(passages) == "")
    return fit if fit.height else passages


def _grounded(rows: pl.DataFrame, passages: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the rows with passage and issue dealt together; without passages or issues, as they are."""
    bank = load_bank("grounded")
    about = topics(bank)
    if not rows.height or not passages.height or not about:
        return rows
    fit = fits(_weighed(passages), list(about.values()))
    fit = answering(fit, passages.select("text", "source").iter_rows(), list(asked(bank).values()))
    ids, issues = passages.get_column("id"), pl.Series(list(about), dtype=pl.String)
    homes = _shuffle(rows.height, seed, "grounded", "issue") % len(about)
    dealt = deal(fit, ids.to_list(), rows.get_column("row_seed").to_numpy().astype(np.uint64), homes)
    return rows.with_columns(passage_id=ids.gather(dealt.passage), issue=issues.gather(dealt.issue))


def _weighed(passages: pl.DataFrame) -> list[str]:
    return [weighed(text, source) for text, source in passages.select("text", "source").iter_rows()]


def _voiced(rows: pl.DataFrame, passages: pl.DataFrame, voices: list[str], seed: int) -> pl.DataFrame:
    """Return the persona rows with voice and passage: the voice's own talks, else all that is there, talks or passages, else none."""
    known = list(dict.fromkeys([HOUSE_VOICE, *voices]))
    rows = rows.with_columns(persona_id=_dealt(known, rows.height, seed, "persona", "voice").cast(pl.String))
    parts: list[pl.DataFrame] = [rows.clear()]
    for voice in known:
        mine = rows.filter(pl.col("persona_id") == voice)
        own = passages.filter((pl.col("source") == "transcripts") & (pl.col("voice") == voice))
        source = _talkable(own if own.height else passages)
        parts.append(mine.with_columns(passage_id=_for_issues(mine, source, seed, voice)))
    return pl.concat(parts)


def _for_issues(rows: pl.DataFrame, passages: pl.DataFrame, seed: int, voice: str) -> pl.Series:
    """Return for each row a passage that fits its issue; dealt evenly where the bank names no issues, empty without passages."""
    about = topics(load_bank("persona"))
    if not passages.height or not about:
        return _dealt(passages.get_column("id").to_list(), rows.height, seed, "persona", voice)
    place = {issue: i for i, issue in enumerate(about)}
    order = _shuffle(rows.height, seed, "persona", voice)
    issues = np.array([place[issue] for issue in rows.get_column("issue")], dtype=np.intp)
    chosen = np.empty(rows.height, dtype=np.intp)
    chosen[order] = deal_to(fits(_weighed(passages), list(about.values())), issues[order])
    return passages.get_column("id").gather(chosen)
