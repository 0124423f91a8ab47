"""The `transcripts` asset: passages of landed and fetched talks with speaker, voice and seconds."""

from dataclasses import asdict

import dagster as dg

from empathy_assets.adapters.declarations import Declarations
from empathy_assets.adapters.youtube.fetch import fetch_transcripts
from empathy_assets.adapters.youtube.lists import listed_videos
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.sourcing.landed import fetch_settings, quarantined, read_source
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject


@dataset(Passage, group="sourcing", kinds={"file"})
def transcripts(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """Passages of the talks in `landing/transcripts/`, anchored to start and end second, with speaker and voice.

    WebVTT (rolling auto-captions de-rolled), SRT, SBV, json3, srv, Whisper and other recognisers' JSON, plain text. With `EMPATHY_FETCH=1`
    the captions of the videos listed in `landing/videos/*.txt` are fetched too and kept on the storage root, so a re-run asks nobody. A
    voice is known only where the rights declaration names one.
    """
    videos, bad = listed_videos(workspace.landing_dir)
    declared = Declarations(workspace.landing_dir)
    fetched, lost, stats = fetch_transcripts(
        videos,
        workspace.replies / "videos",
        fetch_settings(workspace),
        lambda name: declared.of(workspace.landing_dir / name),
        progress=context.log.info,
    )
    landed = read_source(context, workspace, "transcripts", fetched)
    figures = quarantined(workspace, "transcripts", landed, to_frame([*bad, *lost], Reject))
    return Outcome(landed.passages, {**{f"videos_{name}": count for name, count in asdict(stats).items()}, **figures})
