"""Ceph's object gateway over https: validation, refusals, killed uploads, outages, reads, the least permissions, a whole build."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from empathy_assets.adapters.releases import is_published
from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.multipart import unfinished
from empathy_assets.adapters.s3.settings import MIB
from empathy_assets.adapters.storage import copy_to, storage_root, write_bytes
from empathy_assets_tests.adapters.packed import publish
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.integration.ceph import Ceph
from empathy_assets_tests.integration.conftest import OWNER
from empathy_assets_tests.journeys.commands import build, run

pytestmark = pytest.mark.integration
PARTS = 24
OUTAGE = 30.0  # seconds, as the issue of outages asks


def variables(storage: str) -> dict[str, str]:
    """Return what a command needs of this environment."""
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("AWS_", "OVH_", "EMPATHY_S3_"))}
    return kept | {"EMPATHY_STORAGE": storage}


def validated(folder: Path, storage: str, expect: int = 0, **changed: str) -> dict[str, Any]:
    """Return what `empathy s3 --validate` finds: trial by trial, its state and sentence."""
    found = json.loads(run(folder, "empathy", "s3", "--validate", "--json", expect=expect, **(variables(storage) | changed)))
    return {trial["name"]: (trial["state"], trial["found"]) for trial in found["trials"]}


def test_validation_finds_a_store_that_every_client_can_use(cluster: Ceph, bucket: str, tmp_path: Path) -> None:
    trials = validated(tmp_path, f"s3://{bucket}/root")
    assert {name for name, (state, _) in trials.items() if state != "ok"} == {"polars"}, trials
    assert "SSL_CERT_FILE" in trials["polars"][1]
    trials = validated(tmp_path, f"s3://{bucket}/root", SSL_CERT_FILE=str(cluster.authority))
    assert {state for state, _ in trials.values()} == {"ok"}, trials


def test_the_sdks_own_checksums_are_refused_here_so_every_client_must_leave_them_out(cluster: Ceph, bucket: str) -> None:
    unset = boto3.client("s3", endpoint_url=cluster.url, region_name="gra", verify=str(cluster.authority))
    with pytest.raises(ClientError, match="MissingContentLength"):
        unset.put_object(Bucket=bucket, Key="table", Body=b"rows")
    write_bytes(storage_root(f"s3://{bucket}/table"), b"rows")
    assert unset.get_object(Bucket=bucket, Key="table")["Body"].read() == b"rows"


@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        # pragma: allowlist nextline secret - of nobody
        ({"AWS_SECRET_ACCESS_KEY": "another"}, "Correct AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "AKIDOFNOBODY"}, "Correct AWS_ACCESS_KEY_ID"),
        ({"AWS_CA_BUNDLE": ""}, "certificate that is not trusted"),
        ({"EMPATHY_STORAGE": "s3://empathy-mistyped/root"}, "Create it, or correct EMPATHY_STORAGE"),
    ],
)
def test_a_refusal_is_told_in_one_line_with_its_remedy(changed: dict[str, str], remedy: str, bucket: str, tmp_path: Path) -> None:
    trials = validated(tmp_path, f"s3://{bucket}/root", expect=1, **changed)
    failed = [found for state, found in trials.values() if state == "failed"]
    assert len(failed) == 1, trials
    assert remedy in failed[0]
    assert OWNER[2] not in json.dumps(trials)


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed: apt-get install faketime")
def test_a_clock_an_hour_off_is_named_as_the_cause(bucket: str, tmp_path: Path) -> None:
    command = ("faketime", "-f", "+1h", "empathy", "s3", "--validate")
    said = " ".join(run(tmp_path, *command, expect=1, **variables(f"s3://{bucket}/root")).split())
    assert "this machine's clock is +36" in said
    assert "Set it by NTP, then run again" in said


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with one file of many parts, and a marker."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "train.parquet").write_bytes(random.Random(1).randbytes(PARTS * 5 * MIB - 4321))
    (folder / "manifest.json").write_bytes(b"{}")
    return folder


def publisher(package: Path, target: str, **changed: str) -> subprocess.Popen[bytes]:
    """Start a process that publishes a folder."""
    command = [sys.executable, "-m", "empathy_assets_tests.faults.publisher", str(package), target]
    return subprocess.Popen(command, env=dict(os.environ) | changed, start_new_session=True)


def sent(cluster: Ceph, key: str, least: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the gateway has taken so many parts of a key.

    Raises:
        AssertionError: The process that sends them ended before, or two minutes passed.
    """
    deadline = time.monotonic() + 120
    while len(cluster.parts(key)) < least:
        assert process.poll() is None, "the upload ended before it could be disturbed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_killed_upload_is_continued_and_no_part_is_sent_twice(cluster: Ceph, bucket: str, owner: Any, package: Path) -> None:
    key, target = f"{bucket}/root/releases/v0.1.0/train.parquet", f"s3://{bucket}/root/releases/v0.1.0"
    first = publisher(package, target)
    sent(cluster, key, 6, first)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    time.sleep(2)  # parts that had arrived whole are finished and logged by then
    taken = cluster.parts(key)
    assert 6 <= len(taken) < PARTS
    assert len(set(taken)) == len(taken)
    assert owner.list_objects_v2(Bucket=bucket)["KeyCount"] == 0, "a reader would find half a package"
    (begun,) = unfinished(boto_client(), bucket, "")

    assert publisher(package, target).wait(120) == 0
    time.sleep(0.5)
    assert sorted(cluster.parts(key)) == list(range(1, PARTS + 1)), "a part was sent twice, or is missing"
    assert unfinished(boto_client(), bucket, "") == []
    assert begun.key == key.partition("/")[2]
    copy_to(storage_root(f"{target}/train.parquet"), package.parent / "copy")
    assert sha256(package.parent / "copy") == sha256(package / "train.parquet")


