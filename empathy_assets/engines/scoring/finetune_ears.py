"""Fine-tuning of the EARS scorer's encoder from labelled replies, its calibration, and its export to int8 ONNX.

Lives here: the recipe (pairs, weights of heads, the optimiser), the held-out folds and the export. Must not live here: calibration and
figures (`ears_calibration`), scoring (`ears_encoder`), how attention heads and neurons are taken out (`narrow`), files of labels. Needs the
`gpu` extra (torch, transformers) and onnx; all are imported inside functions.

Method: the lowest layers of a fine-tuned BERT-like network, of which the first stay frozen. Every (component, source) pair is a head of one
multi-task loss, because sources define components differently; a head counts by the root of its rows. One more head learns whether the
reply's conversation helped its client. A gate learns which source a reply is from (mixture of experts, Jacobs et al. 1991). A head reads
the mean of all tokens and the mean of the reply's tokens.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, register, save, weight_bytes
from empathy_assets.engines.scoring.crisis import TOKENIZER_FILE
from empathy_assets.engines.scoring.ears import EFFECT, READER_FILE, SCORER_FILE
from empathy_assets.engines.scoring.ears_calibration import FAILED, FOLDS, Replies, ScorerReport, calibrated
from empathy_assets.engines.scoring.ears_encoder import CONTEXT_TOKENS, REPLY_TOKENS, OnnxTokens, PairEncoder, segments_of
from empathy_assets.engines.scoring.encoder_graph import EPSILON, token_graph
from empathy_assets.engines.scoring.narrow import Narrow, Narrowing, Pair, heads_of, keep_heads, narrowed
from empathy_assets.engines.scoring.network_weights import network_weights, trained_state
from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import warm_up

Array = NDArray[Any]

_PLACES = CONTEXT_TOKENS + REPLY_TOKENS + 3
_SURE_PIECES = 9_000  # the vocabulary is sorted by use: rarer pieces are kept where the replies have them twice, and single letters


@dataclass(frozen=True)
class Recipe:
    """Settings of one fine-tuning run; the defaults are those of the bundled scorer."""

    layers: int = 3
    """Layers taken from the start network, the lowest ones."""
    frozen_layers: int = 1
    epochs: int = 3
    batch: int = 32
    learning_rate: float = 1.5e-4
    smoothing: float = 0.02
    gate_weight: float = 0.3
    effect_weight: float = 0.4
    """Weight of the head of effect: a conversation's rating says little of a single reply."""
    narrowing: Narrowing = field(default_factory=Narrowing)
    seed: int = 3
    threads: int = 1


@dataclass(frozen=True)
class _Pairs:
    """Tokens of all replies, targets and weights of the heads (0 where not annotated), source numbers."""

    tokens: list[Pair]
    target: Array
    weight: Array
    gate: Array


