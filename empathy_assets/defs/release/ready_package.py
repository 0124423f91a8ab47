"""The `ready_package` asset: the published package of a release."""

import json
from pathlib import Path

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.identity import config_identity
from empathy_assets.adapters.packages import package_files, publish_package, published_manifest
from empathy_assets.adapters.releases import package_path
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.packaging.context import Manifest, PackageContext
from empathy_assets.engines.packaging.package import write_package
from empathy_assets.policy.releases import releases
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.ids import digest
from empathy_assets.records.judge import Judge
from empathy_assets.records.package import PackageFile


@dataset(PackageFile, group="release", kinds={"jsonl"}, partitions_def=release_partitions)
def ready_package(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    split: pl.DataFrame,
    verdicts: pl.DataFrame,
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """The package: train, val and test as JSONL and Parquet, manifest with SHA-256 and Merkle root, config lock, QA report, ledger.

    `next` is replaced whenever its bytes change; a `v*` release is written once: the same bytes are a no-op, other bytes are refused with
    the version to bump.
    """
    release = releases()[context.partition_key]
    detector, scorer = from_frame(crisis_detector, Judge)[0], from_frame(ears_scorer, Judge)[0]
    identity = config_identity()
    rejects = workspace.quarantine.read_all()
    packed = PackageContext(
        release=release.key,
        target=release.size(workspace.scale),
        seeds={"generation_plan": workspace.seed},
        git_commit=identity["git_commit"],
        lock_sha256=identity["lock_sha256"],
        policy_sha256=identity["policy_sha256"],
        identities={"crisis_detector": detector.version, "ears_scorer": scorer.version},
        python=identity["python"],
        platform=identity["platform"],
        certificate=json.loads(detector.certificate) if detector.certificate else None,
        rejects=rejects,
    )
    inputs = [fingerprint(frame) for frame in (split, verdicts, crisis_detector, ears_scorer, rejects)]
    # The commit alone does not make another release: the same data under the same policy and lock stands as it was published.
    key = digest(*inputs, release.key, *(v for k, v in sorted(identity.items()) if k != "git_commit"))

    def write(folder: Path) -> Manifest:
        return write_package(split, verdicts, folder, packed)

    known = workspace.frames.recall("package", key)
    before = published_manifest(workspace.root, release.key)
    if before is not None and known is not None and known["merkle_root"][0] == before.merkle_root:
        manifest, changed = before, False
    else:
        manifest, changed = publish_package(workspace.root, release, workspace.cache_dir / "scratch", write)
        workspace.frames.put("package", key, frame=package_files(workspace.root, manifest))
    uri = str(package_path(workspace.root, release.key))
    context.log.info(f"{uri}: {'published' if changed else 'unchanged'}, {manifest.rows} conversations, root {manifest.merkle_root[:16]}")
    metadata = {
        "package": dg.MetadataValue.path(uri),
        "merkle_root": manifest.merkle_root,
        "changed": changed,
        "conversations": manifest.rows,
        **{f"rows_{name}": rows for name, rows in manifest.splits.items()},
        "mix": manifest.mix,
        "sources": manifest.sources,
        "licences": manifest.licences,
        "rejected_inputs": rejects.height,
    }
    return Outcome(package_files(workspace.root, manifest), metadata)
