"""The `ears_scorer` asset: the EARS scorer."""

import dagster as dg

from empathy_assets.adapters.judges import reported_scorer
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.certifying.figures import scorer_plots
from empathy_assets.engines.scoring.report_tables import scorer_tables
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.judge import Judge


@dataset(Judge, group="scoring", kinds={"numpy"})
def ears_scorer(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """The EARS scorer: calibrated probabilities that a reply empathises, acknowledges, reflects and supports, with evidence.

    Bundled weights by default; `EMPATHY_SCORER_DATA` trains from your own labelled JSONL (a file, or a folder of files: leave a source out
    by leaving its rows out). A conversation's EARS is the mean over the four components of the probability that each is shown somewhere,
    less a penalty for minimising and directive language. The held-out table of the training stands beside it.
    """
    found = reported_scorer(workspace.scorer_data, workspace.cache_dir / "models", workspace.judging, workspace.engine)
    judge = found.judge
    context.log.info(f"{judge.name} {judge.version}, threshold {judge.threshold:.3f}")
    metadata = {
        "version": judge.version,
        "threshold": judge.threshold,
        "training": dg.MetadataValue.md(scorer_tables(found.training)),
        "card": dg.MetadataValue.md(judge.card or "_no card_"),
    }
    return Outcome(to_frame([judge], Judge), metadata, workspace.pictures(scorer_plots, found.training))
