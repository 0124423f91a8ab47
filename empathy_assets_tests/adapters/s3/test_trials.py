"""Tests of single trials that come out otherwise than they must; what a whole server does is in `faults`."""

import pytest

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.objects import Place
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.s3.trials import FOLDER, Course, Note, TrialError
from empathy_assets.adapters.s3.validate import validate

MODULE = "empathy_assets.adapters.s3.trials"


def course(s3_bucket: str) -> Course:
    return Course(Place(s3_bucket.split("/")[2], "root"), S3Settings.from_env().impatient(), {})


def test_a_trial_that_fails_alone_does_not_hide_the_others(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.unfinished", lambda *_: [])
    found = validate(Place(s3_bucket.split("/")[2], "root"), S3Settings.from_env())
    assert [trial.name for trial in found.trials if trial.state != "ok"] == ["resume"]
    listed = boto_client().list_objects_v2(Bucket=s3_bucket.split("/")[2], Prefix=f"root/{FOLDER}")
    assert listed["KeyCount"] == 0


def test_damage_is_told_from_permission(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = course(s3_bucket)
    tried.put()
    monkeypatch.setattr(f"{MODULE}.read_object", lambda *_: b"empa")
    with pytest.raises(TrialError, match="4 bytes came back for 7"):
        tried.get()
    monkeypatch.undo()


def test_metadata_that_is_dropped_is_noticed(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = course(s3_bucket)
    boto_client().put_object(Bucket=tried.root.bucket, Key=tried.place("small").key, Body=b"empathy")
    with pytest.raises(TrialError, match="drops x-amz-meta headers"):
        tried.get()


def test_what_no_build_needs_is_a_note(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = course(s3_bucket)
    with pytest.raises(Note, match="does not tell its time"):
        tried.clock()
    with pytest.raises(Note, match="ignores conditions"):
        tried.conditional()  # there is nothing yet that it could have refused to replace
    begun = boto_client().create_multipart_upload(Bucket=tried.root.bucket, Key="root/old")  # years old, says the test server
    assert begun["UploadId"]
    with pytest.raises(Note, match="1 unfinished uploads are older than 7 days"):
        tried.unfinished()
    monkeypatch.setattr(f"{MODULE}.arrow_filesystem", lambda _: (_ for _ in ()).throw(OSError("no such thing")))
    with pytest.raises(Note, match="Builds do not use pyarrow's own client"):
        tried.pyarrow()
