"""One network that reads as the mean of several: fine-tuned apart, they err apart, and what they agree on can be taught to one of them.

Lives here: making texts out of texts, what the members say of them, and the teaching. Must not live here: fine-tuning a member
(`finetune`), labels, thresholds, files of text. Needs the `gpu` extra (torch, transformers), imported inside functions.

Method: knowledge distillation from an ensemble (Hinton et al. 2015), by the logit, on texts without labels: those of the rows, others of
the kind the network will read, and new ones put together of sentences of both, as Jiao et al. (2020) augment theirs. The network that is
taught starts as the first member, without dropout. A lesson has teachers of its own: what only one network was trained on, only it teaches.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from empathy_assets.engines.scoring.encoder import MAX_TOKENS
from empathy_assets.engines.scoring.finetune import Array, Network, forward, length_batches, optimiser_of, read, step
from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import warm_up
from empathy_assets.engines.sentences import STOP_OR_LINE, spans
from empathy_assets.policy.load import number

_log = logging.getLogger(__name__)

_SENTENCES, _OF_TWO = 0.45, 0.75  # shares: up to 0.45 sentences of one text, up to 0.75 of two, else words from anywhere
_FEWEST_WORDS = 3
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


class Lesson(NamedTuple):
    """Texts and the networks whose mean logit is taught on them.

    Attributes:
        members: Folders of networks that `finetune` wrote.
        texts: Windows at most: what does not fit into the encoder's 96 tokens is cut.
    """

    members: Sequence[Path]
    texts: Sequence[str]


def recombined(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """Return `count` different texts of 3 words up to a window's, made of parts of `texts`, in seeded order.

    Raises:
        ValueError: The texts are too few or too short to make so many of.
    """
    draw = random.Random(seed)
    most = int(number("judges", "crisis.window_words"))
    found: dict[str, None] = {}
    tries = 0
    while len(found) < count:
        tries += 1
        if not texts or tries > 100 * (count + 10):
            raise ValueError(
                f"made {len(found)} different texts of {len(texts)}, expected {count}: give more or longer texts, or ask for fewer"
            )
        made = _made(texts, most, draw)
        if _FEWEST_WORDS <= len(made.split()) <= most:
            found[made] = None
    return list(found)


def _made(texts: Sequence[str], most: int, draw: random.Random) -> str:
    kind = draw.random()
    text = draw.choice(texts)
    if kind < _SENTENCES:
        return " ".join(_some_sentences(text, draw, 4))
    if kind < _OF_TWO:
        return " ".join(_some_sentences(text, draw, 3) + _some_sentences(draw.choice(texts), draw, 3))
    words = text.split()
    start = draw.randrange(max(1, len(words) - 8))
    made = " ".join(words[start : start + draw.randint(6, most)])
    return made.lower() if draw.random() < _LOWER_CASE else made


def _some_sentences(text: str, draw: random.Random, most: int) -> list[str]:
    sentences = [text[a:b] for a, b in spans(text, STOP_OR_LINE)]
    start = draw.randrange(max(1, len(sentences)))
    return sentences[start : start + draw.randint(1, most)]


def taught(lessons: Sequence[Lesson], folder: Path, recipe: Teaching) -> float:
    """Teach the first member of the first lesson what all lessons hold, write it with its tokenizer to `folder` and say how near it came.

    Args:
        lessons: What is taught, all of it in one mixed order.
        folder: Where the taught network goes; `finetune.export` makes it a part of the detector.
        recipe: Settings.

    Returns:
        The share of the variance of the teachers' mean logit that it explains on texts kept out.

    Raises:
        ValueError: A lesson has no member, or there are too few texts to keep some out.
    """
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    texts = [text for lesson in lessons for text in lesson.texts]
    kept_out = np.random.default_rng(recipe.seed).random(len(texts)) < recipe.kept_out
    unseen, seen = np.flatnonzero(kept_out), np.flatnonzero(~kept_out)
    if not all(lesson.members for lesson in lessons) or len(unseen) < 2 or not len(seen):
        counted = f"{[len(lesson.members) for lesson in lessons]} members per lesson and {len(texts)} texts, {len(unseen)} of them kept out"
        raise ValueError(f"found {counted}; expected a member each and more texts")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    start = lessons[0].members[0]
    tokenizer = transformers.AutoTokenizer.from_pretrained(start)
    ids: list[list[int]] = tokenizer([plain(text) for text in texts], truncation=True, max_length=MAX_TOKENS)["input_ids"]
    wanted = _said(lessons, ids)
    network = loaded(start)
    optimiser = optimiser_of(network, recipe.frozen_layers, recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, warm_up(recipe.epochs * -(-len(seen) // recipe.batch), 0.05))
    near = _explained(read(network, [ids[i] for i in unseen]), wanted[unseen])
    _log.info("%d texts; before teaching R2 %.4f", len(seen), near)
    for epoch in range(recipe.epochs):
        for group in length_batches([len(ids[i]) for i in seen], recipe.batch, recipe.seed + epoch):
            rows: list[int] = seen[group].tolist()
            found = forward(network, [ids[i] for i in rows])
            step(network, optimiser, torch.nn.functional.smooth_l1_loss(found, torch.tensor(wanted[rows])))
            schedule.step()
        near = _explained(read(network, [ids[i] for i in unseen]), wanted[unseen])
        _log.info("epoch %d of %d: R2 %.4f", epoch + 1, recipe.epochs, near)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return near


def _said(lessons: Sequence[Lesson], ids: Sequence[Sequence[int]]) -> Array:
    """Return the mean logit of its lesson's members for each text, given as token numbers in the order of the lessons."""
    out: list[Array] = []
    first = 0
    for lesson in lessons:
        own = ids[first : first + len(lesson.texts)]
        out.append(np.mean([read(loaded(member), own) for member in lesson.members], axis=0))
        first += len(own)
    return np.concatenate(out)


def loaded(member: Path) -> Network:
    """Return a network without dropout: what is taught is a function, not a label."""
    transformers: Any = import_module("transformers")
    return transformers.AutoModelForSequenceClassification.from_pretrained(member, attn_implementation="eager").eval()


def _explained(found: Array, wanted: Array) -> float:
    spread = float(np.var(wanted))  # none where the teachers say the same of every text
    return 1.0 - float(np.mean((found - wanted) ** 2)) / spread if spread else 0.0
