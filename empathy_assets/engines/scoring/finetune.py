"""Fine-tuning of the cascade's encoder from labelled rows, and its export to int8 ONNX.

Lives here: the recipe (which rows, their weights, the batches, the optimiser) and the export. Must not live here: files of labels,
thresholds, calibration (`train`), or scoring (`encoder`). Needs the `gpu` extra (torch, transformers) and onnx; all are imported inside
functions, so that the package scores without them.

Method: continued training of a BERT-like sequence classifier with one logit, binary cross-entropy with smoothed labels, AdamW with linear
warm-up and decay; embeddings and the lowest layers stay frozen, which halves the cost on a CPU. Batches hold texts of like length.
"""

from __future__ import annotations

import json
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
from empathy_assets.engines.scoring.encoder_graph import encoder_graph
from empathy_assets.engines.scoring.normalise import plain, without_courtesy
from empathy_assets.engines.scoring.runtime import warm_up

Array = NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """Settings of one fine-tuning run; the defaults are those of the bundled encoder."""

    epochs: int = 5
    batch: int = 32
    learning_rate: float = 8e-5
    smoothing: float = 0.02
    """Labels become `smoothing` and 1 - `smoothing`: matched pairs differ by few words and some labels are wrong."""
    max_tokens: int = 112
    frozen_layers: int = 1
    seed: int = 1
    threads: int = 1
    caps: Mapping[str, int] = field(default_factory=dict[str, int])
    """Most rows of one label drawn from a source; sources not named here are used whole."""
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
    """Return one weight per row: its source's emphasis, scaled so that both labels weigh the same and the mean is 1."""
    weights = np.array([emphasis.get(str(row["source"]), 1.0) for row in rows])
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


def finetune(rows: Sequence[Mapping[str, Any]], start: str, folder: Path, recipe: Recipe) -> list[float]:
    """Train the network `start` on `rows`, write it with its tokenizer to `folder` and return the mean loss of each epoch.

    Args:
        rows: Mappings with `text`, `label` (0, 1 or null) and `source`.
        start: Folder of a network in the transformers layout, such as all-MiniLM-L6-v2.
        folder: Where the trained network goes; `export` makes it a part of the detector.
        recipe: Settings.

    Raises:
        ValueError: One of the labels is absent.
    """
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    chosen = draw(rows, recipe.caps, recipe.seed)
    labels = np.array([float(row["label"]) for row in chosen], dtype=np.float32)
    if not 0 < labels.sum() < len(labels):
        raise ValueError(f"fine-tuning needs rows of both labels; found {int(labels.sum())} crisis of {len(labels)}: add the missing kind")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    tokenizer = transformers.AutoTokenizer.from_pretrained(start)
    network = transformers.AutoModelForSequenceClassification.from_pretrained(start, num_labels=1)
    for part in (network.bert.embeddings, *network.bert.encoder.layer[: recipe.frozen_layers]):
        part.requires_grad_(requires_grad=False)
    texts = [plain(without_courtesy(str(row["text"]))) for row in chosen]
    ids = tokenizer(texts, truncation=True, max_length=recipe.max_tokens)["input_ids"]
    target = torch.tensor(labels * (1 - 2 * recipe.smoothing) + recipe.smoothing)
    weight = torch.tensor(row_weights(chosen, recipe.emphasis).astype(np.float32))
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=recipe.learning_rate, weight_decay=0.01)
    total = recipe.epochs * -(-len(ids) // recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, warm_up(total, 0.1))
    network.train()
    losses: list[float] = []
    for epoch in range(recipe.epochs):
        found: list[float] = []
        for batch in length_batches([len(x) for x in ids], recipe.batch, recipe.seed + epoch):
            padded = tokenizer.pad({"input_ids": [ids[i] for i in batch]}, return_tensors="pt")
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(**padded).logits[:, 0].float()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target[batch], weight=weight[batch])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            found.append(float(loss))
        losses.append(float(np.mean(found)))
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return losses


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
