"""A second reading of labels: what a reader found in texts whose publishers had labelled them by forum, hashtag, keyword or not at all.

Lives here: the readings kept with the package, by a text's hash and never with the text, and putting them on labelled rows. Must not live
here: training, the sources' own labels, files of texts.

Method: annotation of every text by readers blind to source, label and score, by a written guide (`GUIDE`), each label sure or leaning.
Labels by forum alone had set the ceiling of what could be measured: of a support forum's posts two in five tell of a wish to die,
and of a crisis forum's one in six does not.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import MODELS_DIR
from empathy_assets.records.ids import digest, normalised

READINGS = MODELS_DIR / "training" / "second_reading.csv"

GUIDE = {
    "s": ("suicidality", 1),
    "h": ("self-harm", 1),
    "v": ("violence", 1),
    "a": ("abuse", 1),
    "p": ("psychosis", None),
    "c": ("panic", None),
    "u": ("substance", None),
    "e": ("eating-disorder", None),
    "n": ("", 0),
}
"""Code -> category and label; the first in this order that fits a text counts.

Suicidality (the writer's or that of somebody they are in contact with now): ideation, also passive, plan, farewell, recent attempt, request
for ways. Self-harm: now or recently, urges, ways. Violence: urges, plans, threats of the writer. Abuse: an act of abuse or assault
disclosed, now, or past and still weighing. Psychosis, panic, substance, eating disorder: acute, and none of the above; out of the label's
scope, so null. None: everything else, be it despair alone, idiom, irony, bereavement, negated, past and resolved, research, news, fiction,
advice.
"""

LEANING = 0.8
"""Certainty of a label that its reader leaned to, from 0.5 (a coin) to 1; of the others the recipe's smoothing says how sure they are."""

BEFORE = "label_before"
"""Field of a row that took the reading's label: the one it had."""

_KEY_HEX = 16  # 64 bits: no two of some ten thousand texts share one


def reading_key(text: str) -> str:
    """Return what a text is called among the readings: 16 hex digits, equal under case, white space and curly quotes."""
    return digest(normalised(text))[:_KEY_HEX]


def readings(path: Path = READINGS) -> dict[str, str]:
    """Return text key -> code of `GUIDE`, a capital where the reader was sure.

    Raises:
        ValueError: A line holds no code of the guide.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        found = {row["text"]: row["code"] for row in csv.DictReader(stream)}
    if odd := [f"{key} {code!r}" for key, code in found.items() if code.lower() not in GUIDE]:
        raise ValueError(f"{path.name} has the code {odd[0]}, expected one of {', '.join(GUIDE)} or its capital; mend the line")
    return found


def keep(codes: Mapping[str, str], path: Path = READINGS) -> None:
    """Write readings, text key -> code, in the order of their keys: the same readings give the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("text", "code"))
        writer.writerows(sorted(codes.items()))


def reread(rows: Sequence[Mapping[str, Any]], codes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows with what the second reading says of them.

    A label that its source is not sure of (`tier` other than `main`) or does not give is replaced, and so is its category. One to trust
    stays; where the reader contradicts it, it is only leaned to. A crisis out of the label's scope changes no label to trust and takes the
    others away.

    Args:
        rows: Mappings with `text`, and as a rule `label`, `source`, `category`, `tier`; no tier is `main`.
        codes: What `readings` returns.
    """
    return [_reread(row, codes.get(reading_key(str(row["text"])))) for row in rows]


def _reread(row: Mapping[str, Any], code: str | None) -> dict[str, Any]:
    if code is None:
        return dict(row)
    category, label = GUIDE[code.lower()]
    if row.get("tier", "main") == "main" and row.get("label") is not None:
        return {**row, "certainty": LEANING} if label is not None and label != row["label"] else dict(row)
    found = {**row, "category": category, "label": label, BEFORE: row.get("label")}
    return found if code.isupper() else {**found, "certainty": LEANING}


def certainties(rows: Sequence[Mapping[str, Any]], otherwise: float) -> NDArray[np.float64]:
    """Return how sure each row's label is, 0.5 (a coin) to 1: its field `certainty`, or `otherwise`."""
    return np.array([float(row.get("certainty", otherwise)) for row in rows])


def worth(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Return what each row's label is better than a coin, 0 to 1; 1 where it has no `certainty`."""
    return 2 * certainties(rows, 1.0) - 1
