"""Behaviour of `engines.scoring.ears_calibration`."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.ears import COMPONENTS, EARS
from empathy_assets.engines.scoring.ears_calibration import Replies, calibrated, last_client_turn


def replies(count: int = 90) -> Replies:
    """Return replies of which each shows every component or none, six to a conversation, the last third failed conversations."""
    rows = []
    for i in range(count):
        failed = i >= 2 * count // 3
        labels = dict.fromkeys(COMPONENTS, None if failed else int(i % 3 == 0 and i < count // 3))
        rows.append(
            {
                "conv_id": f"c{i // 6}",
                "context": [],
                "response": "word " * (i % 7 + 1),
                "labels": labels,
                "source": "one" + "_failed" * failed,
            }
        )
    return Replies(rows)


def logits(found: Replies, noise: float) -> np.ndarray:
    draw = np.random.default_rng(0)
    truth = np.nan_to_num(found.labels["empathize"]) * 4 - 2
    return np.repeat((truth + draw.normal(0, noise, len(truth)))[:, None], len(COMPONENTS), axis=1)


def test_last_client_turn() -> None:
    context = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}, {"role": "assistant", "content": "c"}]
    assert last_client_turn(context) == "b"
    assert last_client_turn([]) == ""


def test_folds_never_divide_a_conversation_and_unlabelled_rows_are_left_out() -> None:
    found = replies()
    assert len({(c, f) for c, f in zip(found.conversation, found.fold, strict=True)}) == len(set(found.conversation))
    assert len(Replies([{"response": "hm", "labels": {}, "source": "x"}]).source) == 0


def test_a_component_that_nobody_labels_is_named() -> None:
    with pytest.raises(ValueError, match="empathize"):
        Replies([{"response": "hm", "labels": {"reflect": 1}, "source": "x"}]).heads()


def test_probabilities_are_calibrated_and_better_logits_rank_better() -> None:
    found = replies(300)
    good, poor = (calibrated(found, found.heads(), logits(found, noise), np.zeros(len(found.source))) for noise in (0.5, 4.0))
    assert all(head.auc > 0.95 for head in good.heads)
    assert np.mean([head.auc for head in poor.heads]) < 0.9
    assert max(head.calibration_error for head in poor.heads) < 0.12
    assert set(good.somewhere) == set(EARS)
    assert all(slope > 0 for slope, *_ in good.somewhere.values()), "more showings, likelier shown"


def test_a_reply_may_be_read_as_other_sources_read() -> None:
    found = replies(300)
    reading = {"one": np.ones(len(found.source))}
    own, mixed = (calibrated(found, found.heads(), logits(found, 1.0), np.zeros(len(found.source)), how) for how in (None, reading))
    for component in EARS:
        assert own.somewhere[component] == pytest.approx(mixed.somewhere[component], rel=1e-6)


def test_conversations_that_helped_are_likelier_to_have_shown_something_to_effect() -> None:
    found = replies(300)
    rated = found.rated()
    assert set(rated) == {0.0, 1.0}
    effect = np.where(rated > 0, 1.5, -1.5)
    pulls = [pull for _, pull, _ in calibrated(found, found.heads(), logits(found, 4.0), effect).somewhere.values()]
    assert min(pulls) > 0
    against = [pull for _, pull, _ in calibrated(found, found.heads(), logits(found, 4.0), -effect).somewhere.values()]
    assert max(against) == 0.0, "a curve never falls with the effect"
