"""Fine-tuning of the cascade's encoder from labelled rows, and its export to int8 ONNX.

Lives here: the recipe (which rows, which part of each, their weights, the batches, the optimiser) and the export. Must not live here: files
of labels, thresholds, calibration (`train`), several networks made one (`ensemble`), or scoring (`encoder`). Needs the `gpu` extra (torch,
transformers) and onnx; all are imported inside functions, so that the package scores without them.

Method: continued training of a BERT-like sequence classifier with one logit, binary cross-entropy with smoothed labels, AdamW with linear
warm-up and decay; embeddings and the lowest layers stay frozen, which halves the cost on a CPU. Batches hold texts of like length. Every
epoch draws its rows anew. A network is shown the beginning of a text or, as it will be when it judges, one window of it: multiple-instance
learning, where the label of the whole is the label of its likeliest part (Dietterich et al. 1997), softened by a draw.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import register
from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE
from empathy_assets.engines.scoring.encoder import MAX_TOKENS
from empathy_assets.engines.scoring.encoder_graph import encoder_graph
from empathy_assets.engines.scoring.normalise import plain, without_courtesy
from empathy_assets.engines.scoring.runtime import warm_up
from empathy_assets.engines.scoring.second_reading import certainties, worth
from empathy_assets.engines.scoring.torch_network import padded
from empathy_assets.engines.scoring.windows import cut
from empathy_assets.policy.load import number

Array = NDArray[Any]
Network = Any  # transformers' BertForSequenceClassification; torch is not there when types are checked

_log = logging.getLogger(__name__)

_SHARPNESS = 1.5  # of the draw of a window: a window one logit likelier than another is drawn 4.5 times as often
_LIKELY = 0.75  # share of the other texts of which a likely window is drawn, not any


@dataclass(frozen=True)
class Recipe:
    """Settings of one fine-tuning run; the defaults are those of the bundled encoder's members."""

    epochs: int = 4
    batch: int = 32
    learning_rate: float = 8e-5
    smoothing: float = 0.02
    """Labels become `smoothing` and 1 - `smoothing`: matched pairs differ by few words and some labels are wrong."""
    windows: bool = False
    """A longer text is shown by one of the windows it is judged by, drawn by the network as it stands, and not by its beginning."""
    max_tokens: int = 112
    """Of the beginning of a text."""
    frozen_layers: int = 1
    attention_dropout: float = 0.0
    seed: int = 1
    threads: int = 1
    caps: Mapping[str, int] = field(default_factory=dict[str, int])
    """Most rows of one label drawn from a source per epoch; sources not named here are used whole."""
    emphasis: Mapping[str, float] = field(default_factory=dict[str, float])
    """Weight of a row by source, 1 where not named."""


def draw(rows: Sequence[Mapping[str, Any]], caps: Mapping[str, int], seed: int) -> list[Mapping[str, Any]]:
    """Return the labelled rows in seeded order, at most `caps[source]` of each label from a source, equal texts once."""
    shuffled = [row for row in rows if row.get("label") is not None]
    random.Random(seed).shuffle(shuffled)
    taken: Counter[tuple[str, int]] = Counter()
    seen: set[str] = set()
    out: list[Mapping[str, Any]] = []
    for row in shuffled:
        kind = (str(row["source"]), int(row["label"]))
        if row["text"] in seen or taken[kind] >= caps.get(kind[0], len(shuffled)):
            continue
        taken[kind] += 1
        seen.add(row["text"])
        out.append(row)
    return out


def row_weights(rows: Sequence[Mapping[str, Any]], emphasis: Mapping[str, float]) -> Array:
    """Return one weight per row, scaled so that both labels weigh the same and the mean is 1.

    A row counts by its source's emphasis and by what its label is better than a coin.
    """
    weights = np.array([emphasis.get(str(row["source"]), 1.0) for row in rows]) * worth(rows)
    labels = np.array([int(row["label"]) for row in rows])
    for label in (0, 1):
        if (labels == label).any():
            weights[labels == label] /= weights[labels == label].sum()
    return weights / weights.mean()


