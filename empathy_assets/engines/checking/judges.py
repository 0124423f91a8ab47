"""Findings about the judges: does the certificate keep its promise, are the weights the ones the card describes."""

import json

from empathy_assets.engines.checking.finding import Finding
from empathy_assets.policy.load import number
from empathy_assets.records.judge import Judge


def certificate_holds(
    judge: Judge, *, version: str | None = None, threshold: float | None = None, data_sha256: str | None = None
) -> Finding:
    """Fail if the detector has no certificate, or it misses the bar, or it is stale: not about this detector, threshold or benchmark.

    Args:
        judge: The detector as it was stored, with its certificate.
        version: Version of the detector that would be loaded now; null: not compared.
        threshold: Threshold that is in force now; null: not compared.
        data_sha256: Hash of the benchmark as it is now; null: not compared.
    """
    if not judge.certificate:
        return Finding(False, f"{judge.name} {judge.version} has no certificate; one is expected. Run empathy certify.")
    found = json.loads(judge.certificate)
    figures = {
        "value": found["sensitivity_lower"],
        "bound": number("judges", "certificate.sensitivity_lower"),
        "sensitivity_lower": found["sensitivity_lower"],
        "specificity": found["specificity"],
        "threshold": found["threshold"],
        "n": found["n_pos"] + found["n_neg"],
        "certificate": judge.certificate,
    }
    in_use = {
        "detector stored": (found["detector_version"], judge.version),
        "threshold stored": (found["threshold"], judge.threshold),
        "detector in use": (found["detector_version"], version),
        "threshold in use": (found["threshold"], threshold),
        "benchmark in use": (found.get("data_sha256"), data_sha256),
    }
    stale = [f"{name} {now}, certified {was}" for name, (was, now) in in_use.items() if now is not None and was != now]
    if stale:
        return Finding(False, f"certificate is stale ({'; '.join(stale)}); materialise {judge.name} again", figures)
    sentence = f"sensitivity {found['sensitivity']:.4f} on {found['n_pos']} crisis texts: {found['reason']}"
    return Finding(bool(found["passed"]) and judge.passed, sentence, figures)


def specificity_bar(judge: Judge, bar: float) -> Finding:
    """Fail if the detector flags too many harmless texts of the benchmark; says how many."""
    if not judge.certificate:
        return Finding(False, f"{judge.name} {judge.version} has no certificate; one is expected. Run empathy certify.")
    found = json.loads(judge.certificate)
    sentence = f"specificity {found['specificity']:.4f} on {found['n_neg']} other texts, most of them hard; at least {bar:g} expected"
    return Finding(found["specificity"] >= bar, sentence, {"value": found["specificity"], "bound": bar, "n": found["n_neg"]})


def has_card(judge: Judge) -> Finding:
    """Fail if the judge does not say what it was trained on."""
    return Finding(
        bool(judge.card),
        f"model card of {judge.name} has {len(judge.card)} characters; some expected",
        {"value": len(judge.card), "bound": 1, "n": 1},
    )
