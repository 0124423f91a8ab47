"""What the judges cost, and what the cheap tier may clear: `python -m empathy_assets_tests.benchmarks.judges [LABELLED.jsonl]`.

Without a file: loading, texts per second of one core on turns of about 25 word pieces put together here, and with `--rows N` the command
`empathy score` on N turns. A labelled JSONL (`text`, `label` 0 or 1) is timed likewise, its rows over and over for `--rows`; and for a grid
of `clear_below` it gives the share of texts the encoder is asked about, sensitivity and specificity at the policy's threshold with their
change against asking it always, and texts per second.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from empathy_assets_tests.benchmarks.measuring import timed

STEPS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of texts cleared that the grid stands for."""

WHO = ("My sister", "The neighbour", "Our teacher", "My flatmate", "The man at work", "My oldest friend", "Mum", "The landlord")
DID = ("came by", "called twice", "was up all night", "forgot the keys", "talked about the move", "cried on the stairs", "sold the car")
WHEN = ("on Sunday", "before the rain", "after the shift", "last winter", "while I was cooking", "around noon", "before the exam")
FELT = ("I did not know what to say", "it left me tired", "I laughed about it later", "I keep thinking about it", "nothing came of it")
THEN = ("so I went for a walk by the river", "and then we had soup", "which is more than I can carry right now", "and I wrote it all down")


def turns(count: int, seed: int = 1) -> list[str]:
    """Return `count` turns of about 25 word pieces, the two around each text included, nearly all different."""
    draw = random.Random(seed)
    parts = (WHO, DID, WHEN, FELT, THEN)
    return [" ".join(draw.choice(part) for part in parts) + f" {draw.randrange(10**5)}" for _ in range(count)]


def labelled(path: Path) -> list[tuple[str, int]]:
    """Return (text, label) of the rows of a labelled JSONL that have a label."""
    rows = [row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()) if row.get("label") is not None]
    return [(str(row["text"]), int(row["label"])) for row in rows]


class Counted:
    """An encoder that counts the texts it is asked about."""

    def __init__(self, encoder: Any) -> None:
        self.encoder, self.asked = encoder, 0

    def logits(self, texts: Sequence[str]) -> Any:
        self.asked += len(texts)
        return self.encoder.logits(texts)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def pace(name: str, judge: Callable[[list[str]], Any], texts: list[str], bar: str = "") -> None:
    """Print how many texts a second of one core judges: CPU time of all threads together."""
    judge(texts[:32])
    began = time.process_time()
    judge(texts)
    say(f"{name:<44} {len(texts) / (time.process_time() - began):8.0f} per second and core{bar}")


def load() -> None:
    """Print how long either judge takes to load in a process that has just started."""
    for name, module, call in (("detector", "crisis", "load_detector"), ("scorer", "ears", "load_scorer")):
        code = (
            f"import time; from empathy_assets.engines.scoring.{module} import {call}; import onnxruntime, tokenizers;"
            f" began = time.perf_counter(); {call}(); print(time.perf_counter() - began)"
        )
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        say(f"{'load of the ' + name:<44} {float(done.stdout):8.2f} s (bar 1 s)")


def speed(texts: list[str], name: str) -> None:
    """Print texts per second of one core: the encoder alone, the cheap tier alone, both, what `empathy score` asks, the scorer."""
    from empathy_assets.engines.scoring.bundle import MODELS_DIR, weight_bytes
    from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE, load_detector
    from empathy_assets.engines.scoring.ears import load_scorer
    from empathy_assets.engines.scoring.encoder import MAX_TOKENS, Encoder
    from empathy_assets.engines.scoring.runtime import tokenizer
    from empathy_assets.engines.scoring.score import score_rows

    detector, scorer = load_detector(), load_scorer()
    pieces = weight_bytes(TOKENIZER_FILE, MODELS_DIR)
    encoder = Encoder(weight_bytes(ENCODER_FILE, MODELS_DIR), pieces, threads=1)
    cut = tokenizer(pieces, MAX_TOKENS)
    lengths = [len(encoding.ids) for encoding in cut.encode_batch_fast(texts)]
    flagged = float(np.mean(detector.score(texts) >= detector.threshold))
    say(f"\n{name}: {len(texts)} texts of {np.mean(lengths):.1f} word pieces, {flagged:.1%} flagged")
    bar = " (floor 500, goal 2,000 at 25 word pieces)"
    pace("cut into word pieces", cut.encode_batch_fast, texts)
    pace("crisis: cheap tier alone", detector.screen, texts)
    pace("crisis: encoder alone", encoder.logits, texts)
    pace("crisis: detector", detector.score, texts, bar)
    pace("crisis: rows of the command, spans included", lambda few: list(score_rows([{"text": t} for t in few], detector, scorer)), texts)
    pace("EARS: pairs of turns, every one read", lambda few: scorer.turns(few, [*few[1:], few[0]]), texts)


def command(texts: list[str], count: int, processes: int) -> None:
    """Print the time and the memory of the whole command on `count` rows, and what 100,000 take at that pace."""
    from rich.console import Console

    from empathy_assets.console.score import run_score

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        # A number makes each row another text: none is judged once for many.
        numbered = (f"{texts[i % len(texts)]} {i}" if i >= len(texts) else texts[i] for i in range(count))
        source.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(numbered)), encoding="utf-8")
        with timed([], f"empathy score, {processes} process(es)") as step:
            done = run_score(source, target, Console(stderr=True, quiet=True), processes)
            step.rows, step.text_mb = count, source.stat().st_size / 1e6
    say(f"{'  100,000 rows at that pace':<44} {100_000 * done['seconds'] / count:8.0f} s (bar 120 s on 2 cores, 1,500 MB)")


def cascade(path: Path) -> None:
    """Print the grid of `clear_below` on a labelled JSONL."""
    from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, weight_bytes
    from empathy_assets.engines.scoring.crisis import ENCODER_FILE, LINEAR_FILE, TOKENIZER_FILE, CrisisDetector
    from empathy_assets.engines.scoring.encoder import Encoder

    rows = labelled(path)
    texts, labels = [text for text, _ in rows], np.array([label for _, label in rows]) > 0
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
    load()
    workloads = {"turns put together": turns(max(given.turns, 32))}
    if given.labelled:
        workloads["labelled texts"] = [text for text, _ in labelled(given.labelled)]
    for name, texts in workloads.items():
        speed(texts, name)
        for processes in (1, 2) if given.rows else ():
            command(texts, given.rows, processes)
    if given.labelled:
        cascade(given.labelled)


if __name__ == "__main__":
    main()
