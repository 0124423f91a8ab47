"""Tests of labels: id, issue and quality as the source states them."""

import pytest

from empathy_assets.engines.reading.labels import labels_of, record_id


@pytest.mark.parametrize(
    ("fields", "quality"),
    [
        ({"miquality": "Low"}, "low"),
        ({"miquality": "high"}, "high"),
        ({"label": False}, "low"),
        ({"label": True}, ""),
        ({"rating": "1"}, "low"),
        (
            {
                "surveyscore": {
                    "seeker": {"empathy": "1", "relevance": "5", "initial_emotion_intensity": "5", "final_emotion_intensity": "1"}
                }
            },
            "low",
        ),
        ({"surveyscore": "spoiled"}, ""),
    ],
)
def test_quality(fields, quality):
    assert labels_of(fields).get("quality", "") == quality


def test_topics_hold_letters():
    assert labels_of({"topic": ["Job", "Sleep"]}) == {"issue": "job, sleep"}
    assert labels_of({"emotion": "[0 0 3]"}) == {}
    assert labels_of({"topic": "job \ud83d"}) == {"issue": "job "}


def test_ids_are_text():
    assert record_id({"id": 0}) == "0"
    assert record_id({"id": True}) == ""
    assert record_id({"messagetreeid": "t", "id": "m"}) == "t"
