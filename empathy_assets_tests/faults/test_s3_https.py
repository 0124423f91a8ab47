"""The object store over https, vouched for by a private authority: refused until it is named, then the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empathy_assets.adapters.s3.errors import S3UnreachableError
from empathy_assets.adapters.s3.objects import Place
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.s3.validate import validate
from empathy_assets.adapters.storage import read_bytes, storage_root, write_bytes
from empathy_assets_tests.faults.certificates import private_server
from empathy_assets_tests.faults.proxy import Proxy
from empathy_assets_tests.faults.servers import Moto


@pytest.fixture
def authority(server: Moto, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of the authority of a server that the environment points at."""
    file, context = private_server(tmp_path)
    secure = Proxy(server.url)
    secure.start(context)
    monkeypatch.setenv("OVH_S3_ENDPOINT", secure.url)
    yield file
    secure.stop()


def test_a_private_authority_is_trusted_once_it_is_named(authority: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(S3UnreachableError, match=r"certificate that is not trusted.*AWS_CA_BUNDLE"):
        write_bytes(storage_root(f"s3://{bucket}/root") / "table", b"rows")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority))
    target = storage_root(f"s3://{bucket}/root") / "table"
    write_bytes(target, b"rows")
    assert read_bytes(target) == target.read_bytes() == b"rows"


def test_every_client_is_tried_over_https(authority: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority))
    found = validate(Place(bucket, "root"), S3Settings.from_env())
    notes = {trial.name: trial.found for trial in found.trials if trial.state != "ok"}
    assert list(notes) == ["polars"]
    assert "SSL_CERT_FILE" in notes["polars"]
    assert found.passed
