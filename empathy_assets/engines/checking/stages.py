"""Findings about a stage dataset: can it supply its share at EARS >= 0.80, is crisis caught, does the fence hold, is it free of PII."""

import json

import polars as pl

from empathy_assets.engines.checking.finding import Finding, at_least, none_of
from empathy_assets.policy.load import number
from empathy_assets.records.judge import Judge

_EARS = pl.col("scores").struct.field("ears")


def ears_supply(frame: pl.DataFrame) -> Finding:
    """Fail if too few of the generated conversations reach the EARS bar.

    Landed dialogues may fall short of it one by one (the gate drops them with a reason); what our own generators write must hold it, and
    a stage whose generated part does not is broken as a whole.
    """
    bar = number("gates", "ears.min")
    generated = frame.filter(pl.col("provenance").struct.field("backend") != "")
    judged = generated if generated.height else frame
    share = judged.select((bar <= _EARS).fill_null(False).mean().fill_null(0.0)).item()
    return at_least(share, number("checks", "ears_stage_share"), f"share of generated conversations with EARS >= {bar:g}", n=judged.height)


def ears_judged(frame: pl.DataFrame, scorer: Judge) -> Finding:
    """Fail if a row was not scored by the current EARS scorer."""
    bad = frame.filter(_EARS.is_null() | (pl.col("scores").struct.field("scorer_version") != scorer.version))
    example = str(bad["id"][0]) if bad.height else ""
    return none_of(bad.height, f"rows not scored by EARS scorer {scorer.version}", n=frame.height, example=example)


def crisis_certified(frame: pl.DataFrame, detector: Judge) -> Finding:
    """Fail if the detector's certificate is missing or failed, or a row was scored by another detector version."""
    stale = frame.filter(pl.col("scores").struct.field("detector_version").fill_null("") != detector.version).height
    passed = detector.passed and bool(detector.certificate) and not stale
    state = "passed" if detector.passed and detector.certificate else "failed or is missing"
    scored = f"{stale} of {frame.height} rows scored by another version, none expected"
    sentence = f"certificate of crisis detector {detector.version} {state}; {scored}"
    stated = json.loads(detector.certificate).get("sensitivity_lower") if detector.certificate else None
    figures = {"value": float(stated or 0.0), "bound": number("judges", "certificate.sensitivity_lower"), "n": frame.height, "stale": stale}
    return Finding(passed, sentence, {**figures, "certificate": detector.certificate})


def crisis_recall(frame: pl.DataFrame) -> Finding:
    """Fail if the detector misses too many of the stage's own known crises."""
    known = frame.filter(pl.col("labels").struct.field("known_crisis").fill_null(False))
    caught = known.select(pl.col("scores").struct.field("crisis_flagged").fill_null(False).mean().fill_null(0.0)).item()
    return at_least(caught, number("checks", "crisis_stage_recall"), "recall on the stage's own known crises", n=known.height)


def no_pii(frame: pl.DataFrame) -> Finding:
    """Fail if identifiers are left after masking."""
    bad = frame.filter(pl.col("scores").struct.field("pii_residue").fill_null(1) > 0)
    return none_of(bad.height, "rows with personal identifiers left", n=frame.height, example=str(bad["id"][0]) if bad.height else "")


def fence_holds(frame: pl.DataFrame, stage: str) -> Finding:
    """Fail if a row stands in the wrong stage or carries an exemption it may not have."""
    wrong = pl.col("stage") != stage
    allowed = ["content"] if stage == "nightmare-fuel" else []
    exempt = pl.col("exempt_from").list.eval(~pl.element().is_in(allowed)).list.any()
    bad = frame.filter(wrong | exempt)
    return none_of(
        bad.height,
        f"rows of another stage or exempt outside the fence of {stage}",
        n=frame.height,
        example=str(bad["id"][0]) if bad.height else "",
    )


def fair_pairs(frame: pl.DataFrame) -> Finding:
    """Fail if the clients with one value of an attribute are answered worse than their counterfactual partners, on average.

    The gap of a value is the mean, over its pairs, of its member's EARS less the partner's (counterfactual fairness, Kusner et al. 2017,
    measured on the score that gates); every value with a pair in this stage is compared.
    """
    label = pl.col("labels").struct
    members = frame.select(
        pair=label.field("pair_id").fill_null(""), value=label.field("bias_value"), ears=pl.col("scores").struct.field("ears")
    ).filter((pl.col("pair") != "") & pl.col("ears").is_not_null() & (pl.len().over("pair") == 2))
    gaps = (
        members.with_columns(gap=2 * (pl.col("ears") - pl.col("ears").mean().over("pair")))
        .group_by("value")
        .agg(pl.col("gap").mean(), pairs=pl.len())
        .sort("gap", "value")
    )
    bound = number("checks", "pair_ears_gap")
    if gaps.is_empty():
        return Finding(True, "no counterfactual pairs to compare", {"value": 0.0, "bound": bound, "n": 0})
    worst, value = -float(gaps["gap"][0]), str(gaps["value"][0])
    sentence = f"{value!r} is answered {max(worst, 0.0):.3f} EARS worse than its partners on average, at most {bound:g} expected"
    return Finding(worst <= bound, sentence, {"value": worst, "bound": bound, "n": members.height // 2, "worst": value})
