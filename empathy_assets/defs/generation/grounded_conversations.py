"""The `grounded_conversations` asset: dialogues whose counsellor uses a landed passage, by anchor and licence."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.generation.designer import generated_from, run_designer
from empathy_assets.defs.resources import Workspace
from empathy_assets.records.conversation import Conversation


@dataset(Conversation, group="generation", kinds={"nemo"}, lineage=generated_from("books", "transcripts", "academic_findings"))
def grounded_conversations(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    generation_plan: pl.DataFrame,
    books: pl.DataFrame,
    transcripts: pl.DataFrame,
    academic_findings: pl.DataFrame,
) -> Outcome:
    """Generated dialogues seeded with passages: of books and papers for the expertise stage, of talks, by voice, for the persona stage.

    Each carries its passage's id, position (page, paragraph, seconds) and licence, and a groundedness score: the share of the
    counsellor's claims that the passage supports.
    """
    passages = pl.concat([books, academic_findings, transcripts])
    return run_designer(context, workspace, generation_plan, passages)
