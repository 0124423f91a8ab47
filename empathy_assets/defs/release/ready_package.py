"""The `ready_package` asset: the published package of a release."""

import json
from pathlib import Path

import dagster as dg
import polars as pl

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.identity import config_identity
from empathy_assets.adapters.packages import package_files, publish_package
from empathy_assets.adapters.record_catalogue import load_records
from empathy_assets.adapters.releases import find_package, previous_release, published, published_json, published_manifest
from empathy_assets.adapters.s3.progress import spoken
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.pictures import mix_picture, origin_picture
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.packaging.context import CONFIG_LOCK, FIGURES, Manifest, PackageContext
from empathy_assets.engines.packaging.package import write_package
from empathy_assets.engines.plotting.drift import drift_bars
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import due_for_archive, releases
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.conversation import SplitConversation
from empathy_assets.records.ids import digest
from empathy_assets.records.judge import Judge
from empathy_assets.records.package import PackageFile
from empathy_assets.records.verdict import Verdict

_CONTENT = {
    "split": tuple(SplitConversation.model_fields),
    "verdicts": tuple(Verdict.model_fields),
    "crisis_detector": ("certificate",),
}


@dataset(
    PackageFile,
    group="release",
    kinds={"jsonl"},
    partitions_def=release_partitions,
    version="2",
    lineage=Lineage(made={"name": {"split": ("split",)}, "bytes": _CONTENT, "sha256": _CONTENT, "rows": {"split": ("id", "split")}}),
)
def ready_package(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    split: pl.DataFrame,
    verdicts: pl.DataFrame,
    generation_plan: pl.DataFrame,
    crisis_detector: pl.DataFrame,
    ears_scorer: pl.DataFrame,
) -> Outcome:
    """The package: train, val and test as JSONL and Parquet, manifest with SHA-256 and Merkle root, config lock, QA report, ledger.

    `next` is replaced whenever its bytes change; a `v*` release is written once: the same bytes are a no-op, other bytes are refused with
    the version to bump. Each publication is a row of the catalogue (`empathy releases`), and so is each conversation in it
    (`empathy catalogue`).
    """
    release = releases()[context.partition_key]
    judges = {name: from_frame(frame, Judge)[0] for name, frame in (("crisis_detector", crisis_detector), ("ears_scorer", ears_scorer))}
    identity = config_identity()
    rejects = workspace.quarantine.read_all()
    previous = previous_release(workspace.root, release.key)
    # The commit alone makes no other final release: the same data under the same policy and lock stands as it was published.
    code = [value for name, value in sorted(identity.items()) if release.rolling or name != "git_commit"]
    frames = (split, verdicts, generation_plan, crisis_detector, ears_scorer, rejects)
    root = previous.merkle_root if previous else ""
    inputs = digest(*(fingerprint(frame) for frame in frames), release.key, root, workspace.exports, *code)
    certificate = judges["crisis_detector"].certificate
    packed = PackageContext(
        release=release.key,
        target=release.size(workspace.scale),
        inputs=inputs,
        seeds={"generation_plan": workspace.seed},
        git_commit=identity["git_commit"],
        lock_sha256=identity["lock_sha256"],
        policy_sha256=identity["policy_sha256"],
        identities={
            "prompts": identity["prompts_sha256"],
            "banks": identity["banks_sha256"],
            "writer": workspace.llm_model if workspace.backend == "llm" else workspace.backend,
            **{name: judge.version for name, judge in judges.items()},
            **{f"{name}_weights": judge.weights_sha256 for name, judge in judges.items()},
        },
        python=identity["python"],
        platform=identity["platform"],
        certificate=json.loads(certificate) if certificate else None,
        rejects=rejects,
        plan=dict(generation_plan.group_by("kind").len().iter_rows()),
        previous=previous,
        exports=workspace.export_formats,
    )

    def write(folder: Path) -> Manifest:
        return write_package(split, verdicts, folder, packed, workspace.pictures)

    standing = published_manifest(workspace.root, release.key)
    if standing is not None and published_json(workspace.root, release.key, CONFIG_LOCK).get("inputs") == inputs:
        manifest, changed = standing, False
    else:
        manifest, changed = publish_package(workspace.root, release, workspace.cache_dir / "scratch", write, spoken(context.log.info))
    catalogued = load_records(workspace.catalogue, release.key)
    uri = str(find_package(workspace.root, release.key))
    context.log.info(f"{uri}: {'published' if changed else 'unchanged'}, {manifest.rows} conversations, root {manifest.merkle_root[:16]}")
    if changed and not release.rolling and identity["git_commit"].endswith("-dirty"):
        context.log.warning(f"{release.key} was built from code that no commit holds ({identity['git_commit']}); commit before you publish")
    if due := due_for_archive(published(workspace.root, archived=False)):
        context.log.info(f"due for the archive: {', '.join(due)}; move them with empathy releases --archive KEY")
    metadata = {
        "package": dg.MetadataValue.path(uri),
        "merkle_root": manifest.merkle_root,
        "changed": changed,
        "conversations": manifest.rows,
        "catalogued": catalogued,
        **{f"rows_{name}": rows for name, rows in manifest.splits.items()},
        "mix": manifest.mix,
        "sources": manifest.sources,
        "licences": manifest.licences,
        "rejected_inputs": rejects.height,
        "drift_against": previous.release if previous else "none",
    }
    moved = published_json(workspace.root, release.key, FIGURES).get("drift", [])
    rows = [(row["figure"], row["psi"], row["most_moved"], row["by"]) for row in moved]
    pictures = {
        **workspace.pictures(mix_picture, manifest.mix),
        **workspace.pictures(origin_picture, split.select("source", "licence")),
        **workspace.pictures(drift_picture, rows, previous.release if previous else ""),
    }
    return Outcome(package_files(manifest), metadata, pictures)


def drift_picture(rows: list[tuple[str, float, str, float]], previous: str) -> dict[str, bytes]:
    """Return how far figures have moved from those of the release before."""
    return {"drift": drift_bars(rows, number("gates", "package.drift_psi"), previous, "png")}
