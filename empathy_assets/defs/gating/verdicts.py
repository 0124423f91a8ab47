"""The `verdicts` asset: the ledger, one row per record per gate, kept and dropped and surplus."""

from functools import partial

import dagster as dg
import polars as pl

from empathy_assets.adapters.benchmark_texts import benchmark_texts
from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.identity import config_identity
from empathy_assets.adapters.meanwhile import meanwhile
from empathy_assets.adapters.packages import published_records
from empathy_assets.defs.dataset import Outcome, dataset, table
from empathy_assets.defs.lineage import Columns, Lineage
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.resources import Workspace
from empathy_assets.engines.composing.admission import admit, gates_version
from empathy_assets.engines.gating.judge import likeness_of_copies, rejects_by_reason, waterfall
from empathy_assets.engines.plotting.clusters import near_duplicates
from empathy_assets.engines.plotting.plots import yield_waterfall
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import releases
from empathy_assets.records.conversation import STAGES, Stage
from empathy_assets.records.verdict import Verdict

_JUDGED: Columns = dict.fromkeys(STAGES, ("turns", "labels", "scores", "licence", "provenance", "exempt_from"))


@dataset(
    Verdict,
    group="gating",
    partitions_def=release_partitions,
    lineage=Lineage(
        carried=STAGES,
        made={
            "ref": dict.fromkeys(STAGES, ("id", "source", "provenance")),
            "gate": {},
            "version": dict.fromkeys(STAGES, ("scores",)),
            **dict.fromkeys(("passed", "score", "reason", "spans"), _JUDGED),
        },
    ),
    ins={"nightmare_fuel": dg.AssetIn("nightmare-fuel")},
)
def verdicts(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    foundation: pl.DataFrame,
    expertise: pl.DataFrame,
    nightmare_fuel: pl.DataFrame,
    persona: pl.DataFrame,
) -> Outcome:
    """The ledger: what every gate decided about every record of the four stages, with its reason, score and spans.

    Gates first, then copies among what passed, then the composition in the exact mix: each record ends as admitted, dropped with a
    reason, or surplus. `empathy explain` reads it.
    """
    stages: dict[Stage, pl.DataFrame] = {
        "foundation": foundation,
        "expertise": expertise,
        "nightmare-fuel": nightmare_fuel,
        "persona": persona,
    }
    release = releases()[context.partition_key]
    target = release.size(workspace.scale)
    benchmarks = benchmark_texts(workspace.decontaminate)
    earlier = published_records(workspace.root, release.apart_from)
    versions = (str(target), gates_version(), config_identity()["policy_sha256"], benchmarks.sha256, fingerprint(earlier))
    ledger = workspace.frames.get(
        "ledger",
        *(fingerprint(frame) for frame in stages.values()),
        *versions,
        compute=lambda: admit(stages, target, earlier=earlier, benchmarks=benchmarks.texts, memory=workspace.frames).ledger,
    )
    context.log.info(f"{ledger.height} verdicts on {sum(f.height for f in stages.values())} records")
    with meanwhile(partial(fingerprint, ledger)):
        reasons = rejects_by_reason(ledger)
        steps = waterfall(ledger)
        pictures = workspace.pictures(ledger_pictures, _left(steps), likeness_of_copies(ledger))
    return Outcome(
        ledger,
        {
            "target": target,
            "benchmarks": ", ".join(benchmarks.texts) or "none configured",
            "apart_from": ", ".join(release.apart_from) or "no earlier release",
            "records": sum(frame.height for frame in stages.values()),
            "failed_by_reason": table(reasons),
            "yield": table(steps),
        },
        pictures,
    )


def ledger_pictures(left: list[tuple[str, int]], similar: dict[str, list[float]]) -> dict[str, bytes]:
    """Return what is left after each gate, and how alike dropped copies were to what was kept."""
    return {
        "yield_waterfall": yield_waterfall(left, "png"),
        "near_duplicates": near_duplicates(similar, number("deduplicating", "near.min_jaccard"), "png"),
    }


def _left(steps: pl.DataFrame) -> list[tuple[str, int]]:
    """Return (gate, records left after it) over all stages, from `read` on."""
    total = steps.group_by("gate", maintain_order=True).agg(pl.col("entered", "left").sum())
    return [("read", int(total["entered"][0])), *total.select("gate", "left").iter_rows()] if total.height else []
