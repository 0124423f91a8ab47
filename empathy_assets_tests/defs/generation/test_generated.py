"""Tests of the plan and the generated sources."""

import polars as pl
import pytest

from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.conftest import Built

GENERATED = ("therapeutic_samples", "bias_samples", "nightmare_scenarios", "grounded_conversations")


def test_the_plan_covers_every_stage_with_a_surplus(built: Built) -> None:
    plan = built.table("generation_plan")
    planned = dict(plan.group_by("stage").len().iter_rows())
    assert set(planned) == set(STAGES)
    assert plan.height > 300
    assert plan["row_id"].n_unique() == plan.height


@pytest.mark.parametrize("asset", GENERATED)
def test_every_planned_row_was_generated_by_the_embedded_backend(built: Built, asset: str) -> None:
    rows = built.table(asset)
    wanted = built.table("generation_plan").filter(pl.col("asset") == asset)
    made = rows.unnest("provenance")
    assert set(made["plan_row_id"]) == set(wanted["row_id"])
    assert set(made["backend"]) == {"embedded"}


def test_grounded_conversations_carry_the_anchor_and_licence_of_their_passage(built: Built) -> None:
    passages = pl.concat([built.table(s) for s in ("books", "academic_findings", "transcripts")])
    rows = built.table("grounded_conversations").filter(pl.col("labels").struct.field("kind") == "grounded")
    cited = rows.select("licence", pl.col("provenance").struct.field("passage_id").alias("id"), pl.col("provenance").struct.field("anchor"))
    joined = cited.join(
        passages.select("id", "licence", pl.col("provenance").struct.field("anchor")), on="id", how="left", suffix="_passage"
    )
    assert joined["anchor"].equals(joined["anchor_passage"].rename("anchor"))
    assert joined["licence"].equals(joined["licence_passage"].rename("licence"))


def test_crisis_scenarios_are_fenced_and_labelled(built: Built) -> None:
    rows = built.table("nightmare_scenarios")
    assert set(rows["stage"]) == {"nightmare-fuel"}
    assert rows["labels"].struct.field("known_crisis").all()
    assert rows["labels"].struct.field("category").n_unique() >= 20
