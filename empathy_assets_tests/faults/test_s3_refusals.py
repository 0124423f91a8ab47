"""The object store refuses: one line that says what is wrong and what to do, no key in it, and nothing waited for."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from empathy_assets.adapters.s3.errors import S3DeniedError, S3Error
from empathy_assets.adapters.storage import publish_folder, storage_root, write_bytes
from empathy_assets_tests.faults.proxy import Answer, Proxy
from empathy_assets_tests.journeys.commands import run

REFUSALS = {
    "InvalidAccessKeyId": (403, "", "Correct AWS_ACCESS_KEY_ID"),
    "SignatureDoesNotMatch": (403, "", "Correct AWS_SECRET_ACCESS_KEY"),
    "RequestTimeTooSkewed": (403, "", "Set it by NTP"),
    "AccessDenied": (403, "", "Grant s3:ListBucketMultipartUploads"),
    "AuthorizationHeaderMalformed": (400, "<Region>sbg</Region>", "expects 'sbg'"),
    "ExpiredToken": (400, "", "Renew AWS_SESSION_TOKEN"),
}


FILES = {"manifest.json": b"{}", "train.jsonl": b"rows"}


def _package(folder: Path) -> Path:
    """Write a package of two files: publishing consumes it."""
    for name, data in FILES.items():
        (folder / "package").mkdir(exist_ok=True)
        (folder / "package" / name).write_bytes(data)
    return folder / "package"


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_explained_at_once_and_the_next_run_completes(code: str, proxy: Proxy, bucket: str, tmp_path: Path) -> None:
    status, extra, remedy = REFUSALS[code]
    target = storage_root(f"s3://{bucket}/root") / "releases" / "v0.1.0"
    proxy.rule = lambda seen: Answer(status, code, extra) if "uploads" in seen.query else None
    with pytest.raises(S3Error) as raised:
        publish_folder(_package(tmp_path), target, marker="manifest.json")
    assert len(proxy.faults()) <= 2, "a refusal was asked for again"  # botocore itself tries another region once
    message = str(raised.value)
    assert remedy in message
    assert "\n" not in message
    assert os.environ["AWS_ACCESS_KEY_ID"] not in message
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in message
    assert raised.value.__cause__ is None
    assert isinstance(raised.value, S3DeniedError) == (status == 403 or code == "ExpiredToken")
    proxy.rule = lambda _: None
    publish_folder(_package(tmp_path), target, marker="manifest.json")
    assert {path.name: path.read_bytes() for path in target.iterdir()} == FILES


def test_paths_explain_a_refusal_too(proxy: Proxy, bucket: str) -> None:
    proxy.rule = lambda seen: Answer(403, "AccessDenied")
    with pytest.raises(S3DeniedError, match=r"s3:ListBucket"):
        (storage_root(f"s3://{bucket}/root") / "releases").exists()


def test_a_removal_that_is_refused_is_not_passed_over(proxy: Proxy, bucket: str) -> None:
    target = storage_root(f"s3://{bucket}/root") / "table"
    write_bytes(target, b"rows")
    proxy.rule = lambda seen: Answer(403, "AccessDenied") if seen.method == "DELETE" else None
    with pytest.raises(S3DeniedError, match=r"Grant s3:DeleteObject"):
        target.unlink()
    proxy.rule = lambda _: None
    target.unlink()
    assert not target.exists()
    assert not [seen for seen in proxy.seen if "delete" in seen.query], "the request for many needs a checksum that stores disagree on"


def test_a_missing_bucket_is_no_empty_one(proxy: Proxy, bucket: str, tmp_path: Path) -> None:
    with pytest.raises(S3Error, match=r"has no such bucket\. Create it, or correct EMPATHY_STORAGE"):
        publish_folder(_package(tmp_path), storage_root(f"s3://{bucket}-mistyped/root"), marker="manifest.json")


def _variables(storage: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("AWS_", "OVH_", "EMPATHY_S3_"))}
    return kept | {"EMPATHY_STORAGE": storage}


def test_the_command_tells_what_is_wrong(proxy: Proxy, bucket: str, tmp_path: Path) -> None:
    variables = _variables(f"s3://{bucket}/root")
    found = json.loads(run(tmp_path, "empathy", "s3", "--validate", "--json", **variables))
    assert found["passed"]
    assert {trial["state"] for trial in found["trials"]} == {"ok"}
    overview = json.loads(run(tmp_path, "empathy", "s3", "--json", **variables))
    assert (overview["region"], overview["unfinished"], overview["settings"]["patience"]) == ("gra", [], 20.0)

    proxy.rule = lambda seen: Answer(403, "InvalidAccessKeyId") if seen.path != "/" else None
    proxy.date = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    said = run(tmp_path, "empathy", "s3", "--validate", expect=1, **variables)
    assert re.search(r"clock is \+36\d\d s off the server's", said)
    assert "Correct AWS_ACCESS_KEY_ID" in said
    assert "not usable: clock, list" in said
    assert variables["AWS_ACCESS_KEY_ID"] not in said
