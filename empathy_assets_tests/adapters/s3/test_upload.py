"""Tests of uploads: in one request, in parts, continued, of changed files. Kills and faults are in `faults`."""

import random
from pathlib import Path

import pytest

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.errors import S3DamagedError
from empathy_assets.adapters.s3.multipart import unfinished
from empathy_assets.adapters.s3.objects import Place, head_object, read_object
from empathy_assets.adapters.s3.settings import MIB, S3Settings
from empathy_assets.adapters.s3.upload import upload
from empathy_assets.records.ids import file_sha256


@pytest.fixture
def place(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("EMPATHY_S3_PART_MIB", "5")
    return Place(s3_bucket.split("/")[2], "root/train.parquet")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "train.parquet"
    path.write_bytes(random.Random(3).randbytes(11 * MIB))
    return path


def begin(place: Place, source: Path, numbers: tuple[int, ...], sha256: str) -> None:
    """Leave an upload behind that holds some parts."""
    client, data = boto_client(), source.read_bytes()
    where = {"Bucket": place.bucket, "Key": place.key}
    upload_id = client.create_multipart_upload(**where, Metadata={"sha256": sha256})["UploadId"]
    for number in numbers:
        body = data[(number - 1) * 5 * MIB : number * 5 * MIB]
        client.upload_part(**where, UploadId=upload_id, PartNumber=number, Body=body)


@pytest.mark.parametrize("size", [0, 1, 5 * MIB, 5 * MIB + 1])
def test_a_file_becomes_the_same_object_and_is_sent_once(place: Place, tmp_path: Path, size: int) -> None:
    client, settings = boto_client(), S3Settings.from_env()
    path = tmp_path / "file"
    path.write_bytes(random.Random(size).randbytes(size))
    told: list[tuple[str, int, int]] = []
    done = upload(client, path, place, settings, progress=lambda *each: told.append(each))
    assert (done.bytes, done.sha256, done.sent) == (size, file_sha256(path), 1 if size <= 5 * MIB else 2)
    assert read_object(client, place, settings) == path.read_bytes()
    assert told[-1] == ("file", size, size)
    again = upload(client, path, place, settings)
    assert (again.sent, again.skipped) == (0, done.parts)


def test_a_begun_upload_is_continued(place: Place, source: Path) -> None:
    begin(place, source, (1, 3), file_sha256(source))
    client, settings = boto_client(), S3Settings.from_env()
    told: list[int] = []
    done = upload(client, source, place, settings, progress=lambda _name, there, _size: told.append(there))
    assert (done.parts, done.sent, done.skipped) == (3, 1, 2)
    assert told == [6 * MIB, 11 * MIB]
    head = head_object(client, place)
    assert head is not None and head.sha256 == done.sha256
    assert unfinished(client, place.bucket, "") == []


def test_an_upload_of_another_file_is_not_taken_for_this_one(place: Place, source: Path) -> None:
    """A longer one is left alone; one with the same beginning must not pass on its own hash."""
    client, settings = boto_client(), S3Settings.from_env()
    begin(place, source, (1, 2), "0" * 64)
    done = upload(client, source, place, settings)
    head = head_object(client, place)
    assert head is not None and head.sha256 == done.sha256 == file_sha256(source)
    assert read_object(client, place, settings) == source.read_bytes()

    begin(place, source, (1, 2, 3), "0" * 64)
    source.write_bytes(source.read_bytes()[: 6 * MIB])
    assert upload(client, source, place, settings).sent == 2
    assert read_object(client, place, settings) == source.read_bytes()


def test_a_begun_upload_with_other_part_sizes_is_not_continued(place: Place, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(place, source, (1, 2), file_sha256(source))
    monkeypatch.setenv("EMPATHY_S3_PART_MIB", "6")
    done = upload(boto_client(), source, place, S3Settings.from_env())
    assert (done.parts, done.sent) == (2, 2)


def test_what_the_server_makes_of_it_is_looked_at(place: Place, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto_client()
    monkeypatch.setattr("empathy_assets.adapters.s3.upload.head_object", lambda *_: None)
    with pytest.raises(S3DamagedError, match="holds nothing after its upload"):
        upload(client, source, place, S3Settings.from_env())


def test_only_a_new_object_is_written_where_asked_for(place: Place, tmp_path: Path) -> None:
    client, settings = boto_client(), S3Settings.from_env()
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    upload(client, tmp_path / "one", place, settings, only_new=True)
    upload(client, tmp_path / "one", place, settings, only_new=True)
    with pytest.raises(client.exceptions.ClientError, match="PreconditionFailed"):
        upload(client, tmp_path / "two", place, settings, only_new=True)
    assert read_object(client, place, settings) == b"one"
