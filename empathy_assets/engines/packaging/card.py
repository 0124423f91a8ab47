"""The dataset card: `README.md` of a package, with the header `datasets.load_dataset` reads.

Lives here: the card's words. Must not live here: figures or files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from empathy_assets.records.conversation import SPLITS

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def _size_category(rows: int) -> str:
    return next((name for bound, name in _SIZES if rows < bound), "n>1M")


def _header(figures: Mapping[str, Any]) -> str:
    licences = list(figures["licences"])
    licence = licences[0].lower() if len(licences) == 1 and not licences[0].startswith("LicenseRef") else "other"
    files = "\n".join(f"  - split: {split}\n    path: {split}.parquet" for split in SPLITS)
    return (
        f"---\npretty_name: {json.dumps('Empathy conversations ' + figures['release'])}\nlanguage:\n- en\nlicense: {licence}\n"
        f"size_categories:\n- {_size_category(figures['rows'])}\ntask_categories:\n- text-generation\n"
        f"configs:\n- config_name: default\n  default: true\n  data_files:\n{files}\n---\n"
    )


def _rows(counts: Mapping[str, Any]) -> str:
    return "\n".join(f"| {name} | {count:,} |" for name, count in counts.items())


def dataset_card(figures: Mapping[str, Any]) -> str:
    """Return the card of a release.

    Args:
        figures: Result of `figures.release_figures`.
    """
    lacks = "\n".join(f"* {row['scope']} {row['name']}: {row['missing']:,} of {row['required']:,} missing" for row in figures["shortfalls"])
    return f"""{_header(figures)}
# Empathy conversations, release {figures["release"]}

{figures["rows"]:,} conversations between a client and a counsellor, for training models that listen. Load them with:

```python
from datasets import load_dataset
release = load_dataset("path/to/this/folder")
```

Each row has `messages` (`role`, `content`) and `metadata` (id, stage, source, licence, provenance down to page, second or row,
labels, scores with their evidence, leakage cluster, split). The same rows are in `*.jsonl` for tools that do not read Parquet.

| stage | conversations |
| --- | --- |
{_rows(figures["mix"])}

| split | conversations |
| --- | --- |
{_rows(figures["splits"])}

| licence | conversations |
| --- | --- |
{_rows(figures["licences"])}

Licences are inherited from the sources; `metadata.licence` and `metadata.provenance` name them per row. Obey the strictest that you use.

## What lacked for the target
{lacks or "Nothing."}

## How it was made sure
Every record passed every gate; `verdicts.parquet` says why, and why the others did not. `qa_report.html` shows quality, safety,
privacy, bias, thresholds and drift; `certificate.json` certifies the crisis detector; `manifest.json` holds the hash of every file,
`config_lock.json` what it was built with. Whole clusters (near-duplicates, works, counterfactual pairs, plan families) stand in one split.

## What to mind
`nightmare-fuel` holds disclosures of crisis, trauma and abuse by the client; it is labelled in `metadata.labels` and
`metadata.scores`, and exempt from the content gate on the client's side only. Synthetic conversations are marked by
`metadata.provenance.backend`. Scores are judgements of models, not of clinicians. A model trained on this is no substitute
for care by people.
"""
