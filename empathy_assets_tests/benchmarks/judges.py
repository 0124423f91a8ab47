"""Throughput of the crisis detector and what the cheap tier may clear: `python -m empathy_assets_tests.benchmarks.judges [LABELLED.jsonl]`.

Without a file it times turns put together here. With a labelled JSONL (`text`, `label` 0 or 1) it also prints, for a grid of
`clear_below`: the share of texts the encoder is asked about, sensitivity and specificity at the policy's threshold with their change
against asking it always, and texts per second.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

STEPS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of texts cleared that the grid stands for."""

WHO = ("My sister", "The neighbour", "Our teacher", "My flatmate", "The man at work", "My oldest friend", "Mum", "The landlord")
DID = ("came by", "called twice", "was up all night", "forgot the keys", "talked about the move", "cried on the stairs", "sold the car")
WHEN = ("on Sunday", "before the rain", "after the shift", "last winter", "while I was cooking", "around noon", "before the exam")
FELT = ("I did not know what to say", "it left me tired", "I laughed about it later", "I keep thinking about it", "nothing came of it")
THEN = ("so I went for a walk by the river", "and then we had soup", "which is more than I can carry right now", "and I wrote it all down")


def turns(count: int, seed: int = 1) -> list[str]:
    """Return `count` turns of about 25 word pieces, nearly all different."""
    draw = random.Random(seed)
    parts = (WHO, DID, WHEN, FELT, THEN)
    return [" ".join(draw.choice(part) for part in parts) + f", number {draw.randrange(10**6)}." for _ in range(count)]


class Counted:
    """An encoder that counts the texts it is asked about."""

    def __init__(self, encoder: Any) -> None:
        self.encoder, self.asked = encoder, 0

    def logits(self, texts: Sequence[str]) -> Any:
        self.asked += len(texts)
        return self.encoder.logits(texts)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def speed(count: int) -> None:
    """Print load time and texts per second of one core, encoder alone and detector."""
    from empathy_assets.engines.scoring.bundle import MODELS_DIR, weight_bytes
    from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE, load_detector
    from empathy_assets.engines.scoring.encoder import Encoder

    began = time.perf_counter()
    detector = load_detector()
    say(f"model load                     {time.perf_counter() - began:8.2f} s")
    encoder = Encoder(weight_bytes(ENCODER_FILE, MODELS_DIR), weight_bytes(TOKENIZER_FILE, MODELS_DIR), threads=1)
    texts = turns(count)
    for name, judge in (("encoder alone", encoder.logits), ("cheap tier alone", detector.screen), ("detector", detector.score)):
        judge(texts[:32])
        began = time.process_time()  # time of all threads together: what one core would take
        judge(texts)
        say(f"{name:<30} {count / (time.process_time() - began):8.0f} texts per second and core")
    from empathy_assets.engines.scoring.ears import load_scorer

    began = time.perf_counter()
    scorer = load_scorer()
    say(f"scorer load                    {time.perf_counter() - began:8.2f} s")
    scorer.turns(texts[:32], texts[1:33])
    began = time.process_time()
    scorer.turns(texts, [*texts[1:], texts[0]])
    say(f"{'scorer':<30} {count / (time.process_time() - began):8.0f} pairs of turns per second and core")


def command(count: int, processes: int) -> None:
    """Print the time of the whole command on `count` turns."""
    from rich.console import Console

    from empathy_assets.console.score import run_score

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        source.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(turns(count))))
        done = run_score(source, target, Console(stderr=True), processes)
    peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    say(f"empathy score, {processes} process(es)    {done['rows_per_second']:8.0f} rows per second; {done['seconds']:.1f} s for {count}")
    say(f"peak memory                    {peak[0]:8.0f} MB, largest child {peak[1]:.0f} MB")


def cascade(path: Path) -> None:
    """Print the grid of `clear_below` on a labelled JSONL."""
    from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, weight_bytes
    from empathy_assets.engines.scoring.crisis import ENCODER_FILE, LINEAR_FILE, TOKENIZER_FILE, CrisisDetector
    from empathy_assets.engines.scoring.encoder import Encoder

    rows = [row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()) if row.get("label") is not None]
    texts, labels = [str(row["text"]) for row in rows], np.array([row["label"] for row in rows]) > 0
    weights = arrays(weight_bytes(LINEAR_FILE, MODELS_DIR))
    encoder = Encoder(weight_bytes(ENCODER_FILE, MODELS_DIR), weight_bytes(TOKENIZER_FILE, MODELS_DIR))

    def measured(clear_below: float) -> tuple[Any, int, float]:
        counted = Counted(encoder)
        began = time.process_time()
        scores = CrisisDetector(weights, counted, "benchmark", clear_below).score(texts)
        return scores, counted.asked, len(texts) / (time.process_time() - began)

    detector = CrisisDetector(weights, None, "cheap tier")
    logits = detector.student(texts)
    always, most, _ = measured(-np.inf)
    say(f"\n{len(texts)} texts, {int(labels.sum())} crisis, threshold {detector.threshold}; {most} windows shown to the encoder")
    never = logits[always >= detector.threshold]
    if len(never):
        say(f"lowest student logit of a text the encoder flags: {never.min():.3f} ({np.mean(logits < never.min()):.1%} of texts lie below)")
    say("clear_below  to encoder  sensitivity  change  specificity  change  texts/s and core")
    base = rates(always >= detector.threshold, labels)
    for share in STEPS:
        bound = float(np.quantile(logits, share)) if share else -np.inf
        scores, asked, pace = measured(bound)
        found = rates(scores >= detector.threshold, labels)
        say(
            f"{bound:11.3f} {asked / max(most, 1):11.1%} {found[0]:12.4f} {found[0] - base[0]:+7.4f}"
            f" {found[1]:12.4f} {found[1] - base[1]:+7.4f} {pace:10.0f}"
        )


def rates(flagged: Any, labels: Any) -> tuple[float, float]:
    """Return (sensitivity, specificity); nan where a label is absent."""
    positive, negative = flagged[labels], ~flagged[~labels]
    return (float(positive.mean()) if len(positive) else float("nan"), float(negative.mean()) if len(negative) else float("nan"))


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", nargs="?", type=Path)
    parser.add_argument("--turns", type=int, default=2000, help="turns the engines are timed on")
    parser.add_argument("--rows", type=int, default=0, help="rows `empathy score` is timed on, once per number of processes")
    given = parser.parse_args()
    if given.turns:
        speed(given.turns)
    for processes in (1, 2) if given.rows else ():
        command(given.rows, processes)
    if given.labelled:
        cascade(given.labelled)


if __name__ == "__main__":
    main()
