"""The certify command: the detector's certificate as a table."""

from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.judges import certified_detector
from empathy_assets.adapters.settings import Settings
from empathy_assets.engines.certifying.certificate import Certificate


def certificate_of(settings: Settings, benchmark: str) -> Certificate:
    """Return the certificate of the configured detector on `benchmark` (a path; empty for the bundled one).

    Raises:
        LabelledDataError: The benchmark or the training data cannot be used; file, line and remedy are named.
    """
    folder = settings.cache_dir / "models"
    data, network = settings.detector_data, settings.detector_network
    return certified_detector(data, benchmark, folder, settings.tier, engine=settings.engine, network=network).measurement.certificate


def print_certificate(found: Certificate, console: Console) -> None:
    """Print identity, figures with their 95 % intervals, and the share judged rightly per category."""
    state = "[green]holds[/]" if found.passed else "[red]does not hold[/]"
    area = "" if found.auc is None else f"AUC {found.auc:.4f}, calibration error {found.calibration_error or 0.0:.3f}\n"
    console.print(f"certificate {state}: {found.reason}", highlight=False)
    console.print(
        f"detector {found.detector_version}  threshold {found.threshold:.3f}  benchmark {found.data_sha256[:16]}\n"
        f"sensitivity {found.sensitivity:.4f} ({found.sensitivity_lower:.4f}-{found.sensitivity_upper:.4f}) on {found.n_pos} crisis texts\n"
        f"specificity {found.specificity:.4f} ({found.specificity_lower:.4f}-{found.specificity_upper:.4f}) on {found.n_neg} other texts\n"
        f"{area}intervals: 95 %, Wilson",
        highlight=False,
    )
    for crisis, figure in ((True, "recall"), (False, "specificity")):
        table = Table(f"{'crisis' if crisis else 'other'} category", "n", "right", figure, "95 %")
        for row in found.per_category:
            if row.crisis is crisis:
                table.add_row(row.category or "-", str(row.n), str(row.right), f"{row.share:.3f}", f"{row.lower:.3f}-{row.upper:.3f}")
        console.print(table)
