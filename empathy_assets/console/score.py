"""The score command: stream JSONL through the two judges."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.score import score_rows


def run_score(source: Path, target: Path, console: Console) -> None:
    """Write one result per line of `source` to `target`, in order; a line that cannot be judged becomes an error row."""
    with (
        Progress(console=console, transient=True) as progress,
        source.open(encoding="utf-8", errors="replace") as lines,
        target.open("w", encoding="utf-8") as out,
    ):
        task = progress.add_task("scoring", total=source.stat().st_size)

        def rows() -> Iterator[dict[str, Any] | str]:
            for number, line in enumerate(lines, start=1):
                progress.advance(task, len(line.encode("utf-8", "replace")))
                if line.strip():
                    yield _row(line, number)

        for result in score_rows(rows(), load_detector(), load_scorer()):
            out.write(json.dumps(result, ensure_ascii=False) + "\n")


def _row(line: str, number: int) -> dict[str, Any] | str:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        return f"line {number} is not JSON: {error}"
    return row if isinstance(row, dict) else f"line {number} holds {type(row).__name__}, expected an object"
