"""The model card of weights trained from the user's own rows.

Lives here: what such a card says, in Markdown. Must not live here: the bundled weights' card, which is kept by hand beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from empathy_assets.engines.scoring.report import NOT_STATED, DetectorTable, ScorerTable, licences
from empathy_assets.engines.scoring.report_tables import detector_tables, markdown, scorer_tables
from empathy_assets.engines.scoring.second_reading import BEFORE

CARD_FILE = "card.md"

_SILENT = (NOT_STATED, "none", "unknown")
"""Beginnings of what rows say where no licence is known."""

_WITHOUT_ENCODER = """\
* Hashed n-grams with linear weights, no encoder: word order beyond three words and anything said between the lines is out of reach.
"""

_WITH_ENCODER = """\
* An encoder made from a pre-trained network, with hashed n-grams beside it: two members taught to one. Of the figures above each fold's
  detector had one member; the threshold was carried from them to this detector on the rows without a label.
"""

_DETECTOR_LIMITS = """\
* The language and the disclosure styles of the sources above; everything else is a guess. The certificate on a benchmark that was not
  trained on says how far to trust it.
* The threshold was read on these rows, each judged by weights that saw none of its source; it is kept with the weights and decides what is
  flagged. `crisis.threshold` in `policy/judges.toml` belongs to the bundled weights alone.
* Scores are calibrated on held-out rows of these sources, not on the prevalence of your texts.
* A source's labels may be weak (by forum, keyword or hashtag): its row above is then a figure about the labels as well. Rows that
  say so (`tier` other than `main`) or have no label took that of the second reading kept in the package, where it knows the text."""

_SCORER_LIMITS = """\
* One linear head per (source, component): a component that few sources label is judged by few heads.
* Folds divide conversations, not sources: an unseen source will be judged worse than the table says.
* Figures of a head with few rows are wide; read the interval, and compare with what the length of the reply reaches alone."""


def detector_card(table: DetectorTable, rows: Sequence[Mapping[str, Any]], *, encoder: bool = False) -> str:
    """Return the card of a crisis detector trained from `rows`, with an `encoder` or without."""
    counted = Counter((str(row.get("source") or "unnamed"), _label(row)) for row in rows)
    anew = Counter(str(row.get("source") or "unnamed") for row in rows if BEFORE in row and row[BEFORE] != row.get("label"))
    sources = [
        [source, licence, *(str(counted[source, label]) for label in ("crisis", "other", "unlabelled")), str(anew[source])]
        for source, licence in licences(rows).items()
    ]
    limits = (_WITH_ENCODER if encoder else _WITHOUT_ENCODER) + _DETECTOR_LIMITS
    head = ["source", "licence, as the rows state it", "crisis", "other", "unlabelled", "labelled anew by the second reading"]
    return _card("Crisis detector", markdown(head, sources), detector_tables(table), limits, "EMPATHY_DETECTOR_DATA", rows)


def scorer_card(table: ScorerTable, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the card of an EARS scorer trained from `rows`."""
    counted = Counter(str(row.get("source") or "unnamed") for row in rows)
    sources = [[source, licence, str(counted[source])] for source, licence in licences(rows).items()]
    head = ["source", "licence, as the rows state it", "rows"]
    return _card("EARS scorer", markdown(head, sources), scorer_tables(table), _SCORER_LIMITS, "EMPATHY_SCORER_DATA", rows)


def _card(name: str, sources: str, figures: str, limits: str, variable: str, rows: Sequence[Mapping[str, Any]]) -> str:
    silent = [source for source, licence in licences(rows).items() if licence.lower().startswith(_SILENT)]
    warning = f"\n\nNo licence is stated for: {', '.join(silent)}. Ask their publishers before you pass these weights on." if silent else ""
    return f"""\
# Model card: {name}, trained from your own rows

## Training sources
{sources}{warning}

## Figures on rows held out
{figures}

## Limits
{limits}

## Retraining without a source
Leave its rows out and build again; there is nothing else to set. With the rows in one file:

    python -c 'import json,sys; [print(l, end="") for l in sys.stdin if json.loads(l).get("source") != "NAME"]' < all.jsonl > without.jsonl
    {variable}=without.jsonl empathy build

`{variable}` may also name a folder: all its `*.jsonl` files are read, so that moving a source's file out of it drops the source. Weights
are kept by the content of the rows; other rows make other weights, another version and another certificate. The weights hold hashed columns
and numbers, no text.
"""


def _label(row: Mapping[str, Any]) -> str:
    return "unlabelled" if row.get("label") is None else "crisis" if row["label"] else "other"
