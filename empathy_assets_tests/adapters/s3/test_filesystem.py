"""Tests of the file system behind `s3://` paths."""

import pickle
import subprocess
import sys

import pytest

from empathy_assets.adapters.s3.errors import S3Error
from empathy_assets.adapters.storage import storage_root, write_bytes


def test_a_file_another_client_wrote_is_seen_at_once(s3_bucket: str) -> None:
    folder = storage_root(s3_bucket) / "releases"
    (folder / "one").write_bytes(b"1")
    assert [path.name for path in folder.iterdir()] == ["one"]
    write_bytes(folder / "two", b"2")  # through boto3
    assert sorted(path.name for path in folder.iterdir()) == ["one", "two"]
    assert (folder / "two").exists()


def test_what_is_not_there_is_false_and_a_missing_bucket_is_said(s3_bucket: str) -> None:
    assert not (storage_root(s3_bucket) / "nothing").exists()
    with pytest.raises(FileNotFoundError):
        (storage_root(s3_bucket) / "nothing").read_bytes()
    with pytest.raises(S3Error, match="has no such bucket"):
        (storage_root("s3://no-such-bucket-here/root") / "nothing").exists()


def test_a_path_travels_to_another_process(s3_bucket: str) -> None:
    target = storage_root(s3_bucket) / "data"
    write_bytes(target, b"rows")
    there = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read()).read_bytes())"
    done = subprocess.run([sys.executable, "-c", there], input=pickle.dumps(target), capture_output=True, timeout=120, check=False)
    assert done.stdout == b"b'rows'\n", done.stderr
