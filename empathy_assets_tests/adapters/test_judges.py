"""Tests of the judges as files: bundled default, training once per content with report and card, certificates in force or stale."""

import json
from pathlib import Path
from typing import get_args

import pytest
from upath import UPath

from empathy_assets.adapters import judges
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.judges import BENCHMARK, CertifiedDetector, certificate_in_force, certified_detector, reported_scorer
from empathy_assets.adapters.labelled import LabelledDataError, read_labelled
from empathy_assets.engines.scoring.bundle import MODELS_DIR, checksums
from empathy_assets.engines.scoring.crisis import CrisisDetector
from empathy_assets.engines.scoring.ensemble import Teaching
from empathy_assets.engines.scoring.finetune import Recipe
from empathy_assets.engines.scoring.retrain import Plan
from empathy_assets.engines.scoring.second_reading import reading_key, readings
from empathy_assets.engines.scoring.tier import Engine
from empathy_assets_tests.engines.scoring import bert
from empathy_assets_tests.engines.scoring.test_train_ears import rows as ears_rows

CRISIS = ["I want to end my life", "I keep cutting myself at night", "he hit me again and I am afraid", "I am going to kill him"]
CALM = ["my exam is on friday", "the train was late again", "we argued about the dishes", "I slept badly but it is fine"]


