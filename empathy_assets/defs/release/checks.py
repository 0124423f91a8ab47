"""Checks of the published package: every byte as the manifest says, nothing missing."""

import dagster as dg

from empathy_assets.adapters.releases import find_package
from empathy_assets.adapters.storage import fetched
from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.packaging.verify import verify_package


def _verified(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    with fetched(find_package(context.resources.workspace.root, context.partition_key)) as folder:
        problems = verify_package(folder)
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
