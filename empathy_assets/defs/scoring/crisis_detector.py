"""The `crisis_detector` asset: the crisis detector, certified on the benchmark."""

import dagster as dg

from empathy_assets.adapters.judges import certified_detector
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.certifying.figures import baselines_markdown, certificate_markdown, detector_plots
from empathy_assets.engines.scoring.report_tables import detector_tables
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.judge import Judge


@dataset(Judge, group="scoring", kinds={"numpy"}, version="3")
def crisis_detector(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """The crisis detector: a trained model with calibrated scores, certified on labelled texts it was never trained on.

    Bundled weights by default; `EMPATHY_DETECTOR_DATA` trains from your own labelled JSONL (a file, or a folder of files: leave a source
    out by leaving its rows out), with an encoder where `EMPATHY_DETECTOR_NETWORK` names a network to start from; `EMPATHY_BENCHMARK`
    certifies on yours. The certificate names version, data, threshold, sensitivity with its 95 % Wilson bound, specificity and categories;
    the leave-one-source-out table of the training and the baselines stand beside it.
    """
    found = certified_detector(
        workspace.detector_data,
        workspace.benchmark,
        workspace.cache_dir / "models",
        workspace.judging,
        workspace.frames,
        workspace.engine,
        workspace.detector_network,
    )
    judge, certificate = found.judge, found.measurement.certificate
    context.log.info(f"{judge.name} {judge.version}, threshold {judge.threshold:.3f}")
    metadata = {
        "version": judge.version,
        "threshold": judge.threshold,
        "sensitivity": certificate.sensitivity,
        "sensitivity_lower": certificate.sensitivity_lower,
        "specificity": certificate.specificity,
        "auc": certificate.auc or 0.0,
        "calibration_error": certificate.calibration_error or 0.0,
        "certificate": dg.MetadataValue.md(certificate_markdown(certificate)),
        "baselines": dg.MetadataValue.md(baselines_markdown(found.measurement.baselines)),
        "training": dg.MetadataValue.md(detector_tables(found.training)),
        "card": dg.MetadataValue.md(judge.card or "_no card_"),
    }
    return Outcome(to_frame([judge], Judge), metadata, workspace.pictures(detector_plots, found.measurement, found.texts))
