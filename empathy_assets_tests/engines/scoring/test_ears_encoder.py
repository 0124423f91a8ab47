"""Behaviour of `engines.scoring.ears_encoder`, on a tiny random network and with the bundled one."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import MODELS_DIR, WeightsError, register
from empathy_assets.engines.scoring.ears import READER_FILE, load_scorer
from empathy_assets.engines.scoring.ears_encoder import REPLY_TOKENS, OnnxTokens, PairEncoder
from empathy_assets_tests.engines.scoring import bert

HEADS = 3


@pytest.fixture(scope="module")
def encoder() -> PairEncoder:
    pytest.importorskip("onnx")
    from empathy_assets.engines.scoring.encoder_graph import token_graph

    projection = np.random.default_rng(5).normal(0, 0.3, (bert.WIDTH, 2 * HEADS)).astype(np.float32)
    state = bert.state()
    places = "bert.embeddings.position_embeddings.weight"
    state[places] = np.tile(state[places], (2, 1))
    return PairEncoder(OnnxTokens(token_graph(state, bert.HEADS, projection)), bert.tokenizer(), np.arange(len(bert.WORDS)))


def test_no_pair_sees_its_neighbours_and_order_is_kept(encoder: PairEncoder) -> None:
    contexts, replies = bert.texts(60, seed=1), bert.texts(60, seed=2)
    together = encoder.read(contexts, replies)
    assert together.logits.shape == (60, HEADS)
    for i in (0, 17, 59):
        alone = encoder.read([contexts[i]], [replies[i]])
        assert np.array_equal(alone.logits[0], together.logits[i])
        assert alone.spans[0] == together.spans[i]


def test_the_context_and_the_order_of_the_pair_matter(encoder: PairEncoder) -> None:
    one, other = "the sea was calm", "i could not sleep"
    logits = encoder.read(["", other, one], [one, one, other]).logits
    assert len({row.tobytes() for row in logits}) == 3


def test_what_sentences_add_makes_up_the_logit(encoder: PairEncoder) -> None:
    reply = "the sea was calm. i could not sleep. we walked home."
    read = encoder.read(["so late"], [reply])
    assert [reply[a:b] for a, b in read.spans[0]] == ["the sea was calm.", "i could not sleep.", "we walked home."]
    assert read.shares[0].shape == (3, HEADS)
    assert len({row.tobytes() for row in read.shares[0]}) == 3


def test_empty_unknown_and_endless_replies_have_an_answer(encoder: PairEncoder) -> None:
    endless = "the sea was calm. " * REPLY_TOKENS
    read = encoder.read(["", "", ""], ["", "zzz", endless])
    assert np.isfinite(read.logits).all()
    assert [len(spans) for spans in read.spans] == [1, 1, REPLY_TOKENS]
    assert int(read.shares[2][:, 0].argmax()) < REPLY_TOKENS / 4, "a sentence that was not read is no evidence"
    assert encoder.read([], []).logits.shape == (0, HEADS)


def test_pieces_the_network_does_not_know_are_read_as_unknown() -> None:
    pytest.importorskip("onnx")
    from empathy_assets.engines.scoring.encoder_graph import token_graph

    known = np.array([k for k in range(len(bert.WORDS)) if bert.WORDS[k] != "sea"])
    state = bert.state()
    words = "bert.embeddings.word_embeddings.weight"
    state[words] = state[words][known]
    projection = np.random.default_rng(6).normal(0, 0.3, (bert.WIDTH, 2)).astype(np.float32)
    pruned = PairEncoder(OnnxTokens(token_graph(state, bert.HEADS, projection)), bert.tokenizer(), known)
    logits = pruned.read(["", "", ""], ["the sea was calm", "the zzz was calm", "the rain was calm"]).logits
    assert np.array_equal(logits[0], logits[1])
    assert not np.array_equal(logits[0], logits[2])


def test_a_version_names_the_encoder_and_one_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from empathy_assets.engines.scoring.encoder_graph import token_graph

    other, without = (Path(shutil.copytree(MODELS_DIR, tmp_path / name)) for name in ("other", "without"))
    (other / READER_FILE).write_bytes(token_graph(bert.state(), bert.HEADS, np.zeros((bert.WIDTH, 4), np.float32)))
    register(other, READER_FILE)
    assert load_scorer(other).version != load_scorer().version
    listed = (without / "checksums.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    (without / "checksums.toml").write_text("".join(line for line in listed if READER_FILE not in line), encoding="utf-8")
    with pytest.raises(WeightsError, match=f"{READER_FILE} is not listed"):
        load_scorer(without)
