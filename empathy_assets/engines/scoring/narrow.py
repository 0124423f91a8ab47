"""A network with fewer heads and neurons a layer that reads as the whole one does: chosen and fitted by least squares, then taught by it.

Lives here: the choice of heads and neurons, their fit, and the teaching, for a BERT-like network whose tokens are projected. Must not live
here: labels, what a projection means, calibration, files (`finetune_ears`). Needs the `gpu` extra, imported inside functions.

Method, layer by layer from the lowest, first the attention's heads and then the neurons: they leave one by one, the one whose absence the
others make up for best first (optimal brain surgeon, Hassibi and Stork 1993, for groups of weights); the matrix after them is fitted
again, by least squares with a ridge towards the old one, to what the whole layer adds there, for what the narrower layers below hand on
(He, Zhang and Sun 2017). Then the whole network teaches, by its last layer's tokens, their projections and the logits of a pair (Hinton et
al. 2015; Jiao et al. 2020), on texts without labels. In the end each logit is given the mean and the spread it had (linear equating, Kolen
and Brennan 2014): a smaller network answers nearer to the mean, and a bar between the two would be passed by other texts than before.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import cycle
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Tensor = Any  # torch is not there when types are checked
Network = Any  # transformers' BertModel without a pooling layer

_log = logging.getLogger(__name__)

_RIDGE = 1e-3  # of the mean of the diagonal
_OF_LOGITS, _OF_PROJECTIONS, _OF_TOKENS = 0.25, 0.05, 0.2  # weights of the three squared errors: about a third of the loss each
_WARM = 0.04  # share of the teaching in which the rate rises
_TOLD = 200_000  # tokens between two lines of progress
_LEAST_RATE = 0.02  # of the greatest rate, at the end


@dataclass(frozen=True)
class Narrowing:
    """Settings; the defaults are those of the bundled reader."""

    heads: int = 8
    """Attention heads left per layer; a layer that has no more keeps them."""
    neurons: int = 512
    """Neurons left per layer; likewise."""
    fitted_tokens: int = 200_000
    """Tokens on which the neurons are chosen and fitted."""
    taught_tokens: int = 8_000_000
    """Tokens of the teaching; texts come again where there are fewer."""
    equated_tokens: int = 400_000
    """Tokens from which mean and spread of the logits are taken."""
    batch_tokens: int = 3_000
    learning_rate: float = 5e-5
    kept_out: float = 0.05
    """Share of the batches that is not taught but shows how near the two networks are."""
    seed: int = 0
    threads: int = 2


class Pair(NamedTuple):
    """Token numbers of a pair of texts, and of each token 0 for the first text, 1 for the second."""

    ids: Sequence[int]
    segments: Sequence[int]


class Batch(NamedTuple):
    """Pairs of equal length: both of shape (pair, token)."""

    ids: Tensor
    segments: Tensor


class Narrow(NamedTuple):
    """What came of it.

    Attributes:
        network: The narrower network.
        projection: Its projection, shape (width, n).
        fitted: Share of the logits' variance that is explained on batches kept out, before the teaching.
        taught: After it.
    """

    network: Network
    projection: Tensor
    fitted: float
    taught: float


def narrowed(network: Network, projection: Tensor, pairs: Sequence[Pair], recipe: Narrowing) -> Narrow:
    """Return a network with fewer neurons whose projections are near those of `network`, which stays as it is.

    Args:
        network: The whole network, on the CPU.
        projection: Shape (width, 2 h): the projections of a token for the mean over the pair and for the mean over its second text.
        pairs: Texts without labels, of the kind the network reads.
        recipe: Settings.

    Raises:
        ValueError: Too few pairs to keep a batch out.
    """
    torch: Any = import_module("torch")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    found = _batches(pairs, recipe)
    out = max(1, round(recipe.kept_out * len(found)))
    if len(found) <= out:
        raise ValueError(f"found {len(pairs)} pairs, {len(found)} batches of {recipe.batch_tokens} tokens; narrowing needs two or more")
    unseen, seen = found[:out], found[out:]
    teacher = network.eval().requires_grad_(requires_grad=False)
    projection = projection.detach()
    with torch.no_grad():
        student = _fitted(teacher, _first(seen, recipe.fitted_tokens), recipe)
        fitted = _explained((teacher, projection), (student, projection), unseen)
    _log.info("%d heads, %d neurons a layer, fitted: R2 of the logits %.4f", recipe.heads, recipe.neurons, fitted)
    own = _taught(teacher, student, projection, seen, recipe)
    with torch.no_grad():
        own = _equated((teacher, projection), (student, own), _first(seen, recipe.equated_tokens))
        taught = _explained((teacher, projection), (student, own), unseen)
    _log.info("taught: R2 of the logits %.4f", taught)
    return Narrow(student, own, fitted, taught)


def heads_of(network: Network) -> int:
    """Return the attention heads of each layer."""
    return network.encoder.layer[0].attention.self.num_attention_heads


def keep_heads(network: Network, heads: int, width: int) -> None:
    """Give every layer the shape of one that has `heads` attention heads, `width` numbers together; weights are to be loaded into it."""
    torch: Any = import_module("torch")
    for layer in network.encoder.layer:
        attention, output = layer.attention.self, layer.attention.output
        attention.num_attention_heads, attention.attention_head_size, attention.all_head_size = heads, width // heads, width
        attention.scaling = (width // heads) ** -0.5
        for name in ("query", "key", "value"):
            setattr(attention, name, torch.nn.Linear(getattr(attention, name).in_features, width))
        output.dense = torch.nn.Linear(width, output.dense.out_features)


def _batches(pairs: Sequence[Pair], recipe: Narrowing) -> list[Batch]:
    """Return the pairs in batches of equal length, in seeded order."""
    torch: Any = import_module("torch")
    draw = np.random.default_rng(recipe.seed)
    order = draw.permutation(len(pairs))
    lengths = np.array([len(pair.ids) for pair in pairs])
    order = order[np.argsort(lengths[order], kind="stable")]
    groups: list[Array] = []
    for same in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
        size = max(1, recipe.batch_tokens // max(1, int(lengths[same[0]]))) if len(same) else 1
        groups += [same[i : i + size] for i in range(0, len(same), size)]
    out: list[Batch] = []
    chosen: list[int] = draw.permutation(len(groups)).tolist()
    for k in chosen:
        numbers: list[int] = groups[k].tolist()
        rows = [pairs[i] for i in numbers]
        out.append(Batch(torch.tensor([row.ids for row in rows]), torch.tensor([row.segments for row in rows])))
    return out


def _first(batches: Sequence[Batch], tokens: int) -> list[Batch]:
    """Return as many of the first batches as have `tokens` tokens, at least one."""
    ends = np.cumsum([batch.ids.numel() for batch in batches])
    return list(batches[: 1 + int(np.searchsorted(ends, tokens))])


def _embedded(network: Network, batch: Batch) -> Tensor:
    return network.embeddings(input_ids=batch.ids, token_type_ids=batch.segments)


def _through(network: Network, x: Tensor) -> Tensor:
    for layer in network.encoder.layer:
        attended = layer.attention(x)[0]
        x = layer.output(layer.intermediate(attended), attended)
    return x


def _fitted(teacher: Network, batches: Sequence[Batch], recipe: Narrowing) -> Network:
    """Return a copy with fewer heads and neurons, each layer fitted to the whole one's."""
    student = copy.deepcopy(teacher)
    whole = [_embedded(teacher, batch) for batch in batches]
    own = [x.clone() for x in whole]
    for before, after in zip(teacher.encoder.layer, student.encoder.layer, strict=True):
        _fit_heads(before.attention, after.attention, whole, own, recipe.heads)
        whole, own = ([layer.attention(x)[0] for x in tokens] for layer, tokens in ((before, whole), (after, own)))
        _fit_neurons(before, after, whole, own, recipe.neurons)
        whole, own = ([layer.output(layer.intermediate(x), x) for x in tokens] for layer, tokens in ((before, whole), (after, own)))
    return student


