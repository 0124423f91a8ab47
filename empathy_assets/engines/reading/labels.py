"""Labels of a conversation record: its own id, presenting issue and quality as the source states them.

Lives here: reading labels from the fields of one record. Must not live here: turns (turns, shapes), what a low quality leads to (gating).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from empathy_assets.engines.reading.fields import first, folded, names
from empathy_assets.policy.load import number


def record_id(fields: Mapping[str, Any]) -> str:
    """Return the source's own id of a record, empty if it has none."""
    for name in names("record_id"):
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return _whole(str(value).strip())
    return ""


def labels_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the labels a record states: presenting issue and quality."""
    labels: dict[str, Any] = {}
    _, topic = first(fields, "topic", (str, list))
    if isinstance(topic, list):
        topic = ", ".join(str(t) for t in topic)
    if topic and any(map(str.isalpha, str(topic))):
        labels["issue"] = " ".join(str(topic).lower().split())[:120]
        labels["issue"] = _whole(labels["issue"])
    quality = _quality(fields)
    if quality:
        labels["quality"] = quality
    return labels


def _quality(fields: Mapping[str, Any]) -> str:
    _, stated = first(fields, "quality")
    if isinstance(stated, str):
        word = stated.strip().lower()
        return "low" if word in names("low_words") else "high" if word in names("high_words") else ""
    if any(fields.get(name) is False for name in names("liked")):
        return "low"
    survey = fields.get("surveyscore")
    if isinstance(survey, dict):
        return _survey_quality(folded(survey).get("seeker"))
    _, rating = first(fields, "rating", (int, float, str))
    score = _number(rating)
    return "low" if score is not None and 0 < score <= number("reading", "quality.rating_low") else ""


def _survey_quality(seeker: Any) -> str:
    """Return `low` where the seeker's survey says that the dialogue did not help, the rule by which ESConv was filtered."""
    scores = folded(seeker) if isinstance(seeker, dict) else {}
    empathy, relevance = _number(scores.get("empathy")), _number(scores.get("relevance"))
    before, after = _number(scores.get("initialemotionintensity")), _number(scores.get("finalemotionintensity"))
    if empathy is None or relevance is None or before is None or after is None:
        return "low"
    return "low" if min(empathy, relevance) <= number("reading", "quality.survey_low") or after >= before else ""


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _whole(text: str) -> str:
    """Return `text` without halves of surrogate pairs, which no file can be written with."""
    return text.encode("utf-8", "ignore").decode("utf-8")
