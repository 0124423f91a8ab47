"""The plan: sizes as ordered, dimensions dealt evenly, the same plan from the same seed."""

from collections.abc import Callable

import polars as pl
import pytest

from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.grammar.claims import answers, claims
from empathy_assets.engines.generating.plan import HOUSE_VOICE, STAGE_OF_KIND, build_plan, kind_sizes, passages_left_out, plan_summary
from empathy_assets.engines.generating.topics import asked
from empathy_assets.records.arrow import empty_frame, from_frame, to_frame
from empathy_assets.records.passage import Passage
from empathy_assets.records.plan import PlanRow
from empathy_assets.records.provenance import Provenance

SHARES = {"foundation": 0.40, "expertise": 0.25, "nightmare-fuel": 0.20, "persona": 0.15}
_SENTENCES = [
    "Patience with a frightened part of oneself is the beginning of trust, and trust is the beginning of rest "
    "after a long and lonely year.",
    "The memory of a loss returns in waves, and each wave of grief has an end, as every mourner learns on some ordinary morning in spring.",
    "Rest is not a reward for work but the ground on which work stands, and a tired body knows that sooner than a worried mind does.",
]
_GRIEF = (
    "Grief returns in waves and asks for company. Mourning a mother or a father takes longer than the "
    "funeral, and memory is its patient friend. " * 3
)
_BURNOUT = (
    "Exhaustion is no failure of will. A tired body asks for rest because work without a limit leaves it empty, and stress grows in hurry. "
    * 3
)
_TABLE = "Chapter 1 ..... 12 Chapter 2 ..... 34 Index ..... 56 " * 12


def passages() -> pl.DataFrame:
    records = [
        Passage(
            id=f"p-{source}-{i}",
            text=" ".join(_SENTENCES[i:] + _SENTENCES[:i]),
            source=source,
            provenance=Provenance(work_id="w-1" if source == "books" else "w-2", title="On Patience", authors=["A. Writer"]),
            licence="CC-BY-4.0",
            voice="river-guide" if source == "transcripts" else "",
        )
        for source in ("books", "transcripts")
        for i in range(3)
    ]
    return to_frame(records, Passage)


def plan(target: int = 1200, seed: int = 1, **given: object) -> pl.DataFrame:
    settings: dict[str, object] = {"passages": passages(), "expected_corpus": 0, "voices": None, "backend": "embedded", **given}
    return build_plan(target=target, stage_shares=SHARES, seed=seed, **settings)  # type: ignore[arg-type]


def test_every_stage_can_be_filled_with_a_surplus() -> None:
    counts = dict(plan().group_by("stage").len().iter_rows())
    assert all(counts[stage] >= share * 1200 * 1.05 for stage, share in SHARES.items())


@pytest.mark.parametrize(
    ("target", "passing"),  # shares that passed every gate in builds of that size, the worst of several
    [
        (300, {"foundation": 0.78, "expertise": 0.76, "nightmare-fuel": 0.85, "persona": 0.65}),
        (3_000, {"foundation": 0.87, "expertise": 0.86, "nightmare-fuel": 0.90, "persona": 0.80}),
        (60_000, {"foundation": 0.90, "expertise": 0.91, "nightmare-fuel": 0.92, "persona": 0.865}),
    ],
)
def test_what_is_ordered_fills_every_stage_though_gates_take_their_part(target: int, passing: dict[str, float]) -> None:
    sizes = kind_sizes(target=target, stage_shares=SHARES, expected_corpus=0, has_passages=True)
    ordered = {stage: sum(n for kind, n in sizes.items() if STAGE_OF_KIND[kind] == stage) for stage in SHARES}
    assert all(ordered[stage] * passing[stage] >= SHARES[stage] * target for stage in SHARES)


@pytest.mark.parametrize(
    "passing",  # of a build of 60,000 by tier `student`, and of 800 of each kind by the cascade
    [
        {"foundation": 0.927, "expertise": 0.940, "nightmare-fuel": 0.949, "persona": 0.892},
        {"foundation": 0.90, "expertise": 0.92, "nightmare-fuel": 0.949, "persona": 0.87},
    ],
)
def test_at_full_scale_a_few_in_a_hundred_are_spare(passing: dict[str, float]) -> None:
    sizes = kind_sizes(target=60_000, stage_shares=SHARES, expected_corpus=0, has_passages=True)
    for stage, share in SHARES.items():
        ordered = sum(n for kind, n in sizes.items() if STAGE_OF_KIND[kind] == stage)
        assert 1.025 <= ordered * passing[stage] / (share * 60_000) <= 1.065


def test_minima_hold_at_full_scale_whatever_the_corpora_bring() -> None:
    sizes = kind_sizes(target=60_000, stage_shares=SHARES, expected_corpus=40_000, has_passages=True)
    assert sizes["therapeutic"] >= 10_000
    assert sizes["bias"] >= 5_000
    assert sizes["grounded"] >= 5_000
    assert sizes["bias"] % 2 == 0


def test_without_passages_reasoning_takes_the_place_of_grounded() -> None:
    frame = plan(passages=empty_frame(Passage))
    assert "grounded" not in frame["kind"].to_list()
    assert frame.filter(pl.col("stage") == "expertise").height >= 300
    assert frame.filter(pl.col("kind") == "persona")["passage_id"].unique().to_list() == [""]