def _fit_heads(before: Any, after: Any, whole: Sequence[Tensor], own: Sequence[Tensor], heads: int) -> None:
    """Leave some heads of an attention `after`, which is given `own` where the whole one `before` is given `whole`."""
    torch: Any = import_module("torch")
    attention = after.self
    size = attention.attention_head_size
    if heads >= attention.num_attention_heads:
        return
    sums = _Sums()
    for x, y in zip(whole, own, strict=True):
        sums.add(attention(y)[0], before.output.dense(before.self(x)[0]) + x - y)
    kept = sums.kept(before.output.dense.weight, heads, size)
    for name in ("query", "key", "value"):
        setattr(attention, name, _rows(getattr(attention, name), kept))
    attention.num_attention_heads = heads
    attention.all_head_size = torch.numel(kept)
    after.output.dense = sums.fitted(after.output.dense, kept)


def _fit_neurons(before: Any, after: Any, whole: Sequence[Tensor], own: Sequence[Tensor], neurons: int) -> None:
    """Leave some neurons of a layer `after`, which has `own` after its attention where the whole one `before` has `whole`."""
    inner = after.intermediate.dense
    if neurons >= inner.out_features:
        return
    sums = _Sums()
    for x, y in zip(whole, own, strict=True):
        sums.add(after.intermediate(y), before.output.dense(before.intermediate(x)) + x - y)
    kept = sums.kept(before.output.dense.weight, neurons, 1)
    after.intermediate.dense = _rows(inner, kept)
    after.output.dense = sums.fitted(after.output.dense, kept)