def finetune_scorer(
    rows: Sequence[Mapping[str, Any]], start: str, folder: Path, recipe: Recipe, unlabelled: Sequence[tuple[str, str]] = ()
) -> ScorerReport:
    """Train the scorer with an encoder on `rows`, calibrate it on held-out folds and write it to `folder`.

    Args:
        rows: As for `train_ears.train_scorer`.
        start: Folder of a network in the transformers layout, such as the crisis detector's or all-MiniLM-L6-v2.
        folder: Where encoder, heads and checksums go; the tokenizer of the start network must be there or be bundled.
        recipe: Settings.
        unlabelled: (client's words, reply) that the narrowing reads besides the rows, such as a build's.

    Raises:
        ValueError: No row is labelled for one of the seven components.
    """
    transformers: Any = import_module("transformers")
    replies = Replies(rows)
    heads = replies.heads()
    sources = sorted({source for _, source in heads})
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(start)
    pairs = _pairs(replies, heads, sources, tokenizer, recipe)
    others = _numbers([context for context, _ in unlabelled], [reply for _, reply in unlabelled], tokenizer)
    logits, gates = np.zeros((len(pairs.tokens), len(heads) + 1)), np.zeros((len(pairs.tokens), len(sources)))
    for fold in range(FOLDS):
        test = np.flatnonzero(replies.fold == fold)
        seen = np.flatnonzero(replies.fold != fold)
        network = _Network(start, len(heads) + 1, len(sources), recipe).fit(pairs, seen)
        network.narrow([*(pairs.tokens[i] for i in seen), *others])
        logits[test], gates[test] = network.read(pairs, test)
    chance = np.exp(gates - gates.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    found = calibrated(replies, heads, logits[:, :-1], logits[:, -1], {source: chance[:, k] for k, source in enumerate(sources)})
    network = _Network(start, len(heads) + 1, len(sources), recipe).fit(pairs, np.arange(len(pairs.tokens)))
    network.narrow([*pairs.tokens, *others])
    known = _known_pieces(pairs, tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / READER_FILE).write_bytes(network.graph(known))
    register(folder, READER_FILE)
    weights = found.weights() | {
        "bias": network.bias(),
        "slope": np.concatenate([found.slope, np.ones(len(sources) + 1)]),
        "offset": np.concatenate([found.offset, np.zeros(len(sources) + 1)]),
        "component": np.array([component for component, _ in heads] + [EFFECT] + ["gate"] * len(sources)),
        "source": np.array([source for _, source in heads] + [EFFECT] + sources),
        "vocabulary": known,
    }
    return ScorerReport(found.heads, save(folder, SCORER_FILE, weights), found.held_out)


def narrow_reader(pairs: Sequence[tuple[str, str]], folder: Path, recipe: Narrowing, start: Path = MODELS_DIR) -> Narrow:
    """Write the reader of a scorer with fewer attention heads and neurons a layer to `folder`; vocabulary and calibration stay as they are.

    Args:
        pairs: (client's words, reply) without labels.
        folder: Where the network goes, and its checksum.
        recipe: Settings.
        start: Folder of the scorer whose reader is narrowed.
    """
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    reader = weight_bytes(READER_FILE, start)
    weights = network_weights(reader)
    state = {name.removeprefix("bert."): torch.tensor(value) for name, value in trained_state(weights).items()}
    words, places, kinds = (state[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type"))
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=words.shape[1],
        num_hidden_layers=weights.layers,
        num_attention_heads=1,  # what they are is said below: of a narrowed network they do not fill the width
        intermediate_size=len(state["encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(places),
        type_vocab_size=len(kinds),
        layer_norm_eps=EPSILON,
    )
    network = transformers.BertModel(config, add_pooling_layer=False)
    keep_heads(network, weights.heads, len(state["encoder.layer.0.attention.self.query.bias"]))
    network.load_state_dict(state)
    known = arrays(weight_bytes(SCORER_FILE, start))["vocabulary"]
    encoder = PairEncoder(OnnxTokens(reader), weight_bytes(TOKENIZER_FILE, start), known)
    numbers = encoder.pairs([context for context, _ in pairs], [reply for _, reply in pairs])
    tokens = [Pair(np.concatenate(pair).tolist(), segments_of(pair).tolist()) for pair in numbers]
    found = narrowed(network, torch.tensor(weights.constants["projection"]), tokens, recipe)
    own = {f"bert.{name}": value.numpy() for name, value in found.network.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / READER_FILE).write_bytes(token_graph(own, heads_of(found.network), found.projection.numpy()))
    register(folder, READER_FILE)
    return found


def _pairs(replies: Replies, heads: Sequence[tuple[str, str]], sources: Sequence[str], tokenizer: Any, recipe: Recipe) -> _Pairs:
    tokens = _numbers(replies.contexts, replies.responses, tokenizer)
    target, weight = (np.zeros((len(tokens), len(heads) + 1), np.float32) for _ in range(2))
    for k, (component, source) in enumerate(heads):
        own = replies.annotated(component, source)
        target[own, k] = replies.labels[component][own]
        weight[own, k] = np.sqrt(1000.0 / own.sum())
    rated = replies.rated()
    asked = ~np.isnan(rated)
    target[asked, -1] = rated[asked]
    weight[asked, -1] = recipe.effect_weight * np.sqrt(1000.0 / max(1, asked.sum()))
    place = {source: k for k, source in enumerate(sources)}
    return _Pairs(
        tokens=tokens,
        target=target * (1 - 2 * recipe.smoothing) + recipe.smoothing,
        weight=weight,
        gate=np.array([place.get(source.removesuffix(FAILED), -100) for source in replies.source]),
    )


def _numbers(contexts: Sequence[str], replies: Sequence[str], tokenizer: Any) -> list[Pair]:
    """Return the tokens of pairs."""

    def numbers(texts: Sequence[str]) -> list[list[int]]:
        return tokenizer([plain(text) for text in texts], add_special_tokens=False)["input_ids"] if texts else []

    start, stop = tokenizer.cls_token_id, tokenizer.sep_token_id
    both = [(a[-CONTEXT_TOKENS:], b[:REPLY_TOKENS]) for a, b in zip(numbers(contexts), numbers(replies), strict=True)]
    return [Pair([start, *a, stop, *b, stop], [0] * (len(a) + 2) + [1] * (len(b) + 1)) for a, b in both]


def _known_pieces(pairs: _Pairs, tokenizer: Any) -> Array:
    """Return the numbers of the token pieces the network keeps, ascending."""
    count = Counter(number for ids, _ in pairs.tokens for number in ids)
    pieces: dict[str, int] = tokenizer.get_vocab()
    letters = (number for piece, number in pieces.items() if len(piece.removeprefix("##")) == 1 and piece.isascii())
    kept = {*range(min(_SURE_PIECES, len(pieces))), *(number for number, times in count.items() if times > 1), *letters}
    return np.array(sorted(kept), dtype=np.int32)


class _Network:
    """The network in training: layers of the start network, heads and gate on pooled tokens."""

    def __init__(self, start: str, heads: int, sources: int, recipe: Recipe) -> None:
        self._torch: Any = import_module("torch")
        transformers: Any = import_module("transformers")
        self._recipe = recipe
        self._torch.manual_seed(recipe.seed)
        self._torch.set_num_threads(recipe.threads)
        self._bert: Any = transformers.AutoModel.from_pretrained(start, add_pooling_layer=False)
        self._bert.encoder.layer = self._bert.encoder.layer[: recipe.layers]
        for part in (self._bert.embeddings, *self._bert.encoder.layer[: recipe.frozen_layers]):
            part.requires_grad_(requires_grad=False)
        self._width: int = self._bert.config.hidden_size
        self._heads = heads
        self._head: Any = self._torch.nn.Linear(2 * self._width, heads + sources)
        self._torch.nn.init.normal_(self._head.weight, std=0.02)
        self._torch.nn.init.zeros_(self._head.bias)

    def fit(self, pairs: _Pairs, rows: Array) -> _Network:
        """Train on some rows and return itself."""
        torch, recipe = self._torch, self._recipe
        body = [p for p in self._bert.parameters() if p.requires_grad]
        groups = [{"params": body, "lr": recipe.learning_rate}, {"params": self._head.parameters(), "lr": 10 * recipe.learning_rate}]
        optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
        total = recipe.epochs * -(-len(rows) // recipe.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, warm_up(total, 0.06))
        draw = random.Random(recipe.seed)
        self._bert.train()
        for _ in range(recipe.epochs):
            order: list[int] = sorted(map(int, rows), key=lambda i: len(pairs.tokens[i].ids) + draw.random() * 12)
            batches = [order[i : i + recipe.batch] for i in range(0, len(order), recipe.batch)]
            draw.shuffle(batches)
            for batch in batches:
                found = self._forward(pairs, batch, dropout=0.1)
                heads, gate = found[:, : self._heads], found[:, self._heads :]
                target, weight = (torch.tensor(values[batch]) for values in (pairs.target, pairs.weight))
                loss = (torch.nn.functional.binary_cross_entropy_with_logits(heads, target, reduction="none") * weight).sum() / len(batch)
                source = torch.tensor(pairs.gate[batch])
                if (source >= 0).any():
                    loss = loss + recipe.gate_weight * torch.nn.functional.cross_entropy(gate, source)
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_([*body, *self._head.parameters()], 1.0)
                optimiser.step()
                schedule.step()
        return self

    def narrow(self, pairs: Sequence[Pair]) -> None:
        """Go on with fewer heads and neurons a layer, taught with pairs by the network as it is."""
        found = narrowed(self._bert, self._projection(), pairs, self._recipe.narrowing)
        self._bert = found.network
        with self._torch.no_grad():
            self._head.weight.copy_(self._torch.cat(found.projection.chunk(2, dim=1)).T)

    def read(self, pairs: _Pairs, rows: Array) -> tuple[Array, Array]:
        """Return (logits of the heads, logits of the gate) of some rows."""
        out = np.zeros((len(rows), self._head.out_features))
        order = sorted(range(len(rows)), key=lambda k: len(pairs.tokens[int(rows[k])].ids))
        self._bert.eval()
        with self._torch.no_grad():
            for first in range(0, len(order), 4 * self._recipe.batch):
                places = order[first : first + 4 * self._recipe.batch]
                out[places] = self._forward(pairs, [int(rows[k]) for k in places], dropout=0.0).numpy()
        return out[:, : self._heads], out[:, self._heads :]

    def _forward(self, pairs: _Pairs, rows: Sequence[int], dropout: float) -> Any:
        torch = self._torch
        longest = max(len(pairs.tokens[i].ids) for i in rows)
        ids, segments, mask = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
        for k, i in enumerate(rows):
            n = len(pairs.tokens[i].ids)
            ids[k, :n], segments[k, :n], mask[k, :n] = torch.tensor(pairs.tokens[i].ids), torch.tensor(pairs.tokens[i].segments), 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            tokens = self._bert(input_ids=ids, attention_mask=mask, token_type_ids=segments)[0].float()
        whole = mask[:, :, None].float()
        reply = whole * segments[:, :, None]
        pooled = torch.cat([(tokens * part).sum(1) / part.sum(1).clamp(min=1) for part in (whole, reply)], dim=1)
        return self._head(torch.nn.functional.dropout(pooled, dropout, training=dropout > 0))

    def bias(self) -> Array:
        """Return the bias of heads and gate."""
        return self._head.bias.detach().numpy().astype(np.float64)

    def graph(self, known: Array) -> bytes:
        """Return the ONNX file of the network, with the token pieces `known` only."""
        state = {f"bert.{name}": value.float().numpy() for name, value in self._bert.state_dict().items()}
        words, places = (f"bert.embeddings.{kind}_embeddings.weight" for kind in ("word", "position"))
        state[words], state[places] = state[words][known], state[places][:_PLACES]
        return token_graph(state, heads_of(self._bert), self._projection().numpy())

    def _projection(self) -> Any:
        """Return the weights of heads and gate, shape (width, 2 outputs): for the mean of all tokens, for the mean of the reply's."""
        return self._torch.cat([part.T for part in self._head.weight.detach().split(self._width, dim=1)], dim=1)