def length_batches(lengths: Sequence[int], size: int, seed: int) -> list[Array]:
    """Return batches of row numbers in seeded order; every row is in one batch, beside rows of about its length."""
    generator = np.random.default_rng(seed)
    order = np.argsort(np.asarray(lengths) + generator.uniform(0, 6, len(lengths)), kind="stable")
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    return [batches[i] for i in generator.permutation(len(batches))]


def drawn_windows(logits: Array, owners: Array, labels: Array, generator: np.random.Generator) -> Array:
    """Return the number of one window of each text.

    A window of a crisis text is drawn by its odds, since the crisis may be told in one part only; of another text every part is harmless,
    so mostly one is drawn that the network takes for a crisis, now and then any.

    Args:
        logits: One per window.
        owners: Number of the text of each window, ascending, every text there.
        labels: 1 or 0 per text.
        generator: Of the draws.
    """
    first = np.searchsorted(owners, np.arange(len(labels)))
    sharp = np.where((labels > 0.5) | (generator.random(len(labels)) < _LIKELY), _SHARPNESS, 0.0)[owners]
    odds = np.exp(sharp * (logits - np.maximum.reduceat(logits, first)[owners]))
    reached = np.cumsum(odds)
    before = np.where(first > 0, reached[first - 1], 0.0)
    return np.searchsorted(reached, before + generator.random(len(labels)) * np.add.reduceat(odds, first), side="right").clip(
        first, np.append(first[1:], len(owners)) - 1
    )


def judged_windows(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return (windows, text of each) as the detector judges texts."""
    return cut(texts, int(number("judges", "crisis.window_words")), int(number("judges", "crisis.window_stride")))


def read(network: Network, ids: Sequence[Sequence[int]], batch: int = 64) -> Array:
    """Return the network's logit of each text, given as token numbers; it is left in the mode of judging."""
    torch: Any = import_module("torch")
    network.eval()
    out = np.zeros(len(ids), dtype=np.float32)
    order: Array = np.argsort([len(row) for row in ids], kind="stable")
    for start in range(0, len(order), batch):
        rows: list[int] = order[start : start + batch].tolist()
        with torch.no_grad():
            out[rows] = forward(network, [ids[i] for i in rows]).numpy()
    return out


def forward(network: Network, ids: Sequence[Sequence[int]]) -> Any:
    """Return the network's logit of each text, given as token numbers, as a tensor that gradients go through."""
    torch: Any = import_module("torch")
    numbers, real = padded(ids)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = network(input_ids=torch.from_numpy(numbers), attention_mask=torch.from_numpy(real.astype(np.int64)))
    return found.logits[:, 0].float()


def optimiser_of(network: Network, frozen_layers: int, learning_rate: float) -> Any:
    """Return an optimiser of the weights above the lowest `frozen_layers` layers; these and the embeddings are frozen."""
    torch: Any = import_module("torch")
    for part in (network.bert.embeddings, *network.bert.encoder.layer[:frozen_layers]):
        part.requires_grad_(requires_grad=False)
    return torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=learning_rate, weight_decay=0.01)


