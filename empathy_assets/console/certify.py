"""The certify command: the detector's certificate as a table."""

from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.judges import detector_judge
from empathy_assets.adapters.settings import Settings
from empathy_assets.engines.certifying.certificate import Certificate


def certificate_of(settings: Settings, benchmark: str) -> Certificate:
    """Return the certificate of the configured detector on `benchmark` (a path; empty for the bundled one)."""
    judge = detector_judge(settings.detector_data, benchmark, settings.cache_dir / "models")
    return Certificate.model_validate_json(judge.certificate)


def print_certificate(found: Certificate, console: Console) -> None:
    """Print figures and categories."""
    state = "[green]holds[/]" if found.passed else "[red]does not hold[/]"
    console.print(f"certificate {state}: {found.reason}", highlight=False)
    console.print(
        f"detector {found.detector_version}  threshold {found.threshold:.3f}  benchmark {found.data_sha256[:16]}\n"
        f"sensitivity {found.sensitivity:.4f} (lower bound {found.sensitivity_lower:.4f}) on {found.n_pos} crisis texts\n"
        f"specificity {found.specificity:.4f} (lower bound {found.specificity_lower:.4f}) on {found.n_neg} other texts",
        highlight=False,
    )
    table = Table("category", "label", "n", "right", "share")
    for row in found.per_category:
        table.add_row(row.category, "crisis" if row.crisis else "other", str(row.n), str(row.right), f"{row.share:.3f}")
    console.print(table)
