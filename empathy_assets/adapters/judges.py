"""The two judges as files: bundled weights or weights trained from the user's labelled JSONL, kept by content hash.

Lives here: where weights, their report and their card lie, and which benchmark certifies. Must not live here: reading labelled rows
(`labelled`), features, training or certification (engines).
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.identity import code_sha256, tree_sha256
from empathy_assets.adapters.labelled import (
    Complaint,
    LabelledDataError,
    Row,
    content_sha256,
    crisis_complaint,
    ears_complaint,
    read_benchmark,
    read_labelled,
)
from empathy_assets.engines import scoring
from empathy_assets.engines.certifying.certificate import benchmark_sha256, labelled
from empathy_assets.engines.certifying.measure import Measurement, measured
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.checking.judges import certificate_holds
from empathy_assets.engines.scoring.bundle import MODELS_DIR, checksums, weights_folder
from empathy_assets.engines.scoring.card import CARD_FILE, detector_card, scorer_card
from empathy_assets.engines.scoring.crisis import CrisisDetector, load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.report import (
    DetectorTable,
    ScorerTable,
    TrainingReport,
    detector_table,
    read_report,
    scorer_table,
    write_report,
)
from empathy_assets.engines.scoring.retrain import Plan, retrain
from empathy_assets.engines.scoring.second_reading import READINGS, readings, reread
from empathy_assets.engines.scoring.tier import Engine, Tier
from empathy_assets.engines.scoring.train import train_detector
from empathy_assets.engines.scoring.train_ears import train_scorer
from empathy_assets.policy.load import POLICY_DIR, number
from empathy_assets.records.ids import digest, file_sha256
from empathy_assets.records.judge import Judge

BENCHMARK = POLICY_DIR / "benchmarks" / "crisis.jsonl"

NETWORK_FILE = "model.safetensors"

Train = Callable[[list[Row], Path], object]


@dataclass(frozen=True)
class CertifiedDetector:
    """The crisis detector with what was measured on the benchmark, and its training table where one is kept beside the weights."""

    judge: Judge
    measurement: Measurement
    texts: list[str]
    training: DetectorTable | None


@dataclass(frozen=True)
class ReportedScorer:
    """The EARS scorer with its training table where one is kept beside the weights."""

    judge: Judge
    training: ScorerTable | None


def _trained(name: str, data: str, folder: Path, complaint: Complaint, train: Train, *besides: str) -> Path:
    """Return the folder of the weights trained from `data`; trains once per content of the rows, version of the trainer and `besides`."""
    path = Path(data).expanduser()
    trainer = tree_sha256(Path(scoring.__file__).parent)  # other features or another trainer make other weights
    home = folder / f"{name}-{digest(content_sha256(path), trainer, *besides)[:16]}"
    if not home.exists():
        rows = read_labelled(path, complaint)
        aside = home.with_name(f".{home.name}.part")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        train(rows, aside)
        aside.replace(home)
        shutil.rmtree(_work(aside), ignore_errors=True)
    return home


def _work(aside: Path) -> Path:
    """Return where training leaves what it has made so far, so that an interrupted run goes on."""
    return aside.with_suffix(".work")


def _train_detector(rows: list[Row], folder: Path, network: str = "") -> None:
    """Write weights, report and card of a crisis detector; a label that its source is not sure of is that of the second reading."""
    rows = reread(rows, readings())
    found = retrain(rows, network, folder, _work(folder), Plan()) if network else train_detector(rows, folder)
    table = detector_table(found, rows)
    write_report(folder, TrainingReport(crisis_detector=table))
    (folder / CARD_FILE).write_text(detector_card(table, rows, encoder=bool(network)), encoding="utf-8")


def _network(named: str, data: str) -> tuple[str, str]:
    """Return (folder, SHA-256) of the network an encoder is made from; empty where none is named.

    Raises:
        LabelledDataError: There are no rows to train it on, or no network.
        ModuleNotFoundError: The `gpu` extra is not installed.
    """
    if not named:
        return "", ""
    if not data:
        raise LabelledDataError(f"a network to start from is named ({named}), but no labelled rows; set EMPATHY_DETECTOR_DATA as well.")
    folder = Path(named).expanduser()
    if not (folder / NETWORK_FILE).exists():
        raise LabelledDataError(f"no {NETWORK_FILE} in {folder}; expected a network in the transformers layout. Correct the path.")
    if not find_spec("torch"):
        raise ModuleNotFoundError("torch is not installed; EMPATHY_DETECTOR_NETWORK needs the extra: uv sync --extra gpu")
    return str(folder), file_sha256(folder / NETWORK_FILE)


def _train_scorer(rows: list[Row], folder: Path) -> None:
    """Write weights, report and card of an EARS scorer."""
    found = train_scorer(rows, folder)
    table = scorer_table(found, rows, found.held_out)
    write_report(folder, TrainingReport(ears_scorer=table))
    (folder / CARD_FILE).write_text(scorer_card(table, rows), encoding="utf-8")


def _weights_sha256(folder: Path) -> str:
    return digest(*(f"{name}:{sha}" for name, sha in sorted(checksums(folder).items())))


def _card(folder: Path) -> str:
    path = folder / CARD_FILE
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _benchmark(benchmark: str) -> list[Row]:
    return read_benchmark(Path(benchmark).expanduser() if benchmark else BENCHMARK)


def certificate_in_force(judge: Judge, benchmark: str, tier: Tier, engine: Engine = "onnx") -> Finding:
    """Return whether the stored detector's certificate holds for what is in use now: weights, threshold and benchmark.

    Args:
        judge: The detector as its asset stored it.
        benchmark: Labelled JSONL that is configured now; empty for the bundled benchmark.
        tier: Tier of the judges that is configured now.
        engine: What runs the encoders now.

    Raises:
        LabelledDataError: The benchmark cannot be certified on.
        WeightsError: The weights are gone or were changed.
    """
    in_use = load_detector(weights_folder(judge.weights_uri), tier, engine)
    data = benchmark_sha256(labelled(_benchmark(benchmark)))
    return certificate_holds(judge, version=in_use.version, threshold=in_use.threshold, data_sha256=data)


def certified_detector(
    data: str,
    benchmark: str,
    folder: Path,
    tier: Tier = "cascade",
    memory: FrameCache | None = None,
    engine: Engine = "onnx",
    network: str = "",
) -> CertifiedDetector:
    """Return the crisis detector, certified, with what was measured.

    Args:
        data: Labelled JSONL (a file or a folder of files) to train from; empty for the bundled weights.
        benchmark: Labelled JSONL to certify on; empty for the bundled benchmark.
        folder: Where trained weights are kept.
        tier: Who judges the conversations of a build.
        memory: Where scores of the benchmark are kept, by weights, benchmark, code and policy; None: it is scored anew.
        engine: What runs the encoder: it is certified as it will judge.
        network: Folder of a pre-trained network that an encoder is made from (extra `gpu`); empty: trained weights have no encoder.

    Raises:
        LabelledDataError: Rows cannot be trained or certified on, or the network is none; file and line are named.
    """
    rows = labelled(_benchmark(benchmark))
    start, identity = _network(network, data)
    train = partial(_train_detector, network=start)
    home = _trained("crisis", data, folder, crisis_complaint, train, file_sha256(READINGS), identity) if data else MODELS_DIR
    detector = load_detector(home, tier, engine)
    weights = _weights_sha256(home)
    found = _measured(detector, rows, weights, memory)
    judge = Judge(
        name="crisis_detector",
        version=detector.version,
        weights_uri=str(home) if data else "",
        weights_sha256=weights,
        threshold=detector.threshold,
        severe_threshold=detector.severe_threshold,
        certificate=found.certificate.model_dump_json(),
        passed=found.certificate.passed,
        card=_card(home),
    )
    report = read_report(home)
    return CertifiedDetector(judge, found, [row["text"] for row in rows], report.crisis_detector if report else None)


def _measured(detector: CrisisDetector, rows: Sequence[Mapping[str, Any]], weights: str, memory: FrameCache | None) -> Measurement:
    """Return the measurement on labelled rows; a text is scored again only where something that could change its score is another."""
    texts = [str(row["text"]) for row in rows]

    def compute() -> pl.DataFrame:
        return pl.DataFrame({"score": detector.score(texts), "linear": detector.screen(texts)})

    libraries = ("numpy", "onnxruntime", "tokenizers")
    kept = memory.get("certified", weights, detector.version, code_sha256(*libraries), *texts, compute=compute) if memory else compute()
    return measured(detector, rows, kept["score"].to_numpy(), kept["linear"].to_numpy())


def reported_scorer(data: str, folder: Path, tier: Tier = "cascade", engine: Engine = "onnx") -> ReportedScorer:
    """Return the EARS scorer with its training table.

    Args:
        data: Labelled JSONL (a file or a folder of files) to train from; empty for the bundled weights.
        folder: Where trained weights are kept.
        tier: Who judges the conversations of a build.
        engine: What runs the encoder.

    Raises:
        LabelledDataError: Rows cannot be trained on; file and line are named.
    """
    home = _trained("ears", data, folder, ears_complaint, _train_scorer) if data else MODELS_DIR
    scorer = load_scorer(home, tier, engine)
    judge = Judge(
        name="ears_scorer",
        version=scorer.version,
        weights_uri=str(home) if data else "",
        weights_sha256=_weights_sha256(home),
        threshold=number("gates", "ears.min"),
        passed=True,
        card=_card(home),
    )
    report = read_report(home)
    return ReportedScorer(judge, report.ears_scorer if report else None)
