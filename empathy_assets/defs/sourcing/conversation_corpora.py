"""The `conversation_corpora` asset: dialogues of landed corpora in the shapes people publish."""

import dagster as dg

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.sourcing.landed import quarantined, read_source
from empathy_assets.records.conversation import Conversation


@dataset(Conversation, group="sourcing", kinds={"file"})
def conversation_corpora(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """Dialogues of the corpora in `landing/conversations/`: ShareGPT, messages, Alpaca, Q/A and turn-per-row CSV, windows, chat logs.

    Spoiled files are salvaged record by record; every lost record is quarantined with its position and reason.
    """
    landed = read_source(context, workspace, "conversation_corpora")
    return Outcome(landed.conversations, quarantined(workspace, "conversation_corpora", landed))