def test_an_outage_of_half_a_minute_in_the_middle_of_an_upload_is_waited_out(cluster: Ceph, bucket: str, package: Path) -> None:
    key, target = f"{bucket}/root/releases/v0.1.0/train.parquet", f"s3://{bucket}/root/releases/v0.1.0"
    process = publisher(package, target)
    sent(cluster, key, 4, process)
    cluster.kill_gateway()
    time.sleep(OUTAGE)
    assert process.poll() is None, "the upload gave up"
    cluster.start_gateway()
    assert process.wait(240) == 0
    assert unfinished(boto_client(), bucket, "") == []
    copy_to(storage_root(f"{target}/train.parquet"), package.parent / "copy")
    assert sha256(package.parent / "copy") == sha256(package / "train.parquet")


_READ = """
import resource, sys
from pathlib import Path
from empathy_assets.adapters.storage import copy_to, storage_root, write_bytes
source = storage_root(sys.argv[1])
copy_to(source / "manifest.json", Path(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
copy_to(source / "train.parquet", Path(sys.argv[2]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_reads_stream_in_constant_memory_and_continue_where_a_dying_gateway_left_them(
    cluster: Ceph, bucket: str, package: Path, tmp_path: Path
) -> None:
    target, copy = f"s3://{bucket}/root/releases/v0.1.0", tmp_path / "copy"
    assert publisher(package, target).wait(120) == 0
    done = subprocess.run([sys.executable, "-c", _READ, target, str(copy)], capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) < 48, f"{done.stdout.strip()} MiB more memory for {PARTS * 5} MiB"
    assert sha256(copy) == sha256(package / "train.parquet")
    copy.unlink()

    def crash() -> None:
        while not copy.exists() or copy.stat().st_size < 20 * MIB:
            time.sleep(0.001)
        cluster.kill_gateway()
        cluster.start_gateway()

    crashing = threading.Thread(target=crash)
    crashing.start()
    copy_to(storage_root(f"{target}/train.parquet"), copy)
    crashing.join()
    assert sha256(copy) == sha256(package / "train.parquet")
    with storage_root(f"{target}/train.parquet").open("rb") as stream:
        stream.seek(-100, os.SEEK_END)
        assert stream.read() == (package / "train.parquet").read_bytes()[-100:]


def test_a_write_once_release_is_not_replaced_by_another_writer(bucket: str, tmp_path: Path) -> None:
    root = storage_root(f"s3://{bucket}/root")
    remote, changed = publish(root, "v0.1.0", tmp_path)
    assert changed
    assert is_published(root, "v0.1.0")
    assert remote == publish(str(tmp_path / "local"), "v0.1.0", tmp_path)[0]
    assert publish(root, "v0.1.0", tmp_path) == (remote, False)


@pytest.mark.slow
def test_a_whole_build_on_ceph_gives_the_bytes_of_a_local_one(built: Built, bucket: str, owner: Any, tmp_path: Path) -> None:
    settings = variables(f"s3://{bucket}/root") | {"EMPATHY_CACHE": str(built.settings.cache_dir)}
    facts = build(tmp_path, **settings)
    assert facts["success"]
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    local = Path(built.settings.storage) / "releases" / "next"
    stored = {}
    for each in owner.list_objects_v2(Bucket=bucket, Prefix="root/releases/next/")["Contents"]:
        stored[each["Key"].rpartition("/")[2]] = owner.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
    assert stored == {path.name: path.read_bytes() for path in local.iterdir()}
    assert "whole and unchanged" in run(tmp_path, "empathy", "verify", "next", **settings)
    again = build(tmp_path, **settings)
    assert (again["changed"], again["merkle_root"]) == (False, facts["merkle_root"])
