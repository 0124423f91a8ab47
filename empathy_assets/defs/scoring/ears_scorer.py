"""The `ears_scorer` asset: the EARS scorer."""

import dagster as dg

from empathy_assets.adapters.judges import scorer_judge
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.judge import Judge


@dataset(Judge, group="scoring", kinds={"numpy"})
def ears_scorer(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """The EARS scorer: calibrated probabilities that a reply empathises, acknowledges, reflects and supports, with evidence.

    Bundled weights by default; `EMPATHY_SCORER_DATA` trains from your own labelled JSONL. A conversation's EARS is the mean over the four
    components of the probability that each is shown somewhere, less a penalty for minimising and directive language.
    """
    judge = scorer_judge(workspace.scorer_data, workspace.cache_dir / "models")
    context.log.info(f"{judge.name} {judge.version}, threshold {judge.threshold:.3f}")
    return Outcome(to_frame([judge], Judge), {"version": judge.version, "card": dg.MetadataValue.md(judge.card or "_no card_")})
