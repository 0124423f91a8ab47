"""Fine-tuning: which rows, which window of each, their weights, the batches; with the `gpu` extra end to end on a tiny network."""

from pathlib import Path

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import weight_bytes
from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE
from empathy_assets.engines.scoring.encoder import Encoder
from empathy_assets.engines.scoring.finetune import Recipe, draw, drawn_windows, export, finetune, length_batches, row_weights
from empathy_assets_tests.engines.scoring import bert


def rows(count: int, source: str, label: int | None) -> list[dict[str, object]]:
    return [{"text": f"{source} {label} {n}", "label": label, "source": source} for n in range(count)]


def test_rows_are_drawn_once_up_to_the_cap_of_their_source_and_label() -> None:
    data = rows(9, "forum", 1) + rows(9, "forum", 0) + rows(3, "own", 1) + rows(5, "forum", None)
    chosen = draw([*data, *data], {"forum": 4}, seed=1)
    counts = {(s, k): sum(r["source"] == s and r["label"] == k for r in chosen) for s in ("forum", "own") for k in (0, 1)}
    assert counts == {("forum", 0): 4, ("forum", 1): 4, ("own", 0): 0, ("own", 1): 3}
    assert chosen == draw([*data, *data], {"forum": 4}, seed=1)
    assert chosen != draw([*data, *data], {"forum": 4}, seed=2)


def test_both_labels_weigh_the_same_and_emphasis_counts() -> None:
    data = rows(6, "forum", 0) + rows(1, "forum", 1) + rows(1, "own", 1)
    weights = row_weights(data, {"own": 2.0})
    assert np.isclose(weights[:6].sum(), weights[6:].sum())
    assert np.isclose(weights[7], 2 * weights[6])
    assert np.isclose(weights.mean(), 1.0)


def test_a_row_counts_by_what_its_label_is_better_than_a_coin() -> None:
    data: list[dict[str, object]] = [*rows(2, "forum", 0), *rows(2, "forum", 1)]
    data[2]["certainty"] = 0.75
    weights = row_weights(data, {})
    assert np.isclose(weights[3], 2 * weights[2])
    assert np.isclose(weights[:2].sum(), weights[2:].sum())


def test_every_row_is_in_one_batch_beside_rows_of_its_length() -> None:
    lengths = [int(n) for n in np.random.default_rng(0).integers(3, 90, 50)]
    batches = length_batches(lengths, 8, seed=3)
    assert sorted(i for batch in batches for i in batch) == list(range(50))
    assert max(np.ptp([lengths[i] for i in batch]) for batch in batches) < 40
    assert [b.tolist() for b in length_batches(lengths, 8, seed=3)] == [b.tolist() for b in batches]


def test_one_window_of_each_text_is_drawn_mostly_the_likeliest() -> None:
    owners = np.array([0, 0, 0, 1, 2, 2, 2, 2])
    logits = np.array([-4.0, 3.0, -4.0, 0.0, 2.0, -3.0, -3.0, -3.0])
    labels = np.array([1.0, 1.0, 0.0])
    generator = np.random.default_rng(2)
    found = np.stack([drawn_windows(logits, owners, labels, generator) for _ in range(2000)])
    assert (owners[found] == [0, 1, 2]).all()
    assert (found[:, 0] == 1).mean() > 0.99  # of a crisis text the part that tells it
    assert 0.75 < (found[:, 2] == 4).mean() < 0.87  # of another three times in four, else any of the four


def test_before_there_is_a_network_any_window_is_as_likely() -> None:
    owners = np.repeat([0, 1], 4)
    generator = np.random.default_rng(3)
    found = np.stack([drawn_windows(np.zeros(8), owners, np.array([1.0, 0.0]), generator) for _ in range(4000)])
    assert np.allclose(np.bincount(found.ravel(), minlength=8) / 4000, 0.25, atol=0.03)


def calm_and_rough(length: int, count: int = 160) -> list[dict[str, object]]:
    """Return texts of `length` words; those of label 1 have the word `rough` five times, anywhere."""
    generator = np.random.default_rng(5)
    out: list[dict[str, object]] = []
    for k in range(count):
        words = generator.choice(["the", "sea", "was", "calm", "we", "walked"], length).tolist()
        if k % 2:
            start = int(generator.integers(0, length - 5))
            words[start : start + 5] = ["rough"] * 5
        out.append({"text": " ".join(words), "label": k % 2, "source": "own"})
    return out


@pytest.mark.parametrize(("windows", "length"), [(False, 40), (True, 150)])
def test_a_trained_network_finds_what_it_was_shown(tmp_path: Path, windows: bool, length: int) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    pytest.importorskip("onnx")
    recipe = Recipe(windows=windows, epochs=16, batch=8, learning_rate=1e-3, frozen_layers=0)
    losses = finetune(calm_and_rough(length), str(bert.start(tmp_path / "start")), tmp_path / "trained", recipe)
    assert len(losses) == 16
    assert losses[-1] < 0.6 * losses[0]
    export(tmp_path / "trained", tmp_path / "home")
    encoder = Encoder(weight_bytes(ENCODER_FILE, tmp_path / "home"), weight_bytes(TOKENIZER_FILE, tmp_path / "home"))
    calm, rough = encoder.logits(["we walked the sea was calm", "the sea rough rough rough rough rough was calm"])
    assert rough > calm + 1.0


def test_rows_of_one_label_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    with pytest.raises(ValueError, match="found 0 crisis of 5: add the missing kind"):
        finetune(rows(5, "own", 0), str(tmp_path), tmp_path, Recipe())
