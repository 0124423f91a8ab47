"""The object store misbehaves while a release is published and read: nothing is lost, nothing doubled, the bytes are the same."""

import random
import time
from pathlib import Path

import boto3
import pytest
from upath import UPath

from empathy_assets.adapters.packages import fetched, find_package
from empathy_assets.adapters.releases import is_published
from empathy_assets.adapters.s3.errors import S3DamagedError, S3UnreachableError
from empathy_assets.adapters.s3.settings import MIB
from empathy_assets.adapters.storage import publish_folder, read_bytes, storage_root, write_bytes
from empathy_assets.engines.packaging.verify import verify_package
from empathy_assets_tests.adapters.packed import publish
from empathy_assets_tests.faults.proxy import Answer, Fault, Hang, Proxy, Reset, Seen, Truncate, sometimes
from empathy_assets_tests.faults.servers import Moto


def objects(server: Moto, bucket: str) -> dict[str, bytes]:
    """Return all objects of a bucket, past the proxy."""
    client = boto3.client("s3", endpoint_url=server.url, region_name="gra")
    assert not client.list_multipart_uploads(Bucket=bucket).get("Uploads"), "an unfinished upload is left"
    keys = [each["Key"] for each in client.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def whole(root: UPath, release: str = "v0.1.0") -> list[str]:
    """Return the problems of a published package."""
    with fetched(find_package(root, release)) as folder:
        return verify_package(folder)


STORMS = {
    "slow down": sometimes(0.3, Answer(503, "SlowDown"), Answer(500, "InternalError")),
    "resets": sometimes(0.3, Reset(), Reset(after=True)),
    "truncated bodies": sometimes(0.4, Truncate(0.6), Truncate(0.0), when=lambda seen: seen.method == "GET"),
    "everything at once": sometimes(
        0.3,
        Answer(503, "ServiceUnavailable"),
        Answer(400, "BadDigest"),
        Answer(400, "RequestTimeout"),
        Reset(),
        Reset(after=True),
        Truncate(0.9),
    ),
}


@pytest.mark.parametrize("storm", STORMS)
def test_a_release_is_published_and_read_through_a_storm(storm: str, proxy: Proxy, bucket: str, server: Moto, tmp_path: Path) -> None:
    calm, _ = publish(str(tmp_path / "local"), "v0.1.0", tmp_path)
    proxy.rule = STORMS[storm]
    root = storage_root(f"s3://{bucket}/root")
    stormy, changed = publish(root, "v0.1.0", tmp_path)
    assert changed
    assert stormy == calm
    assert whole(root) == []
    assert publish(root, "v0.1.0", tmp_path) == (calm, False)
    assert len(proxy.faults()) > 5
    expected = {f"root/releases/v0.1.0/{path.name}": path.read_bytes() for path in (tmp_path / "local/releases/v0.1.0").iterdir()}
    assert objects(server, bucket) == expected


def test_parts_whose_answers_are_lost_are_the_same_bytes_in_the_end(proxy: Proxy, bucket: str, server: Moto, tmp_path: Path) -> None:
    files = {"train.parquet": random.Random(5).randbytes(11 * MIB), "manifest.json": b"{}"}
    for name, data in files.items():
        (tmp_path / "package").mkdir(exist_ok=True)
        (tmp_path / "package" / name).write_bytes(data)
    asked: set[tuple[str, str, str]] = set()

    def loses_every_first_answer(seen: Seen) -> Fault | None:
        this = (seen.method, seen.path, str(sorted(seen.query.items())))
        return None if this in asked else asked.add(this) or Reset(after=True)

    proxy.rule = loses_every_first_answer
    publish_folder(tmp_path / "package", storage_root(f"s3://{bucket}/root"), marker="manifest.json")
    assert [seen.path for seen in proxy.seen if "uploadId" in seen.query and seen.method == "POST"], "the file went up in parts"
    assert objects(server, bucket) == {f"root/{name}": data for name, data in files.items()}


def test_an_outage_is_waited_out(proxy: Proxy, bucket: str, server: Moto, tmp_path: Path) -> None:
    root = storage_root(f"s3://{bucket}/root")
    begin = time.monotonic()
    proxy.outage(2.0)
    publish(root, "v0.1.0", tmp_path)
    assert time.monotonic() - begin > 2.0
    assert whole(root) == []


def test_an_outage_longer_than_patience_ends_in_one_line_and_the_next_run_goes_on(
    proxy: Proxy, bucket: str, server: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMPATHY_S3_PATIENCE", "0.5")
    root = storage_root(f"s3://{bucket}/root")
    sent: list[str] = []

    def breaks_after_three_files(seen: Seen) -> Fault | None:
        if seen.method == "PUT":
            sent.append(seen.path)
        return Reset() if len(sent) > 3 else None

    proxy.rule = breaks_after_three_files
    with pytest.raises(S3UnreachableError, match=r"^s3://.* cannot be reached: .*OVH_S3_ENDPOINT.*run again$"):
        publish(root, "v0.1.0", tmp_path)
    proxy.rule = lambda _: None
    assert not is_published(root, "v0.1.0")
    proxy.seen.clear()
    publish(root, "v0.1.0", tmp_path)
    again = {seen.path for seen in proxy.seen if seen.method == "PUT"}
    assert not again & set(sent[:3]), "what was there is sent again"
    assert whole(root) == []


def test_a_server_that_hangs_is_left_after_its_timeout(proxy: Proxy, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_S3_READ_TIMEOUT", "0.5")
    target = storage_root(f"s3://{bucket}/root") / "table.parquet"
    hung: list[Seen] = []
    proxy.rule = lambda seen: Hang(60.0) if seen.method == "PUT" and not hung and not hung.append(seen) else None
    begin = time.monotonic()
    write_bytes(target, b"rows")
    assert 0.5 < time.monotonic() - begin < 50
    assert read_bytes(target) == b"rows"


def test_a_body_whose_length_lies_is_told_by_its_hash(proxy: Proxy, bucket: str) -> None:
    target = storage_root(f"s3://{bucket}/root") / "table.parquet"
    write_bytes(target, b"rows" * 1000)
    cut: list[Seen] = []
    proxy.rule = lambda seen: Truncate(0.5, lie=True) if seen.method == "GET" and len(cut) < 2 and not cut.append(seen) else None
    assert read_bytes(target) == b"rows" * 1000
    assert len(cut) == 2


def test_a_body_that_never_comes_whole_is_an_error(proxy: Proxy, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_S3_PATIENCE", "0.5")
    target = storage_root(f"s3://{bucket}/root") / "table.parquet"
    write_bytes(target, b"rows" * 1000)
    proxy.rule = lambda seen: Truncate(0.5, lie=True) if seen.method == "GET" else None
    with pytest.raises(S3DamagedError, match=r"table\.parquet arrived with the hash"):
        read_bytes(target)
    proxy.rule = lambda seen: Truncate(0.0) if seen.method == "GET" else None
    with pytest.raises(S3DamagedError, match="breaks off at byte 0 of 4000"):
        read_bytes(target)
