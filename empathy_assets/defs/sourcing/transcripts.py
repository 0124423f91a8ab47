"""The `transcripts` asset: passages of landed talks with speaker, voice and seconds."""

import dagster as dg

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.sourcing.landed import read_source
from empathy_assets.records.passage import Passage


@dataset(Passage, group="sourcing", kinds={"file"})
def transcripts(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """Passages of the talks in `landing/transcripts/`, anchored to start and end second, with speaker and voice.

    WebVTT (rolling auto-captions de-rolled), SRT, json3, srv, Whisper and diarised JSON, plain text. A voice is known only where the
    rights declaration names one.
    """
    landed = read_source(context, workspace, "transcripts")
    return Outcome(landed.passages, landed.metadata)
