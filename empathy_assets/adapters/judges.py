"""The two judges as files: bundled weights or weights trained from the user's labelled JSONL, kept by content hash.

Lives here: reading labelled files, where trained weights lie. Must not live here: features, training or certification (engines).
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from empathy_assets.adapters.identity import tree_sha256
from empathy_assets.engines import scoring
from empathy_assets.engines.certifying.certificate import certify
from empathy_assets.engines.scoring.bundle import MODELS_DIR, checksums
from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.train import train_detector
from empathy_assets.engines.scoring.train_ears import train_scorer
from empathy_assets.policy.load import POLICY_DIR, number
from empathy_assets.records.ids import digest
from empathy_assets.records.judge import Judge

BENCHMARK = POLICY_DIR / "benchmarks" / "crisis.jsonl"
CARD = "card.md"

Train = Callable[[list[dict[str, Any]], Path], object]


class LabelledDataError(ValueError):
    """A labelled JSONL file is missing or has a line that is no JSON object."""


def read_labelled(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a labelled JSONL file.

    Raises:
        LabelledDataError: The file is missing, or a line is not a JSON object; the line is named.
    """
    if not path.exists():
        raise LabelledDataError(f"labelled data not found at {path}; expected a JSONL file. Correct the path or unset the variable.")
    rows: list[dict[str, Any]] = []
    for number_, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise LabelledDataError(f"{path.name} line {number_} is not JSON: {error}. Mend or remove the line.") from error
        if not isinstance(row, dict):
            raise LabelledDataError(f"{path.name} line {number_} holds {type(row).__name__}, expected an object. Mend or remove the line.")
        rows.append(row)
    return rows


def _trained(name: str, data: str, folder: Path, train: Train) -> Path:
    """Return the folder of the weights trained from `data`; trains once per content of the file and version of the trainer."""
    path = Path(data).expanduser()
    rows = read_labelled(path)
    trainer = tree_sha256(Path(scoring.__file__).parent)  # other features or another trainer make other weights
    home = folder / f"{name}-{digest(hashlib.sha256(path.read_bytes()).hexdigest(), trainer)[:16]}"
    if not home.exists():
        aside = home.with_name(f".{home.name}.part")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        train(rows, aside)
        aside.replace(home)
    return home


def _weights_sha256(folder: Path) -> str:
    return digest(*(f"{name}:{sha}" for name, sha in sorted(checksums(folder).items())))


def _card(folder: Path) -> str:
    path = folder / CARD
    return path.read_text(encoding="utf-8") if path.exists() else ""


def detector_judge(data: str, benchmark: str, folder: Path) -> Judge:
    """Return the crisis detector, certified.

    Args:
        data: Labelled JSONL to train from; empty for the bundled weights.
        benchmark: Labelled JSONL to certify on; empty for the bundled benchmark.
        folder: Where trained weights are kept.
    """
    home = _trained("crisis", data, folder, train_detector) if data else MODELS_DIR
    detector = load_detector(home)
    certificate = certify(detector, read_labelled(Path(benchmark).expanduser() if benchmark else BENCHMARK))
    return Judge(
        name="crisis_detector",
        version=detector.version,
        weights_uri=str(home) if data else "",
        weights_sha256=_weights_sha256(home),
        threshold=detector.threshold,
        severe_threshold=detector.severe_threshold,
        certificate=certificate.model_dump_json(),
        passed=certificate.passed,
        card=_card(home),
    )


def scorer_judge(data: str, folder: Path) -> Judge:
    """Return the EARS scorer.

    Args:
        data: Labelled JSONL to train from; empty for the bundled weights.
        folder: Where trained weights are kept.
    """
    home = _trained("ears", data, folder, train_scorer) if data else MODELS_DIR
    scorer = load_scorer(home)
    return Judge(
        name="ears_scorer",
        version=scorer.version,
        weights_uri=str(home) if data else "",
        weights_sha256=_weights_sha256(home),
        threshold=number("gates", "ears.min"),
        passed=True,
        card=_card(home),
    )
