"""Labelled JSONL as users keep it: one file or a folder of files, every row checked before anything is trained or certified on it.

Lives here: reading and refusing, with the file and line. Must not live here: what is done with the rows.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from empathy_assets.engines.scoring.ears import COMPONENTS

Row = dict[str, Any]
Complaint = Callable[[Row], str]
"""Says what is wrong with a row, found and expected; empty when nothing is."""

_LABELS = "1 (crisis), 0 (not) or null (left out)"


class LabelledDataError(ValueError):
    """Labelled data is missing, or a line of it is not what is needed; says where, what was found and the remedy."""


def labelled_files(path: Path) -> list[Path]:
    """Return the JSONL files of `path`: itself, or those of a folder by name.

    Raises:
        LabelledDataError: There is none.
    """
    if path.is_dir():
        found = sorted(path.glob("*.jsonl"))
        if not found:
            raise LabelledDataError(f"no *.jsonl file in the folder {path}; put labelled JSONL there or name another path.")
        return found
    if not path.exists():
        raise LabelledDataError(f"labelled data not found at {path}; expected a JSONL file. Correct the path or unset the variable.")
    return [path]


def content_sha256(path: Path) -> str:
    """Return the SHA-256 over the bytes of all files of `path`, in order."""
    h = hashlib.sha256()
    for file in labelled_files(path):
        h.update(hashlib.sha256(file.read_bytes()).digest())
    return h.hexdigest()


def read_labelled(path: Path, complaint: Complaint = lambda _: "") -> list[Row]:
    """Return the rows of a labelled JSONL file or of a folder of them.

    Args:
        path: File or folder.
        complaint: Says what is wrong with a row.

    Raises:
        LabelledDataError: A file is missing or not UTF-8, a line is not a JSON object, or there is a complaint; the line is named.
    """
    return [row for file in labelled_files(path) for row in _rows(file, complaint)]


def _rows(file: Path, complaint: Complaint) -> list[Row]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelledDataError(f"{file.name} is not UTF-8 text (byte {error.start}); save it as UTF-8 JSONL.") from None
    rows: list[Row] = []
    for number, line in enumerate(text.split("\n"), start=1):  # not splitlines: a JSON string may hold U+2028 as it is
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise LabelledDataError(f"{file.name} line {number} is not JSON: {error}. Mend or remove the line.") from None
        if not isinstance(row, dict):
            raise LabelledDataError(f"{file.name} line {number} holds {type(row).__name__}, expected an object. Mend or remove the line.")
        if wrong := complaint(row):
            raise LabelledDataError(f"{file.name} line {number} {wrong}. Mend or remove the line.")
        rows.append(row)
    return rows


def crisis_complaint(row: Row) -> str:
    """Return what is wrong with a row labelled for crisis."""
    if not isinstance(row.get("text"), str) or not row["text"].strip():
        return f"has no text: found {_found(row, 'text')}, expected a string that is not empty"
    if "label" not in row:
        return f"has no label: found the fields {sorted(map(str, row))}, expected `label` with {_LABELS}"
    if row["label"] is not None and row["label"] not in (0, 1):
        return f"has the label {_found(row, 'label')}, expected {_LABELS}"
    return ""


def ears_complaint(row: Row) -> str:
    """Return what is wrong with a row labelled for EARS components."""
    if not isinstance(row.get("response"), str):
        return f"has no response: found {_found(row, 'response')}, expected a string"
    labels = row.get("labels")
    if not isinstance(labels, dict):
        return f"has the labels {_found(row, 'labels')}, expected an object of component -> 1 (shown), 0 (not) or null"
    # Other labels (a quality, a level) may stand beside the components; nothing reads them.
    if odd := [c for c in COMPONENTS if not _share(labels.get(c))]:
        return f"has {odd[0]} labelled {_found(labels, odd[0])}, expected 1 (shown), 0 (not), a share between them, or null"
    if not isinstance(row.get("context") or [], list) or any(not isinstance(turn, dict) for turn in row.get("context") or []):
        return f"has the context {_found(row, 'context')}, expected a list of objects with role and content"
    return ""


def read_benchmark(path: Path) -> list[Row]:
    """Return the rows of a benchmark of crisis texts, fit to certify on.

    Raises:
        LabelledDataError: As `read_labelled`; or no row has a label, or all have the same.
    """
    rows = read_labelled(path, crisis_complaint)
    crisis = sum(1 for row in rows if row["label"] is not None and row["label"])
    other = sum(1 for row in rows if row["label"] is not None and not row["label"])
    if not crisis or not other:
        state = f"{len(rows)} rows, {crisis} crisis and {other} other texts with a label"
        raise LabelledDataError(f"benchmark {path.name} has {state}; both kinds are needed. Add rows with label 1 and rows with label 0.")
    return rows


def _share(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and 0 <= value <= 1)


def _found(row: Row, field: str) -> str:
    said = json.dumps(row.get(field), ensure_ascii=False)
    return said if len(said) <= 40 else said[:39] + "…"