def labelled(path: Path, sources: str = "abc") -> Path:
    rows = [
        {
            "text": f"{text}, {source} {n}",
            "label": label,
            "source": source,
            "category": "suicidality" if label else "calm",
            "licence": "CC0",
        }
        for label, texts in ((1, CRISIS), (0, CALM))
        for text in texts
        for source in sources
        for n in range(4)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_bundled_weights_are_the_default_and_certified(tmp_path: Path) -> None:
    found = certified_detector("", "", tmp_path)
    assert (found.judge.name, found.judge.weights_uri) == ("crisis_detector", "")
    certificate = json.loads(found.judge.certificate)
    assert certificate == json.loads(found.measurement.certificate.model_dump_json())
    assert certificate["detector_version"] == found.judge.version
    assert len(found.texts) == len(found.measurement.scores) == certificate["n_pos"] + certificate["n_neg"]
    assert reported_scorer("", tmp_path).judge.version != found.judge.version


def test_own_data_trains_once_per_content_and_keeps_report_and_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = labelled(tmp_path / "own.jsonl")
    first = certified_detector(str(data), str(data), tmp_path / "models")
    assert Path(first.judge.weights_uri).is_dir()
    assert first.judge.version != certified_detector("", "", tmp_path).judge.version
    assert first.training
    assert [(s.source, s.licence, s.sensitivity.n, s.specificity.n) for s in first.training.sources] == [(s, "CC0", 16, 16) for s in "abc"]
    assert [c.category for c in first.training.categories] == ["suicidality"]
    assert "| a | CC0 | 16 | 16 | 0 |" in first.judge.card
    monkeypatch.setattr(judges, "train_detector", lambda *_: pytest.fail("trained twice"))
    again = certified_detector(str(data), str(data), tmp_path / "models")
    assert (again.judge, again.training) == (first.judge, first.training)


def test_labels_that_their_source_is_not_sure_of_are_those_of_the_second_reading(tmp_path: Path) -> None:
    known = [row for row in read_labelled(MODELS_DIR / "training" / "own_crisis.jsonl") if row["label"]]
    codes = readings()
    told = [row["text"] for row in known if codes.get(reading_key(row["text"]), "") in {"S", "A"}][:6]
    data = labelled(tmp_path / "own.jsonl")
    weak = [json.dumps({"text": text, "label": 0, "source": "forum", "tier": "weak"}) for text in told]
    sure = [json.dumps({"text": f"{text}.", "label": 0, "source": "forum"}) for text in CALM]
    data.write_text("\n".join([data.read_text(), *weak, *sure]))
    trained = certified_detector(str(data), "", tmp_path / "models")
    assert trained.training
    forum = next(s for s in trained.training.sources if s.source == "forum")
    assert (forum.sensitivity.n, forum.specificity.n) == (6, 4)
    assert "| 6 | 4 | 0 | 6 |" in trained.judge.card


def test_a_network_to_start_from_needs_rows_a_network_and_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = labelled(tmp_path / "own.jsonl")
    with pytest.raises(LabelledDataError, match="no labelled rows; set EMPATHY_DETECTOR_DATA"):
        certified_detector("", "", tmp_path, network=str(tmp_path))
    with pytest.raises(LabelledDataError, match=r"no model\.safetensors in .* Correct the path"):
        certified_detector(str(data), "", tmp_path, network=str(tmp_path))
    (tmp_path / "model.safetensors").touch()
    monkeypatch.setattr(judges, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match="uv sync --extra gpu"):
        certified_detector(str(data), "", tmp_path, network=str(tmp_path))


def test_with_a_network_the_trained_detector_has_an_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("torch", "transformers", "onnx"):
        pytest.importorskip(needed)
    recipe = Recipe(windows=True, epochs=1, frozen_layers=0)
    plan = Plan(members=(recipe,), held_out=recipe, folds=3, made_texts=50, teaching=Teaching(epochs=1, kept_out=0.1, threads=1))
    monkeypatch.setattr(judges, "Plan", lambda: plan)
    data = labelled(tmp_path / "own.jsonl")
    unlabelled = [json.dumps({"text": f"{text}, {n}", "label": None, "source": "a"}) for text in CRISIS + CALM for n in range(8)]
    data.write_text("\n".join([data.read_text(), *unlabelled]))
    start = bert.start(tmp_path / "start")
    trained = certified_detector(str(data), str(data), tmp_path / "models", network=str(start))
    assert checksums(Path(trained.judge.weights_uri)).keys() == {"crisis_encoder.onnx", "crisis_linear.npz", "crisis_tokenizer.json"}
    assert "An encoder made from a pre-trained network" in trained.judge.card
    assert not list((tmp_path / "models").glob(".*"))
    monkeypatch.setattr(judges, "retrain", lambda *_: pytest.fail("trained twice"))
    assert certified_detector(str(data), str(data), tmp_path / "models", network=str(start)).judge == trained.judge


def test_a_benchmark_is_scored_once_per_weights_texts_and_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, memory = labelled(tmp_path / "own.jsonl"), FrameCache(UPath(tmp_path / "cache"))
    asked: list[int] = []
    score = CrisisDetector.score
    monkeypatch.setattr(CrisisDetector, "score", lambda self, texts: asked.append(len(texts)) or score(self, texts))

    def certified() -> CertifiedDetector:
        return certified_detector("", str(data), tmp_path, memory=memory)

    first = certified()
    again = certified()
    assert len(asked) == 1
    assert again.judge == first.judge
    assert again.measurement.scores.tolist() == first.measurement.scores.tolist()
    assert again.measurement.baselines == first.measurement.baselines
    assert certified_detector("", str(data), tmp_path).judge == first.judge, "scored anew where nothing is remembered"
    assert len(asked) == 2
    data.write_text(data.read_text().replace("friday", "monday"))
    certified()
    monkeypatch.setattr(judges, "code_sha256", lambda *_: "other code")
    certified()
    assert len(asked) == 4


def test_leaving_a_sources_file_out_of_the_folder_drops_it(tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    for source in "abc":
        labelled(folder / f"{source}.jsonl", source)
    whole = certified_detector(str(folder), str(folder), tmp_path / "models")
    (folder / "b.jsonl").unlink()
    less = certified_detector(str(folder), str(folder), tmp_path / "models")
    assert whole.training
    assert less.training
    assert [s.source for s in less.training.sources] == ["a", "c"]
    assert less.judge.version != whole.judge.version
    assert "| b |" not in less.judge.card


def test_a_scorer_of_ones_own_has_a_report_and_a_card(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text("\n".join(json.dumps(row) for row in ears_rows()))
    found = reported_scorer(str(tmp_path / "own.jsonl"), tmp_path / "models")
    assert found.training
    assert {head.component for head in found.training.heads} >= {"empathize", "acknowledge", "reflect", "support"}
    assert "EMPATHY_SCORER_DATA" in found.judge.card


def test_a_certificate_is_in_force_until_something_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = labelled(tmp_path / "own.jsonl")
    judge = certified_detector(str(data), str(data), tmp_path / "models").judge
    held = judge.model_copy(update={"passed": True, "certificate": judge.certificate.replace('"passed":false', '"passed":true')})
    assert certificate_in_force(held, str(data), "cascade").passed
    other_weights = held.model_copy(update={"weights_uri": ""})
    assert "detector in use" in certificate_in_force(other_weights, str(data), "cascade").sentence
    data.write_text(data.read_text().replace("friday", "monday"))
    stale = certificate_in_force(held, str(data), "cascade")
    assert not stale.passed
    assert "benchmark in use" in stale.sentence
    assert not certificate_in_force(held, "", "cascade").passed


def test_a_certificate_is_of_one_engine(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    data = str(labelled(tmp_path / "own.jsonl"))
    judges = {engine: certified_detector("", data, tmp_path, engine=engine).judge for engine in get_args(Engine)}
    assert judges["torch"].version == f"{judges['onnx'].version}-torch"
    assert reported_scorer("", tmp_path, engine="torch").judge.version.endswith("-torch")
    assert "detector in use" in certificate_in_force(judges["onnx"], data, "cascade", "torch").sentence
    assert "detector in use" not in certificate_in_force(judges["torch"], data, "cascade", "torch").sentence


def test_the_bundled_benchmark_is_large_enough_to_certify() -> None:
    labels = [row["label"] for row in read_labelled(BENCHMARK)]
    assert sum(labels) >= 300
    assert len(labels) - sum(labels) >= 300
