"""A detector made whole: folds over sources, what is refused, and with the `gpu` extra a run on a tiny network that was interrupted."""

from pathlib import Path

import numpy as np
import pytest

from empathy_assets.engines.scoring import retrain as module
from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ensemble import Teaching
from empathy_assets.engines.scoring.finetune import Recipe
from empathy_assets.engines.scoring.retrain import Plan, folds_of, retrain
from empathy_assets_tests.engines.scoring import bert

TINY = Recipe(windows=True, epochs=8, batch=8, learning_rate=2e-3, frozen_layers=0)
PLAN = Plan(
    members=(TINY, Recipe(windows=True, epochs=8, batch=8, learning_rate=2e-3, frozen_layers=0, seed=2)),
    held_out=TINY,
    teaching=Teaching(epochs=2, learning_rate=1e-3, frozen_layers=0, kept_out=0.1, threads=1),
    made_texts=200,
    folds=2,
)


def rows(count: int = 60, unlabelled: int = 80) -> list[dict[str, object]]:
    """Return texts of four sources, crises where the sea is rough, and texts without a label."""
    draw = np.random.default_rng(1)
    calm = [word for word in bert.WORDS[4:] if word != "rough"]
    out: list[dict[str, object]] = []
    for k in range(4 * count + unlabelled):
        label = k % 2
        words = draw.choice(calm, 7).tolist()
        if label:
            words[int(draw.integers(7))] = "rough"
        named = {"text": f"{' '.join(words)} {k}", "source": f"source{k // 2 % 4}", "category": "suicidality" if label else ""}
        out.append(named | {"label": label if k < 4 * count else None})
    return out


def test_whole_sources_fill_the_folds_evenly() -> None:
    found = folds_of(["a"] * 9 + ["b"] * 5 + ["c"] * 4 + ["d"] * 3, 2)
    assert found == {"a": 0, "b": 1, "c": 1, "d": 0}
    assert folds_of(["only"], 3) == {"only": 0}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([r for r in rows() if r["label"] != 1], r"found 0 crisis of .* rows of both labels outside"),
        ([r for r in rows() if r["source"] == "source0" or r["label"] is None], r"0 rows in it; .* ask for fewer folds|0 crisis of 0 rows"),
        (rows(unlabelled=20), r"found 20 texts with a null label, expected at least 50 to carry the threshold on"),
    ],
)
def test_rows_that_cannot_be_divided_or_carried_are_refused(tmp_path: Path, data: list[dict[str, object]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        retrain(data, "nowhere", tmp_path / "out", tmp_path / "work", PLAN)


def test_a_detector_is_made_whole_and_an_interrupted_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("torch", "transformers", "onnx"):
        pytest.importorskip(needed)
    start = str(bert.start(tmp_path / "start"))
    made: list[str] = []
    finetune = module.finetune

    def counted(*given: object) -> object:
        made.append(Path(str(given[2])).name)
        if made == ["fold0", "fold1", "member0", "member1"]:
            raise KeyboardInterrupt
        return finetune(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "finetune", counted)
    with pytest.raises(KeyboardInterrupt):
        retrain(rows(), start, tmp_path / "out", tmp_path / "work", PLAN)
    found = retrain(rows(), start, tmp_path / "out", tmp_path / "work", PLAN)
    assert made[4:] == ["member1"]
    assert len(found.logits) == 240
    assert [(s.source, s.positives, s.negatives) for s in found.sources] == [(f"source{k}", 30, 30) for k in range(4)]
    assert min(s.auc for s in found.sources) > 0.8
    detector = load_detector(tmp_path / "out", tier="encoder")
    assert 0.0 < detector.threshold < 1.0
    scores = detector.score(["the sea was rough and i could not sleep", "the sea was calm and we walked home"])
    assert scores[0] > scores[1]
    assert scores[0] >= detector.threshold
