"""The last look before a release is written: what must never leave is refused here, whatever was decided before.

Lives here: refusals. Must not live here: gates (they drop records; this refuses releases).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import polars as pl

from empathy_assets.engines.composing.compose import policy_mix
from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
from empathy_assets.engines.gating.schema import FENCE, unlawful_exemption
from empathy_assets.engines.memory import Memory
from empathy_assets.engines.packaging.content import content, row_hashes
from empathy_assets.engines.packaging.errors import (
    CertificateFailedError,
    CertificateMissingError,
    CertificateStaleError,
    ExemptOutsideFenceError,
    MixedSchemaError,
    PackageRefusedError,
    SplitLeakError,
    UndeclaredLicenceError,
    UnjudgedRecordError,
    WrongMixError,
)
from empathy_assets.engines.splitting.leakage import LeakageProof, prove
from empathy_assets.engines.splitting.validation import validate
from empathy_assets.policy.licences import accepted_pattern
from empathy_assets.records.ids import record_ref
from empathy_assets.records.versions import SCHEMA_VERSION

_PROOFS_KEPT = 2
_PROVEN: dict[str, LeakageProof] = {}
_ASSIGN = "assign splits with engines.splitting.assign and prove them with engines.splitting.leakage; change nothing after it"


def refuse_exempt(frame: pl.DataFrame) -> None:
    """Refuse records that are exempt from anything but `content`, or outside nightmare-fuel."""
    bad = frame.select("id", "stage", "exempt_from").filter(unlawful_exemption()).sort("id")
    if bad.height:
        row = bad.row(0, named=True)
        raise ExemptOutsideFenceError(
            f"{bad.height} exempt records outside the fence, e.g. {row['id']} in {row['stage']} exempt from {row['exempt_from']}",
            f"exemptions from `content` only and in {FENCE} only",
            "move the records to nightmare-fuel or clear their exempt_from and gate them again",
        )


def refuse_licences(frame: pl.DataFrame) -> None:
    """Refuse records without an accepted licence."""
    bad = frame.select("id", "source", "licence").filter(~pl.col("licence").fill_null("").str.contains(accepted_pattern())).sort("id")
    if bad.height:
        row = bad.row(0, named=True)
        raise UndeclaredLicenceError(
            f"{bad.height} records without an accepted licence, e.g. {row['id']} from {row['source']} with {row['licence'] or 'none'!r}",
            "a licence that licences.toml accepts on every record",
            "declare the rights beside the landed file (rights.toml), or leave the source out",
        )


def refuse_schemas(frame: pl.DataFrame) -> None:
    """Refuse a release of several schema versions."""
    versions = sorted(str(v) for v in frame["schema_version"].unique())
    if frame.height and versions != [SCHEMA_VERSION]:
        raise MixedSchemaError(
            f"schema versions {versions}",
            f"only {SCHEMA_VERSION}, the version this code writes",
            "rebuild the stages that hold the other versions before composing",
        )


def refuse_mix(frame: pl.DataFrame) -> None:
    """Refuse a release whose stages are not in exactly the mix of policy."""
    counts = dict(frame.group_by("stage").len().iter_rows())
    wanted = {stage: share * frame.height for stage, share in policy_mix().items()}
    if any(counts.get(stage, 0) != count for stage, count in wanted.items()):
        raise WrongMixError(
            f"{ {stage: counts.get(stage, 0) for stage in wanted} } of {frame.height}",
            f"{ {stage: float(count) for stage, count in wanted.items()} }",
            "compose the release with engines.composing.compose, and change nothing after it",
        )


def refuse_split(frame: pl.DataFrame) -> None:
    """Refuse a release in which a cluster or a dialogue stands in two splits, or whose splits have other shares than policy's."""
    for key in ("cluster_id", "id"):
        divided = frame.select(key, "split").unique().filter(pl.col(key).is_duplicated()).sort(key, "split")
        if divided.height:
            name = divided[key][0]
            raise SplitLeakError(
                f"{divided[key].n_unique()} values of {key} in more than one split, "
                f"e.g. {name} in {divided.filter(pl.col(key) == name)['split'].to_list()}",
                "every cluster and every dialogue in one split",
                _ASSIGN,
            )
    shares = validate(frame, alike=False)
    if not shares.passed:
        found = {row["split"]: row["records"] for row in shares.shares.filter(pl.col("stage") == "all").iter_rows(named=True)}
        raise SplitLeakError(
            f"splits {found}, off by {shares.worst_pp:.3f} percentage points",
            f"the shares of targets.toml within {shares.tolerance_pp:.3f} percentage points",
            _ASSIGN,
        )


