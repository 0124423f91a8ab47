"""A crisis detector with its encoder made from labelled rows, whole: figures on held-out sources, threshold, encoder, linear tier.

Lives here: the order of the steps, which rows and texts each is given, and where an interrupted run goes on. Must not live here: the steps
(`finetune`, `ensemble`, `train`), files of labels, which source is left out (its rows are). Needs the `gpu` extra (torch, transformers).

Method: folds over whole sources, each judged by an encoder and a linear tier that saw none of its rows, give the figures, the calibration
and the threshold. The detector itself is made of all rows: several encoders taught to one. It gives other logits than those of the
folds, so the threshold is carried over on texts without labels (`train.carried`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from empathy_assets.engines.scoring.bundle import weight_bytes
from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE
from empathy_assets.engines.scoring.encoder import MAX_TOKENS, Encoder
from empathy_assets.engines.scoring.ensemble import Lesson, Teaching, loaded, recombined, taught
from empathy_assets.engines.scoring.features import weighted_sums
from empathy_assets.engines.scoring.finetune import Array, Recipe, export, finetune, judged_windows, read
from empathy_assets.engines.scoring.logistic import platt, sigmoid
from empathy_assets.engines.scoring.normalise import plain, without_courtesy
from empathy_assets.engines.scoring.second_reading import certainties
from empathy_assets.engines.scoring.train import (
    DetectorReport,
    LinearTier,
    balanced,
    by_source,
    carried,
    linear_tier,
    save_tier,
    sources_of,
    threshold_at,
)

Rows = Sequence[Mapping[str, Any]]

FEWEST_UNLABELLED = 50
"""Texts without a label below which a threshold is not carried: a share of fewer is off by more than seven points (one standard error)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """Settings of a run."""

    members: Sequence[Recipe] = (Recipe(windows=True, seed=1), Recipe(windows=True, seed=2))
    """One encoder each, of all rows; their mean is taught to one."""
    held_out: Recipe = field(default_factory=lambda: Recipe(windows=True))
    """The encoder of every fold."""
    teaching: Teaching = field(default_factory=Teaching)
    made_texts: int = 8_000
    """Texts put together of parts of others, taught besides them."""
    folds: int = 4
    linear_share: float = 0.5
    """Of the linear tier's logit in the sum with the encoder's."""
    target: float = 0.95
    """Sensitivity over held-out sources at which the threshold is read."""


def folds_of(sources: Sequence[str], count: int) -> dict[str, int]:
    """Return source -> fold, 0 to `count` - 1: the largest source first, each to the fold that has the fewest rows."""
    filled = [0] * count
    out: dict[str, int] = {}
    for source, rows in sorted(Counter(sources).items(), key=lambda pair: (-pair[1], pair[0])):
        out[source] = filled.index(min(filled))
        filled[out[source]] += rows
    return out


def retrain(rows: Rows, start: str, folder: Path, work: Path, plan: Plan) -> DetectorReport:
    """Make a detector of `rows`, write its weights with their checksums to `folder` and return what was found on held-out sources.

    Args:
        rows: Mappings with `text`, `label` (0, 1 or null), `source`, `category`, and `certainty` where a label is only leaned to. Those
            with a null label are taught and carry the threshold.
        start: Folder of a pre-trained network in the transformers layout, such as all-MiniLM-L6-v2.
        folder: Where the weights go; load them with `crisis.load_detector(folder)`.
        work: Where each step leaves what it made: a run that was interrupted goes on there. For one set of rows and one plan.
        plan: Settings.

    Raises:
        ValueError: A label is absent from the rows outside a fold, there are fewer sources than folds, or too few texts without a label.
    """
    known = [row for row in rows if row.get("label") is not None]
    labels = np.array([float(row["label"]) for row in known])
    sources = sources_of(known)
    fold = folds_of(sources.tolist(), plan.folds)
    place = np.array([fold[source] for source in sources.tolist()])
    unlabelled = list(dict.fromkeys(str(row["text"]) for row in rows if row.get("label") is None))
    _refuse(labels, place, len(unlabelled), plan)
    work.mkdir(parents=True, exist_ok=True)
    logits, linear = np.zeros(len(known)), np.zeros(len(known))
    carry: list[Array] = []
    for k in range(plan.folds):
        here = place == k
        asked = [str(row["text"]) for row, held in zip(known, here.tolist(), strict=True) if held] + unlabelled
        rest = [row for row, held in zip(known, here.tolist(), strict=True) if not held]
        found = _held_out(work / f"fold{k}.npz", rest, asked, start, plan)
        logits[here], linear[here] = found["both"][: here.sum()], found["linear"][: here.sum()]
        carry.append(found["both"][here.sum() :])
        _log.info("fold %d of %d: %d rows of %d sources held out", k + 1, plan.folds, here.sum(), len(set(sources[here].tolist())))
    sure = certainties(known, 1.0) == 1.0
    weights = balanced(sources[sure], labels[sure])
    slope, offset = platt(logits[sure], labels[sure], weights)
    threshold = threshold_at(logits[sure], labels[sure], sources[sure], plan.target)
    export(_encoder(known, unlabelled, start, work, plan), folder)
    tier = linear_tier(known)
    encoder = Encoder(weight_bytes(ENCODER_FILE, folder), weight_bytes(TOKENIZER_FILE, folder))
    final = _judged(unlabelled, encoder.logits, tier, plan)["both"]
    digest = save_tier(
        folder,
        tier,
        known,
        alone=np.array(platt(linear[sure], labels[sure], weights)),
        threshold=sigmoid(np.array([slope * carried(threshold, carry, final) + offset])),
        blend=np.array([slope, slope * plan.linear_share, offset]),
    )
    return DetectorReport(logits, threshold, by_source(sources, logits, labels, threshold), digest)


