"""Tests of the judges as files: labelled data, training once per content, bundled default."""

import json
from pathlib import Path

import pytest

from empathy_assets.adapters import judges
from empathy_assets.adapters.judges import BENCHMARK, LabelledDataError, detector_judge, read_labelled, scorer_judge

CRISIS = ["I want to end my life", "I keep cutting myself at night", "he hit me again and I am afraid", "I am going to kill him"]
CALM = ["my exam is on friday", "the train was late again", "we argued about the dishes", "I slept badly but it is fine"]


def labelled(path: Path) -> Path:
    rows = [
        {"text": f"{text}, {place} {n}", "label": label, "source": source, "category": "suicidality" if label else "calm"}
        for label, texts in ((1, CRISIS), (0, CALM))
        for text in texts
        for source, place in (("a", "today"), ("b", "tonight"), ("c", "still"))
        for n in range(4)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_bundled_weights_are_the_default_and_certified(tmp_path: Path) -> None:
    judge = detector_judge("", "", tmp_path)
    assert (judge.name, judge.weights_uri) == ("crisis_detector", "")
    assert json.loads(judge.certificate)["detector_version"] == judge.version
    assert scorer_judge("", tmp_path).version != judge.version


def test_own_data_trains_once_per_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = labelled(tmp_path / "own.jsonl")
    first = detector_judge(str(data), str(data), tmp_path / "models")
    assert Path(first.weights_uri).is_dir()
    assert first.version != detector_judge("", "", tmp_path).version
    monkeypatch.setattr(judges, "train_detector", lambda *_: pytest.fail("trained twice"))
    assert detector_judge(str(data), str(data), tmp_path / "models") == first


@pytest.mark.parametrize(("content", "message"), [("{\n", "line 1 is not JSON"), ('{"a": 1}\n\n[1]\n', "line 3 holds list")])
def test_a_bad_line_is_named(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text(content)
    with pytest.raises(LabelledDataError, match=message):
        read_labelled(tmp_path / "bad.jsonl")
    with pytest.raises(LabelledDataError, match="not found"):
        read_labelled(tmp_path / "none.jsonl")


def test_the_bundled_benchmark_is_large_enough_to_certify() -> None:
    labels = [row["label"] for row in read_labelled(BENCHMARK)]
    assert sum(labels) >= 300
    assert len(labels) - sum(labels) >= 300
