"""Behaviour of `engines.scoring.narrow`: neurons that say nothing of their own go without loss, and a teacher brings back what is lost."""

import copy
from typing import Any

import numpy as np
import pytest

from empathy_assets.engines.scoring.narrow import Narrowing, Pair, heads_of, narrowed

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")

WIDTH, HEADS, NEURONS, WORDS, LOGITS = 16, 2, 24, 40, 3


def network(seed: int = 0) -> Any:
    """Return a random network of two layers."""
    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=HEADS,
        intermediate_size=NEURONS,
        max_position_embeddings=40,
        initializer_range=0.4,
    )
    return transformers.BertModel(config, add_pooling_layer=False).eval()


def doubled(whole: Any) -> Any:
    """Return the same network with every head and every neuron twice, each saying half of it."""
    out = copy.deepcopy(whole).requires_grad_(False)
    for layer in out.encoder.layer:
        attention = layer.attention.self
        for name in ("query", "key", "value"):
            setattr(attention, name, linear(twice(getattr(attention, name).weight), twice(getattr(attention, name).bias)))
        attention.num_attention_heads = 2 * HEADS
        for before, after in ((None, layer.attention.output), (layer.intermediate, layer.output)):
            if before is not None:
                before.dense = linear(twice(before.dense.weight), twice(before.dense.bias))
            after.dense = linear(twice(after.dense.weight.T).T / 2, after.dense.bias)
    return out


def twice(values: Any) -> Any:
    return torch.cat([values, values])


def linear(weight: Any, bias: Any) -> Any:
    out = torch.nn.Linear(weight.shape[1], weight.shape[0]).requires_grad_(False)
    out.weight.copy_(weight)
    out.bias.copy_(bias)
    return out


def pairs(count: int = 300, seed: int = 1) -> list[Pair]:
    draw = np.random.default_rng(seed)
    sizes = draw.integers(2, 9, (count, 2))
    return [Pair(draw.integers(0, WORDS, a + b).tolist(), [0] * a + [1] * b) for a, b in sizes.tolist()]


def projection() -> Any:
    return torch.tensor(np.random.default_rng(2).normal(0, 0.3, (WIDTH, 2 * LOGITS)), dtype=torch.float32)


def recipe(neurons: int, taught: int, heads: int = HEADS) -> Narrowing:
    return Narrowing(
        heads, neurons, fitted_tokens=1500, taught_tokens=taught, batch_tokens=400, learning_rate=3e-3, kept_out=0.2, threads=1
    )


def test_heads_and_neurons_that_stand_twice_go_without_loss() -> None:
    whole = doubled(network())
    found = narrowed(whole, projection(), pairs(), recipe(NEURONS, taught=0))
    assert {layer.intermediate.dense.out_features for layer in found.network.encoder.layer} == {NEURONS}
    assert (heads_of(found.network), heads_of(whole)) == (HEADS, 2 * HEADS)
    assert found.fitted > 0.999
    assert whole.encoder.layer[0].intermediate.dense.out_features == 2 * NEURONS, "the whole network was touched"


def test_one_head_of_two_loses_more_than_none() -> None:
    found = narrowed(network(), projection(), pairs(), recipe(NEURONS, taught=0, heads=1))
    assert heads_of(found.network) == 1
    assert 0.1 < found.fitted < 0.99


def test_half_of_the_neurons_lose_something_and_teaching_brings_some_of_it_back() -> None:
    found = narrowed(network(), projection(), pairs(3000), recipe(NEURONS // 2, taught=100_000))
    assert 0.3 < found.fitted < 0.995
    assert 1 - found.taught < 0.8 * (1 - found.fitted)


def test_the_fit_beats_leaving_out_the_first_neurons() -> None:
    whole, given = network(), projection()
    cut = copy.deepcopy(whole)
    with torch.no_grad():
        for layer in cut.encoder.layer:
            layer.output.dense.weight[:, NEURONS // 2 :] = 0.0
    ids, segments = torch.randint(0, WORDS, (50, 12)), torch.tensor([[0] * 5 + [1] * 7] * 50)
    found = narrowed(whole, given, pairs(), recipe(NEURONS // 2, taught=0)).network
    with torch.no_grad():
        wanted, bare, fitted = (net(input_ids=ids, token_type_ids=segments)[0] for net in (whole, cut, found))
    assert (fitted - wanted).square().mean() < 0.5 * (bare - wanted).square().mean()


def test_logits_keep_their_mean_and_spread() -> None:
    whole, given = network(), projection()
    found = narrowed(whole, given, pairs(2000), recipe(4, taught=20_000))
    assert found.taught < 0.95, "the networks are too near each other for this to be seen"
    wanted, own = (logits(*both) for both in ((whole, given), (found.network, found.projection)))
    spread = wanted.std(0)
    assert (((own.mean(0) - wanted.mean(0)) / spread).abs() < 0.1).all()
    assert ((own.std(0) / spread - 1).abs() < 0.1).all()


def logits(whole: Any, given: Any) -> Any:
    """Return the logits of pairs that are like those of `pairs`."""
    out: list[Any] = []
    with torch.no_grad():
        for ids, segments in pairs(2000, seed=5):
            tokens = whole(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([segments]))[0][0] @ given
            second = torch.tensor(segments, dtype=torch.bool)
            out.append(tokens[:, :LOGITS].mean(0) + tokens[second, LOGITS:].mean(0))
    return torch.stack(out)


def test_a_layer_with_no_more_neurons_is_left_whole() -> None:
    found = narrowed(network(), projection(), pairs(), recipe(NEURONS, taught=0))
    assert found.fitted == pytest.approx(1.0, abs=1e-6)


def test_the_same_seed_gives_the_same_network() -> None:
    one, other = (narrowed(network(), projection(), pairs(), recipe(8, taught=3000)) for _ in range(2))
    assert torch.equal(one.projection, other.projection)
    assert all(torch.equal(a, b) for a, b in zip(one.network.parameters(), other.network.parameters(), strict=True))


def test_too_few_pairs_are_refused_with_what_is_needed() -> None:
    with pytest.raises(ValueError, match="found 1 pairs, 1 batches of 400 tokens; narrowing needs two or more"):
        narrowed(network(), projection(), pairs(1), recipe(8, taught=0))