def _refuse(labels: Array, place: Array, unlabelled: int, plan: Plan) -> None:
    for k in range(plan.folds):
        crisis, rest = int(labels[place != k].sum()), int((place != k).sum())
        if not 0 < crisis < rest or rest == len(labels):
            raise ValueError(
                f"outside fold {k + 1} of {plan.folds} found {crisis} crisis of {rest} rows, {len(labels) - rest} rows in it;"
                f" expected rows of both labels outside and some inside: add sources, or ask for fewer folds"
            )
    if unlabelled < FEWEST_UNLABELLED:
        raise ValueError(
            f"found {unlabelled} texts with a null label, expected at least {FEWEST_UNLABELLED} to carry the threshold on:"
            f" add texts of the kind that will be judged"
        )


def _held_out(kept: Path, rest: Rows, asked: Sequence[str], start: str, plan: Plan) -> dict[str, Array]:
    """Return the texts' logits by a detector made of the other sources' rows: of `both` tiers and of `linear` alone; made once."""
    if not kept.exists():
        home = kept.with_suffix("")
        finetune(rest, start, home, plan.held_out)
        aside = kept.with_suffix(".part.npz")
        found = _judged(asked, partial(_read, home), linear_tier(rest), plan)
        np.savez(aside, both=found["both"], linear=found["linear"])
        aside.replace(kept)
    with np.load(kept, allow_pickle=False) as found:
        return {name: found[name] for name in ("both", "linear")}


def _encoder(known: Rows, unlabelled: Sequence[str], start: str, work: Path, plan: Plan) -> Path:
    """Return the folder of the encoder that reads as the mean of the plan's members, all of them made of all rows."""
    members = [work / f"member{k}" for k in range(len(plan.members))]
    for home, recipe in zip(members, plan.members, strict=True):
        if not (home / "done").exists():
            finetune(known, start, home, recipe)
            (home / "done").touch()
    one = work / "taught"
    if not (one / "done").exists():
        texts = [without_courtesy(text) for text in dict.fromkeys([*(str(row["text"]) for row in known), *unlabelled])]
        lesson = list(dict.fromkeys(judged_windows(texts)[0] + recombined(texts, plan.made_texts, plan.teaching.seed)))
        taught([Lesson(members, lesson)], one, plan.teaching)
        (one / "done").touch()
    return one


def _judged(texts: Sequence[str], encoder: Callable[[list[str]], Array], tier: LinearTier, plan: Plan) -> dict[str, Array]:
    """Return the highest logit of each text's windows: of `both` tiers together, and of the `linear` one alone."""
    pieces, owners = judged_windows([without_courtesy(text) for text in texts])
    linear = weighted_sums(pieces, tier.coefficient.astype(np.float32))[:, 0] + tier.bias
    return {"both": _highest(encoder(pieces) + plan.linear_share * linear, owners), "linear": _highest(linear, owners)}


def _highest(logits: Array, owners: Sequence[int]) -> Array:
    """Return the highest logit of each text, of those of its windows; `owners` ascend and leave no text out."""
    return np.maximum.reduceat(logits, np.searchsorted(owners, np.arange(owners[-1] + 1)))


def _read(member: Path, pieces: Sequence[str]) -> Array:
    transformers: Any = import_module("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(member)
    return read(loaded(member), tokenizer([plain(piece) for piece in pieces], truncation=True, max_length=MAX_TOKENS)["input_ids"])
