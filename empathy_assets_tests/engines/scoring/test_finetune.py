"""Tests of the pure parts of fine-tuning: which rows, their weights, the batches."""

import numpy as np

from empathy_assets.engines.scoring.finetune import draw, length_batches, row_weights


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


def test_every_row_is_in_one_batch_beside_rows_of_its_length() -> None:
    lengths = [int(n) for n in np.random.default_rng(0).integers(3, 90, 50)]
    batches = length_batches(lengths, 8, seed=3)
    assert sorted(i for batch in batches for i in batch) == list(range(50))
    assert max(np.ptp([lengths[i] for i in batch]) for batch in batches) < 40
    assert [b.tolist() for b in length_batches(lengths, 8, seed=3)] == [b.tolist() for b in batches]
