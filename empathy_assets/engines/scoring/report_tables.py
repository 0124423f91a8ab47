"""The training report as Markdown tables, for metadata and the model card.

Lives here: words and columns. Must not live here: the figures (`report`).
"""

from __future__ import annotations

from collections.abc import Sequence

from empathy_assets.engines.scoring.report import REPORT_FILE, Area, DetectorTable, ScorerTable, Share

_ABSENT = f"No training report is kept beside these weights ({REPORT_FILE} is absent); the model card says what is known of them."


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; bars inside a cell are escaped."""
    lines = [list(head), ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def interval(figure: Share | Area) -> str:
    """Return a figure with its 95 % interval, `-` where there is none."""
    return "-" if figure.value is None else f"{figure.value:.3f} ({figure.lower:.3f}-{figure.upper:.3f})"


def detector_tables(table: DetectorTable | None) -> str:
    """Return the tables per source and per category of the crisis detector; a sentence where no report is kept."""
    if table is None:
        return _ABSENT
    sources = [
        [
            row.source,
            str(row.sensitivity.n),
            str(row.specificity.n),
            interval(row.auc),
            interval(row.sensitivity),
            interval(row.specificity),
        ]
        for row in (*table.sources, *([table.pooled] if table.pooled else []))
    ]
    head = ["source", "crisis", "other", "AUC (95 %)", "sensitivity (95 %)", "specificity (95 %)"]
    parts = [f"Held out: {table.how}. Threshold: {table.threshold}.", markdown(head, sources)]
    if table.categories:
        found = [[row.category, str(row.recall.n), interval(row.recall)] for row in table.categories]
        parts.append(markdown(["category", "crisis", "recall (95 %)"], found))
    return "\n\n".join(parts)


def scorer_tables(table: ScorerTable | None) -> str:
    """Return the table per (component, source) of the EARS scorer; a sentence where no report is kept."""
    if table is None:
        return _ABSENT
    rows = [
        [
            row.component,
            row.source,
            str(row.rows),
            f"{row.share:.2f}",
            interval(row.auc),
            "-" if row.length_auc is None else f"{row.length_auc:.3f}",
            f"{row.calibration_error:.3f}",
        ]
        for row in table.heads
    ]
    head = ["component", "source", "rows", "share shown", "AUC (95 %)", "AUC of length alone", "calibration error"]
    return f"Held out: {table.how}.\n\n{markdown(head, rows)}"
