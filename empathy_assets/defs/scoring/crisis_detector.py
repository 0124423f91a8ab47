"""The `crisis_detector` asset: the crisis detector, certified on the benchmark."""

import dagster as dg

from empathy_assets.adapters.judges import detector_judge
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.judge import Judge


@dataset(Judge, group="scoring", kinds={"numpy"})
def crisis_detector(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """The crisis detector: a trained model with calibrated scores, certified on labelled texts it was never trained on.

    Bundled weights by default; `EMPATHY_DETECTOR_DATA` trains from your own labelled JSONL, `EMPATHY_BENCHMARK` certifies on yours. The
    certificate names version, data, threshold, sensitivity with its 95 % Wilson bound, specificity and categories.
    """
    judge = detector_judge(workspace.detector_data, workspace.benchmark, workspace.cache_dir / "models")
    context.log.info(f"{judge.name} {judge.version}, threshold {judge.threshold:.3f}")
    return Outcome(to_frame([judge], Judge), {"version": judge.version, "card": dg.MetadataValue.md(judge.card or "_no card_")})
