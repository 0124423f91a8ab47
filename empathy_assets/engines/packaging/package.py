"""The writing of a package into a folder: all or nothing is the caller's (write aside, then publish), identical bytes are this module's.

Lives here: which files there are and in which order they are made. Must not live here: their content (`files`, `figures`, `report`,
`card`), refusals (`fence`), object stores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.engines.packaging.card import dataset_card
from empathy_assets.engines.packaging.content import know_lines, row_hashes
from empathy_assets.engines.packaging.context import CERTIFICATE, CONFIG_LOCK, FIGURES, LEDGER, MANIFEST, Manifest, PackageContext
from empathy_assets.engines.packaging.errors import PackageRefusedError
from empathy_assets.engines.packaging.fence import leakage_proof, refuse
from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets.engines.packaging.files import RecordFile, described, published_splits, record_files, write_parquet
from empathy_assets.engines.packaging.merkle import merkle_root
from empathy_assets.engines.packaging.order import by_places
from empathy_assets.engines.packaging.pictures import Pictures, drawn_now
from empathy_assets.engines.packaging.report import report_html, report_plots
from empathy_assets.records.arrow import conform
from empathy_assets.records.conversation import SplitConversation
from empathy_assets.records.package import PackageFile
from empathy_assets.records.verdict import Verdict
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

_THREADS = 2  # files written side by side, lines while the report is made: writing and hashing let go of the interpreter


def as_json(value: Any) -> str:
    """Return JSON that is the same for the same value: sorted keys, two spaces, one newline at the end."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2, default=str) + "\n"


def _gates(verdicts: pl.DataFrame) -> dict[str, list[str]]:
    """Return gate -> versions that judged, out of the ledger itself."""
    found = verdicts.group_by("gate").agg(pl.col("version").unique().sort()).sort("gate")
    return {str(gate): list(versions) for gate, versions in found.iter_rows()}


def _config_lock(context: PackageContext, verdicts: pl.DataFrame) -> dict[str, Any]:
    before = context.previous
    return {
        "release": context.release,
        "target": context.target,
        "inputs": context.inputs,
        "previous": None if before is None else {"release": before.release, "merkle_root": before.merkle_root},
        "exports": sorted(context.exports),
        "git_commit": context.git_commit,
        "lock_sha256": context.lock_sha256,
        "policy_sha256": context.policy_sha256,
        "seeds": dict(context.seeds),
        "identities": dict(context.identities),
        "gates": _gates(verdicts),
        "pipeline_version": PIPELINE_VERSION,
        "schema_version": SCHEMA_VERSION,
        "python": context.python,
        "platform": context.platform,
    }


def _manifest(frame: pl.DataFrame, figures: Mapping[str, Any], files: list[PackageFile]) -> Manifest:
    return Manifest(
        release=figures["release"],
        schema_version=SCHEMA_VERSION,
        pipeline_versions=sorted(frame["pipeline_version"].unique().to_list()),
        rows=frame.height,
        target=figures["target"],
        splits=figures["splits"],
        mix=figures["mix"],
        sources=figures["sources"],
        licences=figures["licences"],
        exempt=figures["safety"]["exempt_from_content"],
        shortfalls=figures["shortfalls"],
        files=files,
        merkle_root=merkle_root((file.name, file.sha256) for file in files),
    )


def _texts(
    frame: pl.DataFrame, verdicts: pl.DataFrame, figures: Mapping[str, Any], context: PackageContext, pictures: Pictures
) -> dict[str, str]:
    """Return name -> text of the files that hold no records, but for the manifest."""
    certificate = dict(context.certificate or {})
    return {
        CONFIG_LOCK: as_json(_config_lock(context, verdicts)),
        CERTIFICATE: as_json(certificate),
        FIGURES: as_json(figures),
        "qa_report.html": report_html(figures, report_plots(frame, verdicts, figures), certificate, pictures),
        "README.md": dataset_card(figures),
    }


def write_package(
    split_frame: pl.DataFrame, ledger: pl.DataFrame, folder: Path, context: PackageContext, pictures: Pictures = drawn_now
) -> Manifest:
    """Write the package of a release into an empty folder and return its manifest; the manifest is the last file written.

    Args:
        split_frame: The release (SplitConversation schema); the order of its rows does not matter.
        ledger: All verdicts (Verdict schema), composition included, of admitted and dropped records.
        folder: Folder to write into; made if it is not there.
        context: Facts about the release.
        pictures: Draws a picture of the report, or remembers it.

    Raises:
        PackageRefusedError: The release must not go out, or the folder is not empty; nothing has been written.
        SchemaMismatchError: A frame has not the schema named.
    """
    frame = conform(split_frame, SplitConversation, name="release").sort("split", "id", "cluster_id")
    verdicts = conform(ledger, Verdict, name="verdict ledger")
    with ThreadPoolExecutor(_THREADS) as threads:
        ordered = threads.submit(by_places, verdicts, "ref", "gate", "version")
        hashes = row_hashes(frame)
        proof = leakage_proof(frame, rows=hashes)
        refuse(frame, verdicts, context.certificate, proof)
        if folder.exists() and any(folder.iterdir()):
            raise PackageRefusedError(
                f"files in {folder.name}", "an empty folder", "write aside, then publish; a package is never written over another"
            )
        folder.mkdir(parents=True, exist_ok=True)

        splits = published_splits(frame)
        lines, tables = (record_files(splits, formats) for formats in (("jsonl", *context.exports), ("parquet",)))
        written = [threads.submit(file.into, folder) for file in lines]
        figures = release_figures(frame, verdicts, context, proof.reason)
        texts = _texts(frame, verdicts, figures, context, pictures)
        # Tables come last: they keep polars' own threads busy, for which the figures and remembered pictures would wait.
        ledger_file = RecordFile(LEDGER, verdicts.height, partial(write_parquet, ordered.result()))
        written += [threads.submit(file.into, folder) for file in (*tables, ledger_file)]
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode("utf-8"))
        files = [file.result() for file in written] + [described(folder / name) for name in texts]
    for file in files:
        if file.name.endswith(".jsonl"):
            know_lines(hashes.filter(frame["split"] == file.name.removesuffix(".jsonl")), file.sha256)
    manifest = _manifest(frame, figures, sorted(files, key=lambda file: file.name))
    (folder / MANIFEST).write_bytes(as_json(manifest.model_dump()).encode("utf-8"))
    return manifest
