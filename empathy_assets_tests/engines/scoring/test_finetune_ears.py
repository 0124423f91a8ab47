"""Fine-tuning of the EARS encoder end to end on a tiny network; needs the `gpu` extra and is skipped without it."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import register, weight_bytes
from empathy_assets.engines.scoring.crisis import TOKENIZER_FILE
from empathy_assets.engines.scoring.ears import COMPONENTS, READER_FILE, load_scorer
from empathy_assets.engines.scoring.finetune_ears import Recipe, finetune_scorer, narrow_reader
from empathy_assets.engines.scoring.narrow import Narrowing
from empathy_assets.engines.scoring.network_weights import network_weights, trained_state
from empathy_assets_tests.engines.scoring import bert

SIGNS = dict(zip(COMPONENTS, ("sea", "calm", "rough", "sleep", "walked", "rain", "late"), strict=True))


def rows(seed: int = 0) -> list[dict[str, Any]]:
    """Return replies that show a component where they hold its sign."""
    draw = np.random.default_rng(seed)
    out: list[dict[str, Any]] = []
    for i in range(240):
        shown = {name: int(draw.integers(2)) for name in COMPONENTS}
        words = [SIGNS[name] for name, there in shown.items() if there] + ["the", "and", "so"]
        text = " ".join(draw.permutation(words))
        out.append(
            {"conv_id": f"c{i // 4}", "context": [{"role": "user", "content": "we"}], "response": text, "labels": shown, "source": "one"}
        )
    return out


def test_a_trained_encoder_scores_what_it_was_shown(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    pytest.importorskip("onnx")
    start, home = bert.start(tmp_path / "start"), tmp_path / "home"
    narrowing = Narrowing(heads=2, neurons=32, fitted_tokens=2000, taught_tokens=20_000, batch_tokens=300, learning_rate=1e-3, threads=1)
    recipe = Recipe(layers=2, frozen_layers=0, epochs=12, learning_rate=3e-3, narrowing=narrowing)
    others = [(row["context"][0]["content"], row["response"]) for row in rows(seed=1)]
    report = finetune_scorer(rows(), str(start), home, recipe, others)
    assert np.mean([head.auc for head in report.heads]) > 0.9
    (home / TOKENIZER_FILE).write_bytes(bert.tokenizer())
    register(home, TOKENIZER_FILE)
    assert shows_its_sign(home)
    assert neurons(home) == 32

    narrower = tmp_path / "narrower"
    shutil.copytree(home, narrower)
    found = narrow_reader(others, narrower, replace(narrowing, heads=1, neurons=24), home)
    assert neurons(narrower) == 24
    assert found.taught > 0.9
    assert shows_its_sign(narrower), "heads and calibration are those of the wider reader"

    again = narrow_reader(others, tmp_path / "again", replace(narrowing, heads=1, neurons=24), narrower)
    assert again.fitted == pytest.approx(1.0, abs=1e-6), "a reader that was narrowed is read with the heads it has"


def shows_its_sign(home: Path) -> bool:
    """Return whether each component is likeliest in the reply that holds its sign."""
    found = load_scorer(home).turns(["we"] * len(SIGNS), [f"the {sign} and so" for sign in SIGNS.values()])
    return all(int(np.argmax(found[name])) == k for k, name in enumerate(SIGNS))


def neurons(home: Path) -> int:
    """Return how many neurons the first layer of a reader has."""
    state = trained_state(network_weights(weight_bytes(READER_FILE, home)))
    return len(state["bert.encoder.layer.0.intermediate.dense.bias"])
