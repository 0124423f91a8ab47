"""Checks of the published package: every byte as the manifest says, nothing missing."""

from pathlib import Path

import dagster as dg
import polars as pl

from empathy_assets.adapters.identity import code_sha256
from empathy_assets.adapters.releases import find_package
from empathy_assets.adapters.storage import fetched
from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.packaging.context import Manifest
from empathy_assets.engines.packaging.verify import record_problems, verify_package


def _verified(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    workspace = context.resources.workspace

    def records(folder: Path, manifest: Manifest) -> list[str]:
        """Look into the same files once: they have been hashed just now, and are what the manifest says."""

        def compute() -> pl.DataFrame:
            return pl.DataFrame({"problem": record_problems(folder, manifest)}, schema={"problem": pl.String})

        key = (manifest.model_dump_json(), code_sha256("numpy", "polars"))
        return workspace.frames.get("verified", *key, compute=compute)["problem"].to_list()

    with fetched(find_package(workspace.root, context.partition_key)) as folder:
        problems = verify_package(folder, records)
    found = problems[0] if problems else "all hashes, counts, the mix, the fence, ledger, certificate and the leakage proof hold"
    return Finding(
        not problems, found, {"value": len(problems), "bound": 0, "n": tables["ready_package"].height, "problems": "\n".join(problems)}
    )


def _rows(tables: Tables, _: dg.AssetCheckExecutionContext) -> Finding:
    files = tables["ready_package"]
    packed = int(files.filter(files["name"].str.contains(r"^(train|val|test)\.jsonl$"))["rows"].sum())
    figures = {"value": packed, "bound": tables["split"].height, "n": tables["split"].height}
    return Finding(packed == tables["split"].height, f"{packed} conversations packed of {tables['split'].height} split", figures)


ready_package_checks = dataset_checks(
    "ready_package",
    [
        Rule("verified", "The published package holds exactly what its manifest says, and nothing the packager would refuse.", _verified),
        Rule("rows", "Every conversation of the split is in the package.", _rows),
    ],
    beside=("split",),
    partitions_def=release_partitions,
    resources={"workspace"},
)
