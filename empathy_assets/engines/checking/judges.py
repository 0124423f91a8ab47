"""Findings about the judges: does the certificate keep its promise, are the weights the ones the card describes."""

import json

from empathy_assets.engines.checking.finding import Finding
from empathy_assets.records.judge import Judge


def certificate_holds(judge: Judge) -> Finding:
    """Fail if the detector has no certificate, or it misses the bar, or it belongs to another version or threshold."""
    if not judge.certificate:
        return Finding(False, f"{judge.name} {judge.version} has no certificate; one is expected. Run empathy certify.")
    found = json.loads(judge.certificate)
    stale = found["detector_version"] != judge.version or found["threshold"] != judge.threshold
    figures = {
        "value": found["sensitivity"],
        "sensitivity_lower": found["sensitivity_lower"],
        "specificity": found["specificity"],
        "threshold": found["threshold"],
        "n": found["n_pos"] + found["n_neg"],
        "certificate": judge.certificate,
    }
    if stale:
        sentence = (
            f"certificate of {found['detector_version']} at {found['threshold']:.3f}, detector is {judge.version} at {judge.threshold:.3f}"
        )
        return Finding(False, sentence, figures)
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
        bool(judge.card), f"model card of {judge.name} has {len(judge.card)} characters; some expected", {"value": len(judge.card)}
    )