def leakage_proof(frame: pl.DataFrame, memory: Memory | None = None, rows: pl.Series | None = None) -> LeakageProof:
    """Return the proof that nothing leaks, made from texts and identities: it trusts no cluster, and no proof of other rows.

    What is proven of some rows holds for the same rows in any order: it is not made again within this process, where a release is proven
    when it is split, when it is packed and when the package is read back.

    Args:
        frame: The release (SplitConversation schema).
        memory: Where it is kept which of these very texts are alike, as the split found it; null: they are compared anew.
        rows: The records' `content.row_hashes`, where they are known.
    """
    known = content((row_hashes(frame) if rows is None else rows).sort())
    if known in _PROVEN:
        return _PROVEN[known]
    found = prove(frame, partial(near_duplicate_clusters, memory=memory))
    if found.passed:
        _PROVEN[known] = found
        for oldest in list(_PROVEN)[:-_PROOFS_KEPT]:
            del _PROVEN[oldest]
    return found


def refuse_leak(proof: LeakageProof) -> None:
    """Refuse a release in which two records of different splits belong together."""
    if not proof.passed:
        raise SplitLeakError(proof.reason, "no work, pair, family, dialogue or near-duplicate in two splits", _ASSIGN)


def refuse_unjudged(frame: pl.DataFrame, ledger: pl.DataFrame) -> None:
    """Refuse records that the ledger does not show as admitted by the composition."""
    admitted = ledger.filter((pl.col("gate") == "composition") & pl.col("passed"))
    stray = frame.select(record_ref()).join(admitted.select("ref"), on="ref", how="anti").sort("ref")
    if stray.height:
        raise UnjudgedRecordError(
            f"{stray.height} records without an `admitted` verdict, e.g. {stray['ref'][0]}",
            "a composition verdict `admitted` for every record of the release",
            "build the ledger and the release in one run, from the same stage datasets",
        )


def _certified_version(certificate: Mapping[str, Any]) -> str:
    return str(certificate.get("detector_version", ""))


def refuse_certificate(frame: pl.DataFrame, certificate: Mapping[str, Any] | None) -> None:
    """Refuse a release whose detector certificate is missing, failed or about another detector version."""
    expected = "a passed certificate of the detector version that scored every record"
    if not certificate:
        raise CertificateMissingError("no certificate", expected, "run the certification of the crisis detector")
    if certificate.get("passed") is not True:
        raise CertificateFailedError(
            f"a certificate that failed: {certificate.get('reason') or certificate.get('reasons') or 'no reason given'}",
            expected,
            "improve or recalibrate the detector, certify it again; no release may go out before",
        )
    used = sorted(str(v) for v in frame["scores"].struct.field("detector_version").unique().fill_null(""))
    if frame.height and used != [_certified_version(certificate)]:
        raise CertificateStaleError(
            f"records scored by detector {used}, certificate of {_certified_version(certificate) or 'no version'!r}",
            expected,
            "certify the detector in use, then score the stages that another version scored",
        )


def objections(
    frame: pl.DataFrame, ledger: pl.DataFrame, certificate: Mapping[str, Any] | None, proof: LeakageProof
) -> Iterator[PackageRefusedError]:
    """Yield every objection to a release but its schema version; none where it may go out.

    The packager raises the first; `verify` tells them all of a package that lies somewhere, which older code may have written.
    """
    checks = (
        partial(refuse_exempt, frame),
        partial(refuse_licences, frame),
        partial(refuse_mix, frame),
        partial(refuse_split, frame),
        partial(refuse_unjudged, frame, ledger),
        partial(refuse_certificate, frame, certificate),
        partial(refuse_leak, proof),
    )
    for check in checks:
        try:
            check()
        except PackageRefusedError as error:
            yield error


def refuse(frame: pl.DataFrame, ledger: pl.DataFrame, certificate: Mapping[str, Any] | None, proof: LeakageProof) -> None:
    """Refuse the release, or return.

    Args:
        frame: The release (SplitConversation schema).
        ledger: All verdicts, composition included.
        certificate: Certificate of the crisis detector; null: there is none.
        proof: Result of `leakage_proof` for `frame`.

    Raises:
        PackageRefusedError: One of its subclasses, the first that applies.
    """
    refuse_schemas(frame)
    for objection in objections(frame, ledger, certificate, proof):
        raise objection