def _rows(linear: Any, kept: Tensor) -> Any:
    """Return a linear layer with some of its outputs."""
    return _linear(linear.weight[kept], linear.bias[kept])


def _linear(weight: Tensor, bias: Tensor) -> Any:
    torch: Any = import_module("torch")
    out = torch.nn.Linear(weight.shape[1], weight.shape[0]).requires_grad_(requires_grad=False)
    out.weight.copy_(weight)
    out.bias.copy_(bias)
    return out


class _Sums:
    """Sums over tokens of products: of the inputs of a linear layer, and of a one after them, with each other and with a target."""

    def __init__(self) -> None:
        self._torch: Any = import_module("torch")
        self._squares: Tensor = 0.0
        self._products: Tensor = 0.0

    def add(self, inputs: Tensor, target: Tensor) -> None:
        """Take a batch: shape (..., inputs) and (..., outputs)."""
        rows = inputs.flatten(0, -2)
        rows = self._torch.cat([rows, self._torch.ones(len(rows), 1)], dim=1)
        self._squares += (rows.T @ rows).double()
        self._products += (rows.T @ target.flatten(0, -2)).double()

    def kept(self, weight: Tensor, groups: int, size: int) -> Tensor:
        """Return which inputs stay, ascending.

        Args:
            weight: What is made of them, shape (outputs, inputs).
            groups: How many groups stay.
            size: Inputs of a group, which stay or leave together.
        """
        torch = self._torch
        mean = self._squares[:-1, -1] / self._squares[-1, -1]
        covariance = self._squares[:-1, :-1] / self._squares[-1, -1] - torch.outer(mean, mean)
        count = len(covariance)
        inverse = torch.linalg.inv(covariance + _RIDGE * covariance.diag().mean() * torch.eye(count, dtype=covariance.dtype))
        left = weight.double().clone()
        there = torch.ones(count // size, dtype=torch.bool)
        for _ in range(count // size - groups):
            blocks = inverse.unflatten(0, (-1, size)).unflatten(2, (-1, size)).diagonal(dim1=0, dim2=2).movedim(-1, 0)
            of_group = left.unflatten(1, (-1, size)).permute(1, 2, 0)  # (group, input, output)
            loss = (of_group * torch.linalg.solve(blocks, of_group)).sum((1, 2))
            loss[~there] = torch.inf
            k = int(loss.argmin())
            gone = slice(k * size, (k + 1) * size)
            share = torch.linalg.solve(inverse[gone, gone], inverse[gone])
            left -= left[:, gone] @ share
            inverse -= inverse[:, gone] @ share
            left[:, gone] = inverse[gone] = inverse[:, gone] = 0.0
            inverse[gone, gone] = torch.eye(size, dtype=inverse.dtype)
            there[k] = False
        return torch.nonzero(there.repeat_interleave(size)).flatten()

    def fitted(self, linear: Any, kept: Tensor) -> Any:
        """Return a linear layer of the inputs `kept`, as near to the target as a ridge towards the old weights lets it."""
        torch = self._torch
        places = torch.cat([kept, torch.tensor([len(self._squares) - 1])])
        own = self._squares[places][:, places]
        ridge = torch.full((len(places),), float(_RIDGE * own.diag()[:-1].mean()), dtype=own.dtype)
        ridge[-1] = 1e-9  # the bias is free
        old = torch.cat([linear.weight.double()[:, kept], linear.bias.double()[:, None]], dim=1).T
        found = torch.linalg.solve(own + ridge.diag(), self._products[places] + ridge[:, None] * old).float()
        return _linear(found[:-1].T, found[-1])


def _read(tokens: Tensor, projection: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
    """Return (logits of the pairs, projections of their tokens)."""
    projected = tokens @ projection
    heads = projection.shape[1] // 2
    second = segments[:, :, None].float()
    of_second = (projected[:, :, heads:] * second).sum(1) / second.sum(1).clamp(min=1)
    return projected[:, :, :heads].mean(1) + of_second, projected


def _taught(teacher: Network, student: Network, projection: Tensor, batches: Sequence[Batch], recipe: Narrowing) -> Tensor:
    """Teach the layers of `student` and a copy of `projection`, which is returned."""
    torch: Any = import_module("torch")
    own = torch.nn.Parameter(projection.clone())
    layers = list(student.encoder.layer.requires_grad_(requires_grad=True).parameters())
    optimiser = torch.optim.AdamW([*layers, own], lr=recipe.learning_rate, weight_decay=0.01)
    done = 0
    for batch in cycle(batches):
        if done >= recipe.taught_tokens:
            break
        share = done / recipe.taught_tokens
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * min(1.0, (share + 1e-3) / _WARM) * max(_LEAST_RATE, 1.0 - share)
        with torch.no_grad():
            x = _embedded(teacher, batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.no_grad():
                wanted = _through(teacher, x).float()
            found = _through(student, x).float()
        wanted_logits, wanted_tokens = _read(wanted, projection, batch.segments)
        logits, projected = _read(found, own, batch.segments)
        loss = (
            _OF_LOGITS * (logits - wanted_logits).square().mean()
            + _OF_PROJECTIONS * (projected - wanted_tokens).square().mean()
            + _OF_TOKENS * (found - wanted).square().mean()
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*layers, own], 1.0)
        optimiser.step()
        before, done = done, done + batch.ids.numel()
        if done // _TOLD > before // _TOLD:
            _log.info("taught %d of %d tokens, loss %.4f", done, recipe.taught_tokens, loss.item())
    student.requires_grad_(requires_grad=False)
    return own.detach()


def _equated(whole: tuple[Network, Tensor], other: tuple[Network, Tensor], batches: Sequence[Batch]) -> Tensor:
    """Give each logit of the other network the mean and the standard deviation it has in the whole one.

    The spread goes into the projection, which is returned; the mean into the last normalisation's bias, as the smallest change of it that
    moves every logit as it should.
    """
    torch: Any = import_module("torch")
    network, projection = other
    wanted, found = (_logits(*both, batches) for both in (whole, other))
    slope = wanted.std(0) / found.std(0).clamp(min=1e-6)
    projection = projection * slope.repeat(2)
    per_logit = projection.unflatten(1, (2, -1)).sum(1)  # what a change of every token adds to each logit
    shift = wanted.mean(0) - found.mean(0) * slope
    network.encoder.layer[-1].output.LayerNorm.bias += torch.linalg.pinv(per_logit.T.double()).float() @ shift
    return projection


def _logits(network: Network, projection: Tensor, batches: Sequence[Batch]) -> Tensor:
    """Return the logits of all pairs, shape (pairs, n)."""
    torch: Any = import_module("torch")
    return torch.cat([_read(_through(network, _embedded(network, batch)), projection, batch.segments)[0] for batch in batches])


def _explained(whole: tuple[Network, Tensor], other: tuple[Network, Tensor], batches: Sequence[Batch]) -> float:
    """Return which share of the variance of the whole network's logits the other's explain, over all logits together."""
    wanted, found = (_logits(*both, batches) for both in (whole, other))
    return float(1.0 - (found - wanted).square().sum() / (wanted - wanted.mean(0)).square().sum())
