"""Behaviour of `engines.scoring.ears_student`: imitation, the band it leaves to the encoder, and the bundled student beside its teacher."""

import numpy as np
import pytest

from empathy_assets.engines.generating.grammar.writing import dialogue
from empathy_assets.engines.generating.plan import build_plan
from empathy_assets.engines.scoring.bundle import arrays, checksums, weight_bytes
from empathy_assets.engines.scoring.ears import COMPONENTS, EARS, EFFECT, SCORER_FILE, EarsScorer, load_scorer
from empathy_assets.engines.scoring.ears_reader import LinearReader
from empathy_assets.engines.scoring.ears_student import STUDENT_FILE, as_heads, distil, unsettled
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import mix
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.passage import Passage

SIGNS = {name: f"sign{k} word{k}" for k, name in enumerate((*COMPONENTS, EFFECT))}
"""What the taught teacher takes for each component."""


def replies(count: int, seed: int) -> tuple[list[str], dict[str, np.ndarray]]:
    """Return replies of random words and signs, and the probability a teacher gives them, who looks at the signs alone."""
    rng = np.random.default_rng(seed)
    words = [f"filler{k}" for k in range(80)]
    shown = rng.random((count, len(SIGNS))) < 0.4
    texts = [
        " ".join([*rng.choice(words, 6), *(sign for sign, there in zip(SIGNS.values(), row, strict=True) if there)]) + "." for row in shown
    ]
    return texts, {name: np.where(shown[:, k], 0.9, 0.1) for k, name in enumerate(SIGNS)}


def student_of(texts: list[str], taught: dict[str, np.ndarray]) -> EarsScorer:
    heads = as_heads(distil([""] * len(texts), texts, taught), arrays(weight_bytes(SCORER_FILE)))
    return EarsScorer(heads, LinearReader(heads), "student")


def test_a_student_imitates_its_teacher_on_texts_it_has_not_seen() -> None:
    texts, taught = replies(900, seed=1)
    student = student_of(texts, taught)
    others, expected = replies(200, seed=2)
    found = student.turns([""] * len(others), others)
    for component in (*COMPONENTS, EFFECT):
        assert np.corrcoef(found[component], expected[component])[0, 1] > 0.8, component


def test_the_same_lesson_gives_the_same_weights() -> None:
    texts, taught = replies(120, seed=3)
    one, other = distil([""] * 120, texts, taught), distil([""] * 120, texts, taught)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_certain_teachers_have_finite_logits() -> None:
    texts, taught = replies(60, seed=4)
    weights = distil([""] * 60, texts, {name: np.round(values) for name, values in taught.items()})
    assert all(np.isfinite(weights[name]).all() for name in ("scale", "figures", "mean"))


def test_the_band_around_the_bar_is_left_to_the_encoder() -> None:
    bar, below, above = number("gates", "ears.min"), number("judges", "ears.settled_below"), number("judges", "ears.settled_above")
    assert below < bar < above
    assert unsettled(np.array([below - 0.01, bar, above + 0.01])).tolist() == [False, True, False]


def test_tiers_are_different_scorers_and_say_so() -> None:
    cascade, encoder, student = load_scorer(), load_scorer(tier="encoder"), load_scorer(tier="student")
    assert cascade.student is not None
    assert encoder.student is None
    assert student.student is None
    assert len({cascade.version, encoder.version, student.version}) == 3
    assert checksums()[STUDENT_FILE][:8] in cascade.version


@pytest.fixture(scope="module")
def dialogues() -> list[list[dict[str, str]]]:
    plan = build_plan(
        target=150, stage_shares=mix(), passages=to_frame([], Passage), expected_corpus=0, voices=[], seed=991, backend="embedded"
    )
    rows = plan.to_dicts()
    return [dialogue(row) for row in rows if not row["passage_id"]][:90]


def test_the_bundled_student_settles_as_its_teacher_would(dialogues: list[list[dict[str, str]]]) -> None:
    contexts, texts, owners = [], [], []
    for k, turns in enumerate(dialogues):
        for before, turn in zip([{"content": ""}, *turns], turns, strict=False):
            if turn["role"] == "assistant":
                contexts.append(before["content"])
                texts.append(turn["content"])
                owners.append(k)
    scorer, count = load_scorer(), len(dialogues)
    assert scorer.student is not None
    quick = scorer.student.conversations(scorer.student.turns(contexts, texts), np.array(owners), count)
    deep = scorer.conversations(scorer.turns(contexts, texts), np.array(owners), count)
    settled, bar = ~unsettled(quick.ears), number("gates", "ears.min")
    assert settled.mean() > 0.5
    assert ((quick.ears >= bar) == (deep.ears >= bar))[settled].mean() >= 0.95
    assert np.abs(quick.ears - deep.ears).mean() < 0.03
    assert all(np.abs(quick.components[c] - deep.components[c]).mean() < 0.08 for c in EARS)
