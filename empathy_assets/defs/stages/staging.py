"""The step the four stages share: prepare and score the sources' conversations, route them, report figures."""

from functools import partial

import dagster as dg
import polars as pl

from empathy_assets.adapters.progress import paced
from empathy_assets.adapters.rowwise import map_rows
from empathy_assets.defs.dataset import Outcome, table
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.pictures import ears_pictures
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.staging.figures import stage_figures
from empathy_assets.engines.staging.prepare import PREPARED_VERSION, heard_in, prepare_and_score, unpack
from empathy_assets.engines.staging.route import HOME_STAGE, route
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.judge import Judge

_CHUNK_ROWS = 1_024  # some seconds of judging: no longer does one process work alone at the end of a stage
_JUDGES = {"crisis_detector": ("version", "weights_sha256", "threshold"), "ears_scorer": ("version", "weights_sha256")}


def staged_from(*sources: str) -> Lineage:
    """Return the column lineage of a stage: rows of its sources, cleaned, scored by the judges and routed by their scores."""
    turns, routed = dict.fromkeys(sources, ("turns",)), dict.fromkeys(sources, ("stage", "turns"))
    return Lineage(
        carried=sources,
        made={
            "id": turns,
            "scores": {**dict.fromkeys(sources, ("turns", "provenance", "scores")), **_JUDGES},
            "stage": {**routed, "crisis_detector": ("severe_threshold",)},
            "exempt_from": routed,
        },
    )


def stage_dataset(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    sources: list[pl.DataFrame],
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """Return the rows of this asset's stage from the sources' conversations, in the order of the sources."""
    stage = context.asset_key.to_user_string()
    detector, scorer = from_frame(crisis_detector, Judge)[0], from_frame(ears_scorer, Judge)[0]
    rows = pl.concat(sources)

    def progress(done: int, total: int) -> None:
        context.log.info(f"{stage}: {done}/{total} chunks prepared and scored")

    judged = partial(
        prepare_and_score,
        tier=workspace.judging,
        engine=workspace.engine,
        detector_weights=detector.weights_uri,
        scorer_weights=scorer.weights_uri,
    )

    def prepared(part: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        outcomes = map_rows(
            judged,
            part,
            namespace="staging",
            name=name,
            version=f"{PREPARED_VERSION}|{detector.version}|{scorer.version}",
            cache=workspace.frames,
            pool=workspace.pool(context),
            progress=paced(progress),
            aligned=lambda outcome: outcome["reject"].null_count() == outcome.height,  # else the rejects stand behind the records
            rows=_CHUNK_ROWS,
            taught=lambda heard: partial(judged, known=heard_in(heard)),
            lesson="heard",
        )
        return unpack(outcomes)

    # Landed rows get their stage by their scores: two stages look at them, one chunk by chunk from the other's cache. What is unusable
    # among them has no score; it is counted once, where they would have stood.
    landed, unusable = prepared(rows.filter(pl.col("stage").is_null()), "landed")
    planned, rejects = prepared(rows.filter(pl.col("stage") == stage), stage)
    if stage == HOME_STAGE:
        rejects = pl.concat([unusable, rejects])
    workspace.quarantine.write(stage, rejects)
    staged = route(pl.concat([landed, planned]), stage)
    figures = stage_figures(staged)
    by_source = staged.group_by("source", pl.col("labels").struct.field("kind")).len("conversations").sort("source", "kind")
    metadata = {**figures, "unusable": rejects.height, "by_source": table(by_source)}
    return Outcome(staged, metadata, workspace.pictures(ears_pictures, staged.select("stage", "scores")))
