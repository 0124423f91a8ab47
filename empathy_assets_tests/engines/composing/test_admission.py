"""Tests of admission: the order gates -> copies -> composition, and every record's fate."""

import random

import polars as pl

from empathy_assets.engines.composing.admission import admit, admitted_refs, copies, gates_version
from empathy_assets.records.ids import record_ref
from empathy_assets_tests.fixtures.conversations import conversation, frame

STAGES = ("foundation", "expertise", "nightmare-fuel", "persona")
SYLLABLES = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu"]


def distinct(number: int, stage: str, **fields):
    """A dialogue of invented words that shares no phrase with any other number."""
    draw = random.Random(number)

    def said(count: int) -> str:
        return " ".join("".join(draw.choices(SYLLABLES, k=3)) for _ in range(count))

    turns = [
        ("user", f"I feel {said(12)} and the {said(6)}."),
        ("assistant", f"You feel {said(8)} with the {said(8)}."),
        ("user", f"Yes, the {said(14)}."),
        ("assistant", f"Would you like to {said(12)} with me?"),
    ]
    return conversation(number, stage=stage, turns=turns, provenance={"plan_row_id": f"{stage}-{number}"}, **fields)


def stages(per_stage: dict[str, int], **fields) -> dict[str, pl.DataFrame]:
    return {s: frame(*(distinct(100 * i + n, s, **fields) for n in range(per_stage[s]))) for i, s in enumerate(STAGES)}


FULL = {"foundation": 10, "expertise": 6, "nightmare-fuel": 5, "persona": 4}


def test_the_release_is_filled_in_the_exact_mix_and_the_rest_is_surplus() -> None:
    found = admit(stages(FULL), 20)
    assert found.composition.size == 20
    assert len(admitted_refs(found.ledger)) == 20
    composed = found.ledger.filter(pl.col("gate") == "composition")
    assert composed.filter(~pl.col("passed"))["reason"].str.starts_with("surplus").all()
    assert composed.height == sum(FULL.values())


def test_a_record_that_fails_a_gate_is_not_composed() -> None:
    tables = stages(FULL)
    low = distinct(99, "foundation", scores={"ears": 0.2})
    tables["foundation"] = pl.concat([tables["foundation"], frame(low)])
    ledger = admit(tables, 20).ledger.filter(pl.col("id") == low.id)
    assert ledger.filter(~pl.col("passed"))["gate"].to_list() == ["ears"]
    assert "composition" not in ledger["gate"].to_list()


def test_of_two_copies_the_one_that_passes_the_other_gates_is_kept() -> None:
    good = distinct(7, "foundation")
    twin = conversation(8, turns=[(t.role, t.content) for t in good.turns], source="conversation_corpora", scores={"ears": 0.1})
    assert twin.id == good.id
    tables = stages(FULL) | {"foundation": frame(good, twin)}
    ledger = admit(tables, 20).ledger
    refs = tables["foundation"].select(record_ref())["ref"]
    verdicts = {ref: dict(ledger.filter(pl.col("ref") == ref).select("gate", "passed").iter_rows()) for ref in refs}
    assert verdicts[refs[0]]["duplicates"]
    assert not verdicts[refs[1]]["ears"]


def test_copies_name_the_record_that_stays() -> None:
    first = distinct(1, "foundation")
    second = conversation(2, turns=[(t.role, t.content) for t in first.turns], source="conversation_corpora")
    rows = frame(first, second, distinct(3, "persona")).with_columns(record_ref())
    found = copies(rows)
    assert found.height == 2
    assert found["kept"].sum() == 1
    kept = found.filter("kept")["ref"][0]
    assert set(found["kept_ref"]) == {kept}


def test_the_version_names_every_gate() -> None:
    assert {part.split(":")[0] for part in gates_version().split("|")} >= {"schema", "ears", "licence", "duplicates"}


def test_what_copies_a_published_record_goes_and_says_of_which_release() -> None:
    tables = stages(FULL)
    old = tables["foundation"].head(2).select("id", "turns", pl.lit("v0.1.0").alias("release"))
    words = (
        "They said it would be easier by spring and it has not been, though the kettle still goes on at six and I still set out two cups"
    )
    near = conversation(77, turns=[("user", words), ("assistant", "Two cups, and six o'clock, and spring came without her all the same.")])
    edited = conversation(
        78,
        turns=[
            ("user", words.replace("spring", "summer")),
            ("assistant", "Two cups, and six o'clock, and spring came without her all the same."),
        ],
    )
    tables["foundation"] = pl.concat([tables["foundation"], frame(edited)])
    old = pl.concat([old, frame(near).select("id", "turns", pl.lit("v0.2.0").alias("release"))])
    ledger = admit(tables, 20, earlier=old).ledger.filter((pl.col("gate") == "duplicates") & ~pl.col("passed"))
    reasons = dict(ledger.select("id", "reason").iter_rows())
    assert set(reasons) == {*old["id"].head(2), edited.id}
    assert reasons[old["id"][0]] == f"exact-duplicate: of {old['id'][0]} of release v0.1.0, similarity 1.0"
    assert reasons[edited.id].startswith(f"near-duplicate: of {near.id} of release v0.2.0")
    assert "copy" not in "".join(admit(tables, 20).ledger["reason"])


def test_a_record_that_shares_thirteen_words_with_a_benchmark_is_contaminated() -> None:
    tables = stages(FULL)
    said = tables["persona"]["turns"][0][0]["content"].split()
    exam = {"exam.jsonl": ["unrelated words", " ".join(["Question:", *said[:13], "?"])]}
    held = tables["persona"]["id"][0]
    ledger = admit(tables, 20, benchmarks=exam).ledger.filter((pl.col("gate") == "decontamination") & ~pl.col("passed"))
    assert ledger["id"].to_list() == [held]
    assert ledger["reason"][0].startswith("contaminated: 1 n-grams of exam.jsonl")
    twelve = {"exam.jsonl": [" ".join(said[:12])]}
    assert admit(tables, 20, benchmarks=twelve).ledger.filter((pl.col("gate") == "decontamination") & ~pl.col("passed")).is_empty()
