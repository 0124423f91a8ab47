"""The quality report of a release as one HTML file that needs nothing else: no scripts, no fonts, no network.

Lives here: words, tables and where the plots stand. Must not live here: computing figures (`figures`) or drawing (`plotting`).
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.gating.judge import likeness_of_copies
from empathy_assets.engines.packaging.pictures import Pictures, drawn_now, inline
from empathy_assets.engines.packaging.safety import certificate_html
from empathy_assets.engines.packaging.tables import dict_table, table
from empathy_assets.engines.splitting.targets import policy_shares
from empathy_assets.engines.staging.figures import licences_by_source
from empathy_assets.policy.load import number
from empathy_assets.records.conversation import STAGES

_STYLE = """
:root{color-scheme:light dark;--page:#fff;--ink:#111;--line:#ccc;--row:#e4e4e4}
@media(prefers-color-scheme:dark){:root{--page:#16181c;--ink:#e6e6e6;--line:#555;--row:#33363c}}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--page)}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;margin:.8rem 0}td,th{padding:.15rem .7rem;text-align:left;border-bottom:1px solid var(--row)}
td.n{text-align:right;font-variant-numeric:tabular-nums}svg{display:block;max-width:100%;height:auto;border-radius:6px;margin:.6rem 0}
"""
_REASONS_SHOWN = 15
_COMPONENTS = ("empathize", "acknowledge", "reflect", "support")


def _shares(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in figures["split"]["shares"]:
        found.setdefault(row["stage"], {})[row["split"]] = row["share"]
    return found


def _steps(figures: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the yield over all stages: records read, then what is left after each gate that dropped any, the release last."""
    left: dict[str, int] = {}
    read = 0
    first = figures["yield"][0]["gate"] if figures["yield"] else ""
    for row in figures["yield"]:
        left[row["gate"]] = left.get(row["gate"], 0) + row["left"]
        read += row["entered"] if row["gate"] == first else 0
    steps = [("judged", read)]
    for gate, count in left.items():
        if count < steps[-1][1]:
            steps.append((gate, count))
    return steps


Plots = Mapping[str, tuple[object, ...]]
"""Plot of the report -> what it is drawn from."""


def report_plots(frame: pl.DataFrame, ledger: pl.DataFrame, figures: Mapping[str, Any]) -> Plots:
    """Return what the plots of the report are drawn from.

    Args:
        frame: The release (SplitConversation schema).
        ledger: All verdicts (Verdict schema).
        figures: Result of `figures.release_figures`.
    """

    def per_stage(score: str) -> dict[str, npt.NDArray[np.float64]]:
        """Return stage -> scores of its conversations."""
        held = frame.select("stage", pl.col("scores").struct.field(score).alias(score)).drop_nulls()
        return {stage: held.filter(pl.col("stage") == stage)[score].to_numpy().astype(np.float64) for stage in STAGES}

    moved = [(row["figure"], row["psi"], row["most_moved"], row["by"]) for row in figures["drift"]]
    reasons: dict[str, int] = {}
    for row in figures["rejects_by_reason"]:
        name = f"{row['gate']}: {row['code']}"
        reasons[name] = reasons.get(name, 0) + row["records"]
    most = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:_REASONS_SHOWN])
    shown: dict[str, tuple[object, ...]] = {
        "mix": (figures["mix"], figures["mix_wanted"]),
        "ears": (per_stage("ears"), number("gates", "ears.min")),
        "components": ({name: per_stage(name) for name in _COMPONENTS},),
        "sources": (licences_by_source(frame),),
        "clusters": (np.sort(frame.group_by("cluster_id").len()["len"].to_numpy()), "What must stay in one split"),
        "copies": (likeness_of_copies(ledger), number("deduplicating", "near.min_jaccard")),
        "yield": (_steps(figures),),
        "split": (_shares(figures), {k: float(v) for k, v in policy_shares().items()}),
        "reasons": (most,),
    }
    if moved:
        shown["drift"] = (moved, number("gates", "package.drift_psi"), figures["previous"])
    return shown


def _sections(figures: Mapping[str, Any], plots: Mapping[str, str], certificate: str) -> list[tuple[str, str]]:
    quality, safety, split = figures["quality"], figures["safety"], figures["split"]
    ears = table(
        ["stage", "n", "min", "5 %", "median", "mean", "95 %"],
        [[stage, *(s[k] for k in ("n", "min", "p05", "median", "mean", "p95"))] for stage, s in quality["ears"].items()],
    )
    crisis = table(["stage", "flagged", "severe"], [[stage, c["flagged"], c["severe"]] for stage, c in safety["crisis"].items()])
    gaps = table(["attribute", "pairs", "mean gap", "largest gap"], [[a, *g.values()] for a, g in figures["bias"]["ears_gap"].items()])
    thresholds = table(["threshold", "value", "because"], [[name, n["value"], n["because"]] for name, n in figures["thresholds"].items()])
    recall = safety["known_crisis_in_fence"]
    return [
        (
            "Composition",
            plots["mix"]
            + dict_table(figures["shortfalls"], "Nothing lacked for the target.")
            + table(["source", "records"], figures["sources"].items())
            + (dict_table(figures["plan"], "") if figures["plan"] else ""),
        ),
        ("Quality", plots["ears"] + plots["components"] + ears),
        (
            "Safety",
            certificate
            + crisis
            + f"<p>Known crises inside the fence: {recall['records']:,}; flagged share: {recall['recall']}. "
            + f"Records whose client side is exempt from the content gate: {safety['exempt_from_content']:,}, all in nightmare-fuel.</p>",
        ),
        ("Privacy", table(["figure", "value"], figures["privacy"].items())),
        ("Bias", f"<p>Counterfactual pairs: {figures['bias']['pairs']:,}. The gap is the difference of EARS within a pair.</p>" + gaps),
        (
            "Splits",
            plots["split"]
            + plots["clusters"]
            + f"<p>Worst share off by {split['worst_pp']:.4f} pp, {split['tolerance_pp']:.4f} allowed. "
            + f"Leakage: {escape(split['leakage'] or 'not stated')}.</p>"
            + dict_table(split["distances"], ""),
        ),
        ("Yield", plots["yield"] + plots["reasons"] + plots["copies"] + dict_table(figures["rejects_by_reason"], "Nothing was dropped.")),
        (
            "Quarantined inputs",
            table(["source: reason", "inputs"], figures["quarantined"].items()) if figures["quarantined"] else "<p>None.</p>",
        ),
        ("Licences", plots["sources"] + table(["licence", "records"], figures["licences"].items())),
        (
            f"Drift against {figures['previous'] or 'the previous release'}",
            plots.get("drift", "") + dict_table(figures["drift"], "There is no release to compare with."),
        ),
        ("Thresholds in force", thresholds),
    ]


def report_html(figures: Mapping[str, Any], plots: Plots, certificate: Mapping[str, Any], pictures: Pictures = drawn_now) -> str:
    """Return the report.

    Args:
        figures: Result of `figures.release_figures`.
        plots: Result of `report_plots`.
        certificate: Certificate of the crisis detector.
        pictures: Draws a picture, or remembers it.
    """
    drawn = {name: inline(pictures, name, *given) for name, given in plots.items()}
    sections = _sections(figures, drawn, certificate_html(certificate, pictures))
    body = "\n".join(f"<h2>{escape(title)}</h2>\n{content}" for title, content in sections)
    name = escape(figures["release"])
    lead = (
        f"<p>{figures['rows']:,} conversations of {figures['target']:,} wanted; "
        + ", ".join(f"{k} {v:,}" for k, v in figures["splits"].items())
        + ".</p>"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Quality report {name}</title><style>{_STYLE}</style></head>\n'
        f"<body><h1>Quality report, release {name}</h1>\n{lead}\n{body}\n</body></html>\n"
    )
