"""A process that uploads is killed in the middle; the next one sends what is missing, and no part twice."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.multipart import abort_stale, unfinished
from empathy_assets.adapters.s3.settings import MIB
from empathy_assets_tests.faults.proxy import Hang, Proxy, Seen
from empathy_assets_tests.faults.servers import Moto

PARTS = 8
KEY = "root/releases/v0.1.0/train.parquet"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "train.parquet").write_bytes(random.Random(1).randbytes(PARTS * 5 * MIB - 4321))
    (folder / "card.md").write_bytes(b"# A card\n")
    (folder / "manifest.json").write_bytes(b"{}")
    return folder


def _publish(package: Path, bucket: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "empathy_assets_tests.faults.publisher", str(package), f"s3://{bucket}/root/releases/v0.1.0"]
    return subprocess.Popen(command, env=dict(os.environ), start_new_session=True)


def _keys(server: Moto, bucket: str) -> dict[str, tuple[int, str]]:
    client = boto3.client("s3", endpoint_url=server.url, region_name="gra")
    found = {}
    for each in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        body = client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        found[each["Key"].rpartition("/")[2]] = (len(body), hashlib.sha256(body).hexdigest())
    return found


def _files(package: Path) -> dict[str, tuple[int, str]]:
    return {path.name: (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) for path in package.iterdir()}


def test_a_killed_upload_is_continued_and_no_part_is_sent_twice(package: Path, proxy: Proxy, bucket: str, server: Moto) -> None:
    taken: list[Seen] = []

    def stops_answering_after_four_parts(seen: Seen) -> Hang | None:
        if seen.part and len(taken) >= 4:
            return Hang(200)  # the process hangs in the middle of its parts, where it is killed
        taken.extend([seen] * bool(seen.part))
        return None

    proxy.rule = stops_answering_after_four_parts
    first = _publish(package, bucket)
    deadline = time.monotonic() + 120
    while len(server.parts(KEY)) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    assert len(server.parts(KEY)) == 4
    assert set(_keys(server, bucket)) == {"card.md"}, "a reader would find half a package"

    proxy.rule = lambda _: None
    assert _publish(package, bucket).wait(120) == 0
    parts = server.parts(KEY)
    assert sorted(parts) == list(range(1, PARTS + 1)), "a part was sent twice, or is missing"
    puts = [path for method, path, _ in server.requests() if method == "PUT" and path.startswith(f"/{bucket}/")]
    assert sum(path.endswith("/card.md") for path in puts) == 1
    assert puts[-1].endswith("/manifest.json")
    assert _keys(server, bucket) == _files(package)
    assert unfinished(boto_client(), bucket, "") == []

    before = len(server.requests())
    assert _publish(package, bucket).wait(120) == 0
    assert not [1 for method, path, _ in server.requests()[before:] if method == "PUT" and not path.endswith("/manifest.json")]


def test_an_upload_nobody_came_back_to_is_given_up_after_its_days(proxy: Proxy, bucket: str) -> None:
    client = boto_client()
    begun = client.create_multipart_upload(Bucket=bucket, Key=KEY)["UploadId"]
    client.create_multipart_upload(Bucket=bucket, Key="elsewhere/train.parquet")
    proxy.initiated = (datetime.now(UTC) - timedelta(days=6)).isoformat()
    assert abort_stale(client, bucket, "root/", timedelta(days=7)) == []
    proxy.initiated = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    assert [each.upload_id for each in abort_stale(client, bucket, "root/", timedelta(days=7))] == [begun]
    assert [each.key for each in unfinished(client, bucket, "")] == ["elsewhere/train.parquet"]
