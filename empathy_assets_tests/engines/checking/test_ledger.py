"""Tests of the findings about the ledger and what it admitted."""

import polars as pl

from empathy_assets.engines.checking.ledger import accounted, ears_of_all, exact_mix, no_copies, size_reached, sources_accounted
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.ids import record_ref
from empathy_assets.records.verdict import Verdict
from empathy_assets_tests.fixtures.conversations import many


def ledger(rows: pl.DataFrame, fates: list[str]) -> pl.DataFrame:
    verdicts: list[Verdict] = []
    for ref, record, fate in zip(rows.select(record_ref())["ref"], rows.iter_rows(named=True), fates, strict=True):
        about = {"ref": ref, "id": record["id"], "stage": record["stage"], "source": record["source"], "version": "1"}
        verdicts.append(Verdict(**about, gate="ears", passed=fate != "dropped", reason="ok" if fate != "dropped" else "low"))
        if fate != "dropped":
            verdicts.append(Verdict(**about, gate="composition", passed=fate == "admitted", reason=fate))
    return to_frame(verdicts, Verdict)


def test_every_record_ends_as_admitted_dropped_or_surplus() -> None:
    rows = many(3)
    found = accounted(ledger(rows, ["admitted", "dropped", "surplus"]), rows)
    assert found.passed
    assert found.sentence.startswith("3 read = 1 admitted + 1 dropped + 1 surplus")


def test_a_lost_a_foreign_a_mute_and_an_undecided_record_are_found() -> None:
    rows = many(3)
    full = ledger(rows, ["admitted", "dropped", "surplus"])
    assert not accounted(full, many(4)).passed
    assert not accounted(full, many(2)).passed
    assert not accounted(full.with_columns(pl.lit("").alias("reason")), rows).passed
    assert not accounted(full.filter(pl.col("gate") != "composition"), rows).passed
    assert not accounted(pl.concat([full, full.filter(pl.col("gate") == "composition")]), rows).passed


def test_every_source_row_is_staged_or_quarantined_once() -> None:
    read = pl.DataFrame({"source": ["corpora"] * 3 + ["samples"] * 2})
    staged, rejects = pl.DataFrame({"source": ["corpora", "corpora", "samples", "samples"]}), pl.DataFrame({"source": ["corpora"]})
    found = sources_accounted(read, staged, rejects)
    assert found.passed
    assert "corpora: 3 = 2 + 1; samples: 2 = 2 + 0; 0 unaccounted for" in found.sentence
    assert not sources_accounted(read, staged.head(3), rejects).passed
    assert not sources_accounted(read, pl.concat([staged, staged.head(1)]), rejects).passed
    assert not sources_accounted(read.head(4), staged, rejects).passed
    assert not sources_accounted(read.head(0), staged.head(1), rejects.head(0)).passed


def composed(foundation: int, expertise: int, nightmare: int, persona: int) -> pl.DataFrame:
    sizes = {"foundation": foundation, "expertise": expertise, "nightmare-fuel": nightmare, "persona": persona}
    return pl.concat([many(n, start=100 * i, stage=stage) for i, (stage, n) in enumerate(sizes.items())])


def test_the_mix_is_exact() -> None:
    assert exact_mix(composed(8, 5, 4, 3)).passed
    assert not exact_mix(composed(9, 4, 4, 3)).passed
    assert not exact_mix(many(0)).passed


def test_one_conversation_below_the_bar_fails_all() -> None:
    assert ears_of_all(many(3)).passed
    assert not ears_of_all(pl.concat([many(3), many(1, start=9, scores={"ears": 0.79})])).passed
    assert not ears_of_all(many(0)).passed


def test_copies_and_a_short_release_are_found() -> None:
    assert no_copies(many(3)).passed
    assert not no_copies(pl.concat([many(3), many(1)])).passed
    assert size_reached(many(3), 3).passed
    assert not size_reached(many(3), 4).passed
