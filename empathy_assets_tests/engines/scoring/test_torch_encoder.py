"""Behaviour of `engines.scoring.torch_encoder`: two engines, one result, on the bundled weights."""

import json

import numpy as np
import pytest

from empathy_assets.engines.scoring.crisis import CrisisDetector, load_detector
from empathy_assets.engines.scoring.ears import EARS, EarsScorer, load_scorer
from empathy_assets.engines.scoring.torch_encoder import TOLERANCE, Agreement, TorchEncoder, TorchTokens, agreement
from empathy_assets.policy.load import POLICY_DIR
from empathy_assets_tests.engines.scoring import bert


def test_agreement_is_measured_and_can_fail() -> None:
    scores = np.linspace(0.0, 1.0, 101)
    assert agreement(scores, scores).within(TOLERANCE)
    assert not agreement(scores, np.where(scores == 0.5, 0.6, scores)).within(TOLERANCE), "one score far off"
    assert not agreement(scores, scores + 0.006).within(TOLERANCE), "all a little off"
    assert agreement(np.zeros(0), np.zeros(0)) == Agreement(0.0, 0.0)


def texts(count: int) -> list[str]:
    lines = (POLICY_DIR / "benchmarks" / "crisis.jsonl").read_text(encoding="utf-8").splitlines()
    return ["", *(json.loads(line)["text"] for line in lines[:: len(lines) // count])]


@pytest.fixture(scope="module")
def detectors() -> tuple[CrisisDetector, CrisisDetector]:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    return load_detector(), load_detector(engine="torch")


@pytest.fixture(scope="module")
def scorers() -> tuple[EarsScorer, EarsScorer]:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    return load_scorer(tier="encoder"), load_scorer(tier="encoder", engine="torch")


def test_the_detectors_agree_and_their_versions_tell_them_apart(detectors: tuple[CrisisDetector, CrisisDetector]) -> None:
    quick, torch = detectors
    assert torch.version == f"{quick.version}-torch"
    given = texts(100)
    expected, found = quick.score(given), torch.score(given)
    assert found[0] == 0.0
    assert agreement(expected, found).within(TOLERANCE)
    clear = np.abs(expected - quick.threshold) > TOLERANCE.greatest
    assert np.array_equal(expected[clear] >= quick.threshold, found[clear] >= torch.threshold)


def test_the_scorers_agree_and_name_the_same_sentences(scorers: tuple[EarsScorer, EarsScorer]) -> None:
    quick, torch = scorers
    assert torch.version == f"{quick.version}-torch"
    given = texts(60)
    one, other = quick.judge(given, given[::-1]), torch.judge(given, given[::-1])
    for component in EARS:
        assert agreement(one.probabilities[component], other.probabilities[component]).within(TOLERANCE)
    places = range(len(given))
    found = list(zip(one.sentences(places), other.sentences(places), strict=True))
    assert all(mine[0] == theirs[0] for mine, theirs in found)
    assert np.mean([np.array_equal(mine[1].argmax(axis=0), theirs[1].argmax(axis=0)) for mine, theirs in found]) > 0.9


def test_nothing_asked_nothing_answered(detectors: tuple[CrisisDetector, CrisisDetector]) -> None:
    from empathy_assets.engines.scoring.encoder_graph import encoder_graph, token_graph

    assert detectors[1].score([]).shape == (0,)
    assert TorchEncoder(encoder_graph(bert.state(), bert.HEADS), bert.tokenizer(), "cpu").logits([]).shape == (0,)
    tokens = TorchTokens(token_graph(bert.state(), bert.HEADS, np.zeros((bert.WIDTH, 4), np.float32)), "cpu")
    assert tokens.width == 4
    assert tokens.project([]) == []
