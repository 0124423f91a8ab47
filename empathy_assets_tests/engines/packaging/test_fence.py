"""Every reason to refuse a release, planted; and a good release that is not refused."""

import polars as pl
import pytest

from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
from empathy_assets.engines.packaging import errors, fence
from empathy_assets.engines.packaging.fence import leakage_proof, objections
from empathy_assets.engines.packaging.fence import refuse as refuse_proved
from empathy_assets.records.arrow import set_fields
from empathy_assets_tests.engines.packaging.samples import CERTIFICATE, built


def _first(stage, column, value, dtype=pl.String):
    """An expression that changes `column` in the first record of a stage."""
    here = (pl.col("stage") == stage) & ((pl.col("stage") == stage).cum_sum() == 1)
    return pl.when(here).then(pl.lit(value, dtype=dtype)).otherwise(pl.col(column)).alias(column)


def refuse(release, ledger, certificate):
    refuse_proved(release, ledger, certificate, leakage_proof(release))


def test_all_objections_are_told_and_not_only_the_first():
    release, ledger = built()
    bad = release.with_columns(_first("foundation", "licence", ""), _first("persona", "exempt_from", ["content"], pl.List(pl.String)))
    found = objections(bad, ledger, None, leakage_proof(bad))
    assert [type(error) for error in found] == [
        errors.ExemptOutsideFenceError,
        errors.UndeclaredLicenceError,
        errors.CertificateMissingError,
    ]


def test_a_good_release_is_not_refused():
    refuse(*built(), CERTIFICATE)
    assert leakage_proof(built()[0]).reason == "no tie across splits by identity and likeness among 40 records"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (_first("persona", "exempt_from", ["content"], pl.List(pl.String)), errors.ExemptOutsideFenceError, "in persona exempt from"),
        (_first("nightmare-fuel", "exempt_from", ["ears"], pl.List(pl.String)), errors.ExemptOutsideFenceError, "exempt from"),
        (_first("foundation", "licence", ""), errors.UndeclaredLicenceError, "with 'none'"),
        (_first("foundation", "licence", "LicenseRef-secret"), errors.UndeclaredLicenceError, "LicenseRef-secret"),
        (_first("foundation", "schema_version", "0"), errors.MixedSchemaError, r"\['0', '1'\]"),
        (_first("foundation", "stage", "persona"), errors.WrongMixError, "'persona': 7"),
        (pl.lit("one").alias("cluster_id"), errors.SplitLeakError, "cluster_id"),
        (_first("foundation", "source", "elsewhere"), errors.UnjudgedRecordError, "elsewhere"),
        (set_fields("scores", detector_version="detector-2").alias("scores"), errors.CertificateStaleError, "detector-2"),
    ],
)
def test_a_planted_defect_is_refused_with_found_expected_and_remedy(change, error, said):
    release, ledger = built()
    with pytest.raises(error, match=said) as caught:
        refuse(release.with_columns(change), ledger, CERTIFICATE)
    assert all([caught.value.found, caught.value.expected, caught.value.remedy])
    assert "Remedy: " in str(caught.value)


def test_a_reworded_copy_in_another_split_is_refused_though_every_identity_is_its_own():
    release, ledger = built()
    words = " ".join(f"word{n}" for n in range(120))
    rows = release.to_dicts()
    for split in ("train", "test"):
        row = next(r for r in rows if r["split"] == split)
        row["turns"][0]["content"] = f"{words} {split}"
    leaked = pl.DataFrame(rows, schema=release.schema)
    with pytest.raises(errors.SplitLeakError, match=r"worst: near-duplicate .* in train"):
        refuse(leaked, ledger, CERTIFICATE)


def test_one_work_in_two_splits_is_refused():
    release, ledger = built()
    ends = pl.col("id").is_in([release.filter(pl.col("split") == s)["id"][0] for s in ("train", "val")])
    shared = pl.when(ends).then(set_fields("provenance", work_id="the-same-book")).otherwise("provenance").alias("provenance")
    with pytest.raises(errors.SplitLeakError, match="worst: work 'the-same-book'"):
        refuse(release.with_columns(shared), ledger, CERTIFICATE)


def test_other_shares_than_policys_are_refused():
    release, ledger = built()
    with pytest.raises(errors.SplitLeakError, match="percentage points"):
        refuse(release.with_columns(pl.lit("train").alias("split")), ledger, CERTIFICATE)


def test_one_dialogue_in_two_splits_is_refused():
    release, ledger = built()
    train = pl.col("split") == "train"
    twin = (
        release.filter(train & (pl.col("stage") == "foundation"))
        .head(1)
        .with_columns(pl.lit("k-other").alias("cluster_id"), pl.lit("val").alias("split"))
    )
    other = release.filter(train & (pl.col("stage") == "foundation")).slice(1, 1)
    swapped = pl.concat([release.filter(~pl.col("id").is_in(other["id"].implode())), twin])
    with pytest.raises(errors.SplitLeakError, match="values of id in more than one split"):
        refuse(swapped, ledger, CERTIFICATE)


@pytest.mark.parametrize(
    ("certificate", "error"),
    [
        (None, errors.CertificateMissingError),
        ({}, errors.CertificateMissingError),
        (CERTIFICATE | {"passed": False}, errors.CertificateFailedError),
        ({"detector_version": "detector-1"}, errors.CertificateFailedError),
        (CERTIFICATE | {"detector_version": "detector-0"}, errors.CertificateStaleError),
    ],
)
def test_a_certificate_must_be_there_passed_and_about_this_detector(certificate, error):
    with pytest.raises(error):
        refuse(*built(), certificate)


def test_the_same_rows_are_proven_once_and_changed_ones_anew(monkeypatch):
    looked: list[int] = []

    def search(frame, memory=None):
        looked.append(frame.height)
        return near_duplicate_clusters(frame, memory)

    monkeypatch.setattr(fence, "near_duplicate_clusters", search)
    monkeypatch.setattr(fence, "_PROVEN", {})
    release = built()[0]
    assert leakage_proof(release).passed
    assert leakage_proof(release.sample(fraction=1.0, shuffle=True, seed=1)).passed
    assert looked == [release.height]
    leakage_proof(release.with_columns(pl.col("split").reverse()))
    assert looked == [release.height] * 2


def test_a_proof_that_failed_is_not_kept(monkeypatch):
    monkeypatch.setattr(fence, "_PROVEN", {})
    release = built()[0].with_columns(set_fields("provenance", work_id="the-same-book"))
    assert not leakage_proof(release).passed
    assert not fence._PROVEN
