"""One network that reads as the mean of several: fine-tuned apart, they err apart, and what they agree on can be taught to one of them.

Lives here: making texts out of texts, what the members say of them, and the teaching. Must not live here: fine-tuning a member
(`finetune`), labels, thresholds, files of text. Needs the `gpu` extra (torch, transformers), imported inside functions.

Method: knowledge distillation from an ensemble (Hinton et al. 2015), by the logit, on texts without labels: those of the rows, others of
the kind the network will read, and new ones put together of sentences of both, as Jiao et al. (2020) augment theirs. The network that is
taught is the first member, without dropout.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.encoder import MAX_TOKENS
from empathy_assets.engines.scoring.finetune import length_batches, optimiser_of, padded, read, step
from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import warm_up
from empathy_assets.engines.sentences import STOP_OR_LINE, spans

_log = logging.getLogger(__name__)

_SENTENCES, _OF_TWO = 0.45, 0.75  # shares: up to 0.45 sentences of one text, up to 0.75 of two, else words from anywhere
_FEWEST_WORDS, _MOST_WORDS = 3, 70
_LOWER_CASE = 0.3


@dataclass(frozen=True)
class Teaching:
    """Settings; the defaults are those of the bundled encoder."""

    epochs: int = 2
    batch: int = 32
    learning_rate: float = 5e-5
    frozen_layers: int = 1
    kept_out: float = 0.03
    """Share of the texts that is not taught but shows how near the network comes to the mean."""
    seed: int = 5
    threads: int = 2


def recombined(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """Return `count` different texts of 3 to 70 words made of parts of `texts`, in seeded order.

    Raises:
        ValueError: The texts are too few or too short to make so many of.
    """
    draw = random.Random(seed)
    found: dict[str, None] = {}
    tries = 0
    while len(found) < count:
        tries += 1
        if not texts or tries > 100 * (count + 10):
            raise ValueError(
                f"made {len(found)} different texts of {len(texts)}, expected {count}: give more or longer texts, or ask for fewer"
            )
        made = _made(texts, draw)
        if _FEWEST_WORDS <= len(made.split()) <= _MOST_WORDS:
            found[made] = None
    return list(found)


def _made(texts: Sequence[str], draw: random.Random) -> str:
    kind = draw.random()
    text = draw.choice(texts)
    if kind < _SENTENCES:
        return " ".join(_some_sentences(text, draw, 4))
    if kind < _OF_TWO:
        return " ".join(_some_sentences(text, draw, 3) + _some_sentences(draw.choice(texts), draw, 3))
    words = text.split()
    start = draw.randrange(max(1, len(words) - 8))
    made = " ".join(words[start : start + draw.randint(6, _MOST_WORDS)])
    return made.lower() if draw.random() < _LOWER_CASE else made


def _some_sentences(text: str, draw: random.Random, most: int) -> list[str]:
    sentences = [text[a:b] for a, b in spans(text, STOP_OR_LINE)]
    start = draw.randrange(max(1, len(sentences)))
    return sentences[start : start + draw.randint(1, most)]


def taught(members: Sequence[Path], texts: Sequence[str], folder: Path, recipe: Teaching) -> float:
    """Teach the first member the mean of all, write it with its tokenizer to `folder` and say how near it came.

    Args:
        members: Folders of networks that `finetune` wrote.
        texts: Windows at most: what does not fit into the encoder's 96 tokens is cut.
        folder: Where the taught network goes; `finetune.export` makes it a part of the detector.
        recipe: Settings.

    Returns:
        The share of the variance of the members' mean that it explains on texts kept out.

    Raises:
        ValueError: There is no member, or there are too few texts to keep some out.
    """
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    generator = np.random.default_rng(recipe.seed)
    ways = generator.random(len(texts)) < recipe.kept_out
    unseen, seen = np.flatnonzero(ways), np.flatnonzero(~ways)
    if not members or len(unseen) < 2 or not len(seen):
        raise ValueError(
            f"found {len(members)} members and {len(texts)} texts, {len(unseen)} of them kept out; expected a member and more texts"
        )
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    networks = [transformers.AutoModelForSequenceClassification.from_pretrained(m, attn_implementation="eager") for m in members]
    tokenizer = transformers.AutoTokenizer.from_pretrained(members[0])
    ids = tokenizer([plain(text) for text in texts], truncation=True, max_length=MAX_TOKENS)["input_ids"]
    wanted: NDArray[Any] = np.mean([read(network, ids) for network in networks], axis=0)
    network = networks[0].eval()  # no dropout: what is taught is a function, not a label

    def explained() -> float:
        error = read(network, [ids[i] for i in unseen]) - wanted[unseen]
        return float(1.0 - np.mean(error**2) / np.var(wanted[unseen]))

    optimiser = optimiser_of(network, recipe.frozen_layers, recipe.learning_rate)
    steps = recipe.epochs * -(-len(seen) // recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, warm_up(steps, 0.05))
    _log.info("%d texts, %d members; before teaching R2 %.4f", len(texts), len(members), explained())
    for epoch in range(recipe.epochs):
        for group in length_batches([len(ids[i]) for i in seen], recipe.batch, recipe.seed + epoch):
            rows: list[int] = seen[group].tolist()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                found = network(**padded([ids[i] for i in rows])).logits[:, 0].float()
            step(network, optimiser, torch.nn.functional.smooth_l1_loss(found, torch.tensor(wanted[rows])))
            schedule.step()
        _log.info("epoch %d of %d: R2 %.4f", epoch + 1, recipe.epochs, explained())
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return explained()