def test_rows_are_valid_and_the_seed_decides() -> None:
    frame = plan()
    assert len(from_frame(frame, PlanRow)) == frame.height
    assert frame["row_id"].is_unique().all()
    assert frame.equals(plan())
    assert not frame.equals(plan(seed=2))


@pytest.mark.parametrize("dimension", ["issue", "tone", "modality", "phase", "profile", "n_turns"])
def test_dimensions_are_dealt_evenly(dimension: str) -> None:
    counts = plan().filter(pl.col("kind") == "therapeutic").group_by(dimension).len()["len"]
    assert counts.max() - counts.min() <= 1  # type: ignore[operator]


def test_all_values_of_the_bank_occur() -> None:
    frame = plan(4000)
    assert set(frame.filter(pl.col("kind") == "therapeutic")["issue"]) == set(load_bank("therapeutic").values("issue"))


def test_pairs_are_adjacent_and_differ_in_one_value() -> None:
    rows = plan().filter(pl.col("kind") == "bias")
    a, b = rows.gather_every(2), rows.gather_every(2, offset=1)
    same = [c for c in rows.columns if c not in ("row_id", "bias_value")]
    assert a.select(same).equals(b.select(same))
    assert (a["bias_value"] != b["bias_value"]).all()
    assert rows["bias_attribute"].n_unique() == 10


def test_no_passage_is_used_far_more_than_others_and_talks_go_by_voice() -> None:
    frame = plan()
    grounded = frame.filter(pl.col("kind") == "grounded")
    used = grounded.group_by("passage_id").len()
    assert used["passage_id"].str.contains("books").all()
    assert used["len"].max() <= 3 * grounded.height / 3 + 1  # type: ignore[operator]
    persona = frame.filter(pl.col("kind") == "persona")
    assert set(persona["persona_id"]) == {HOUSE_VOICE, "river-guide"}
    assert persona["passage_id"].str.contains("transcripts").all()


def book(number: int, text: str) -> Passage:
    return Passage(id=f"b-{number}", text=text, source="books", provenance=Provenance(work_id="w-3", title="On Rest"), licence="CC-BY-4.0")


def test_passage_and_issue_of_a_grounded_row_go_together() -> None:
    rows = plan(passages=to_frame([book(1, _GRIEF), book(2, _BURNOUT)], Passage)).filter(pl.col("kind") == "grounded")
    asks = asked(load_bank("grounded"))
    said = {"b-1": claims(_GRIEF), "b-2": claims(_BURNOUT)}
    shared = [any(answers(c, asks[issue]) for c in said[passage]) for issue, passage in rows.select("issue", "passage_id").iter_rows()]
    assert all(shared)
    assert set(rows["passage_id"]) == {"b-1", "b-2"}
    assert rows["issue"].n_unique() > 2


def test_unfit_passages_are_dealt_only_where_no_other_is_there() -> None:
    both = to_frame([book(1, _GRIEF), book(2, _TABLE)], Passage)
    assert set(plan(passages=both).filter(pl.col("kind") == "grounded")["passage_id"]) == {"b-1"}
    assert passages_left_out(both).rows() == [("books", "figures", 1)]
    alone = plan(passages=to_frame([book(2, _TABLE)], Passage)).filter(pl.col("kind") == "grounded")
    assert set(alone["passage_id"]) == {"b-2"}


def test_every_conversation_has_room_for_an_exchange_of_the_middle() -> None:
    for kind in ("grounded", "persona", "therapeutic"):
        bank, rows = load_bank(kind), plan().filter(pl.col("kind") == kind)
        assert rows["n_turns"].min() >= 2 * (len(bank.first) + len(bank.last) + 1)  # type: ignore[operator]


def test_summary_counts_every_row() -> None:
    frame = plan()
    summary = plan_summary(frame)
    assert summary["rows"].sum() == frame.height
    assert summary.filter(pl.col("kind") == "bias")["pairs"][0] * 2 == summary.filter(pl.col("kind") == "bias")["rows"][0]


@pytest.mark.parametrize("wrong", [{"backend": "magic"}, {"target": 0}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        plan(**wrong)  # type: ignore[arg-type]


def test_another_book_leaves_the_kept_parts_as_they_are() -> None:
    kept: dict[tuple[str, ...], pl.DataFrame] = {}
    computed: list[str] = []

    def parts(*key: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        if key not in kept:
            computed.append(key[0])
            kept[key] = compute()
        return kept[key]

    fewer = passages().filter(pl.col("id") != "p-books-2")
    assert plan(passages=fewer, parts=parts).equals(plan(passages=fewer))
    assert computed == ["rows", "persona"]
    assert plan(parts=parts).equals(plan())
    assert computed == ["rows", "persona"]
    other_talk = passages().filter(pl.col("id") != "p-transcripts-2")
    assert plan(passages=other_talk, parts=parts).equals(plan(passages=other_talk))
    assert computed == ["rows", "persona", "persona"]
    assert plan(seed=2, backend="llm", parts=parts).equals(plan(seed=2, backend="llm"))
    assert plan(target=600, parts=parts).equals(plan(target=600))
    assert computed[3:] == ["rows", "persona"] * 2
