"""The clients of the object store: boto3, s3fs, pyarrow; each made here, from the same settings, and nowhere else.

Lives here: construction. Must not live here: requests.
"""

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from empathy_assets.adapters.s3.retrying import retry_handler
from empathy_assets.adapters.s3.settings import KEY_VARIABLES, S3Settings, switch_off_default_checksums

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem as ArrowFileSystem

_RETRY_EVENT = "needs-retry.s3"
_RETRY_ID = "empathy-patience"


def _named(settings: S3Settings) -> dict[str, Any]:
    return {"region_name": settings.region} | ({"endpoint_url": settings.endpoint} if settings.endpoint else {})


def boto_client(settings: S3Settings | None = None) -> Any:
    """Return a boto3 S3 client; it may be shared between threads. Kept for as long as settings and keys stay what they are."""
    keys = tuple(os.environ.get(name, "") for name in (*KEY_VARIABLES, "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE"))
    return _boto_client(settings or S3Settings.from_env(), hash(keys), os.getpid())


@lru_cache(maxsize=8)
def _boto_client(settings: S3Settings, _keys: int, _process: int) -> Any:
    """Make a client; a forked process makes its own, because connections cannot be shared."""
    import boto3
    from botocore.config import Config

    switch_off_default_checksums()
    client = boto3.Session().client("s3", config=Config(**settings.client_config()), **_named(settings))
    client.meta.events.register_first(_RETRY_EVENT, retry_handler(settings), unique_id=_RETRY_ID)
    return client


def aio_session(settings: S3Settings) -> Any:
    """Return an aiobotocore session whose S3 clients retry as ours do."""
    from aiobotocore.session import AioSession

    switch_off_default_checksums()
    session = AioSession()
    session.register(_RETRY_EVENT, retry_handler(settings), unique_id=_RETRY_ID)
    return session


def s3fs_options(settings: S3Settings) -> dict[str, Any]:
    """Return the keyword arguments of `s3fs.S3FileSystem`, without its session."""
    return {"client_kwargs": _named(settings), "config_kwargs": settings.client_config()}


@lru_cache(maxsize=8)
def arrow_filesystem(settings: S3Settings) -> "ArrowFileSystem":
    """Return pyarrow's S3 file system; it retries by itself and takes its checksum settings from the environment only."""
    from pyarrow.fs import S3FileSystem

    switch_off_default_checksums()
    return S3FileSystem(**settings.pyarrow_options())