def finetune(rows: Sequence[Mapping[str, Any]], start: str, folder: Path, recipe: Recipe) -> list[float]:
    """Train the network `start` on `rows`, write it with its tokenizer to `folder` and return the mean loss of each epoch.

    Args:
        rows: Mappings with `text`, `label` (0, 1 or null) and `source`; `certainty` where a label's reader was not sure.
        start: Folder of a network in the transformers layout, such as all-MiniLM-L6-v2.
        folder: Where the trained network goes; `export` makes it a part of the detector.
        recipe: Settings.

    Raises:
        ValueError: One of the labels is absent.
    """
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    draws = [draw(rows, recipe.caps, recipe.seed + epoch) for epoch in range(recipe.epochs)]
    crisis = sum(int(row["label"]) for row in draws[0])
    if not 0 < crisis < len(draws[0]):
        raise ValueError(f"fine-tuning needs rows of both labels; found {crisis} crisis of {len(draws[0])}: add the missing kind")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    tokenizer = transformers.AutoTokenizer.from_pretrained(start)
    network = transformers.AutoModelForSequenceClassification.from_pretrained(
        start, num_labels=1, attention_probs_dropout_prob=recipe.attention_dropout, attn_implementation="eager"
    )
    optimiser = optimiser_of(network, recipe.frozen_layers, recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, warm_up(sum(-(-len(chosen) // recipe.batch) for chosen in draws), 0.1))
    generator = np.random.default_rng(recipe.seed)
    losses: list[float] = []
    for epoch, chosen in enumerate(draws):
        labels = np.array([float(row["label"]) for row in chosen], dtype=np.float32)
        ids = _shown(chosen, labels, tokenizer, network if epoch else None, generator, recipe)
        sure = certainties(chosen, 1 - recipe.smoothing)
        target = torch.tensor(np.where(labels > 0.5, sure, 1 - sure).astype(np.float32))
        weight = torch.tensor(row_weights(chosen, recipe.emphasis).astype(np.float32))
        network.train()
        found: list[float] = []
        for batch in length_batches([len(x) for x in ids], recipe.batch, recipe.seed + epoch):
            numbers: list[int] = batch.tolist()
            logits = forward(network, [ids[i] for i in numbers])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target[batch], weight=weight[batch])
            found.append(step(network, optimiser, loss))
            schedule.step()
        losses.append(float(np.mean(found)))
        _log.info("epoch %d of %d: %d texts, mean loss %.3f", epoch + 1, recipe.epochs, len(ids), losses[-1])
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return losses


def step(network: Network, optimiser: Any, loss: Any) -> float:
    """Take one step down the gradient of `loss`, of length at most 1, and return the loss."""
    torch: Any = import_module("torch")
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def _shown(
    rows: Sequence[Mapping[str, Any]],
    labels: Array,
    tokenizer: Any,
    network: Network | None,
    generator: np.random.Generator,
    recipe: Recipe,
) -> list[list[int]]:
    """Return the token numbers of what an epoch shows of each text; before there is a `network` any window is drawn."""
    texts = [without_courtesy(str(row["text"])) for row in rows]
    if not recipe.windows:
        return tokenizer([plain(text) for text in texts], truncation=True, max_length=recipe.max_tokens)["input_ids"]
    pieces, owner = judged_windows(texts)
    ids = tokenizer([plain(piece) for piece in pieces], truncation=True, max_length=MAX_TOKENS)["input_ids"]
    owners = np.array(owner)
    several = np.flatnonzero(np.bincount(owners)[owners] > 1)
    logits = np.zeros(len(ids), dtype=np.float32)
    if network is not None and len(several):
        logits[several] = read(network, [ids[i] for i in several])
    return [ids[i] for i in drawn_windows(logits, owners, labels, generator)]


def export(trained: Path, folder: Path) -> str:
    """Write the network of `trained` as int8 ONNX, with its tokenizer and their checksums, to `folder`; return the network's SHA-256."""
    transformers: Any = import_module("transformers")
    network = transformers.AutoModelForSequenceClassification.from_pretrained(trained).eval()
    state = {name: value.float().numpy() for name, value in network.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ENCODER_FILE).write_bytes(encoder_graph(state, network.config.num_attention_heads))
    tokenizer = json.loads((trained / "tokenizer.json").read_text(encoding="utf-8")) | {"padding": None, "truncation": None}
    (folder / TOKENIZER_FILE).write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    register(folder, TOKENIZER_FILE)
    return register(folder, ENCODER_FILE)
