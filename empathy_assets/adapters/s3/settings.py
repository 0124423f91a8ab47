"""The settings of object storage, read from the environment in one place, and what they are for each client library.

Lives here: endpoint, region, timeouts, sizes, the SDKs' checksum switches. Must not live here: keys; every client takes those from the
environment itself, so that no configuration, message or plan can show them.
"""

import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, fields, replace
from typing import Any

from empathy_assets.policy.load import number

ENDPOINT_VARIABLES = ("OVH_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
AUTHORITIES_VARIABLE = "AWS_CA_BUNDLE"
CHECKSUM_VARIABLES = ("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION")
PREFIX = "EMPATHY_S3_"
MIB = 1 << 20
_MAX_PARTS = 10_000  # of the protocol, as is the smallest part
_MIN_PART_MIB = 5
_FALLBACK_REGION = "us-east-1"  # what the SDKs assume
_REGION_OF_HOST = re.compile(r"^https?://s3[.-]([a-z0-9-]+)\.")


class S3SettingsError(ValueError):
    """A variable that configures object storage has an impossible value."""


@dataclass(frozen=True)
class S3Settings:
    """How the object store is reached; hashable, free of secrets, the same for every client."""

    endpoint: str
    region: str
    authorities: str  # PEM file of a private authority; empty: the system's
    connect_timeout: float  # seconds
    read_timeout: float  # seconds without a byte
    patience: float  # seconds one request is tried for
    backoff: float  # seconds before the first retry
    backoff_limit: float  # seconds, longest pause
    part_mib: float
    parallel: float  # parts in flight
    stale_days: float

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "S3Settings":
        """Return the settings of the environment; numbers come from policy/storage.toml unless `EMPATHY_S3_<NAME>` says otherwise.

        Raises:
            S3SettingsError: A variable cannot be understood.
        """
        env = os.environ if env is None else env
        variable, endpoint = _first(env, ENDPOINT_VARIABLES)
        if endpoint and not re.match(r"https?://[^/\s]+/?$", endpoint):
            raise S3SettingsError(f"{variable}={endpoint!r} found, expected scheme and host such as https://s3.gra.io.cloud.ovh.net")
        known = _REGION_OF_HOST.match(endpoint)
        region = _first(env, REGION_VARIABLES)[1] or (known.group(1) if known else _FALLBACK_REGION)
        numbers = {f.name: _number(env, f.name) for f in fields(cls) if f.name not in ("endpoint", "region", "authorities")}
        if numbers["part_mib"] < _MIN_PART_MIB:
            raise S3SettingsError(
                f"{PREFIX}PART_MIB={numbers['part_mib']:g} found, expected at least {_MIN_PART_MIB}: S3 takes none smaller"
            )
        return cls(endpoint=endpoint.rstrip("/"), region=region, authorities=env.get(AUTHORITIES_VARIABLE, "").strip(), **numbers)

    def impatient(self) -> "S3Settings":
        """Return the same settings for someone who waits for the answer: few retries, short timeouts."""
        patience = min(self.patience, number("storage", "validate.patience"))
        return replace(
            self, patience=patience, connect_timeout=min(self.connect_timeout, patience), read_timeout=min(self.read_timeout, 15.0)
        )

    def part_size(self, size: int) -> int:
        """Return the bytes per part for a file of `size` bytes; on nothing else: a resumed upload cuts at the same places."""
        smallest = -(-size // _MAX_PARTS)
        return max(int(self.part_mib * MIB), -(-smallest // MIB) * MIB)

    def client_config(self) -> dict[str, Any]:
        """Return the keyword arguments of botocore's `Config`, boto3's and aiobotocore's alike; retrying is this package's own."""
        return {
            "connect_timeout": self.connect_timeout,
            "read_timeout": self.read_timeout,
            "retries": {"mode": "standard", "total_max_attempts": 1},
            "max_pool_connections": max(10, int(self.parallel) + 2),
            "s3": {"addressing_style": "path"},
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        }

    def pyarrow_options(self) -> dict[str, Any]:
        """Return the keyword arguments of `pyarrow.fs.S3FileSystem`."""
        scheme, _, host = self.endpoint.partition("://")
        given = {"endpoint_override": host, "scheme": scheme} if self.endpoint else {}
        given |= {"tls_ca_file_path": self.authorities} if self.authorities else {}
        return {"region": self.region, "connect_timeout": self.connect_timeout, "request_timeout": self.read_timeout, **given}

    def polars_options(self) -> dict[str, Any]:
        """Return the `storage_options` of polars' own readers and writers."""
        options: dict[str, Any] = {
            "aws_region": self.region,
            "aws_virtual_hosted_style_request": "false",
            "timeout": f"{self.read_timeout:g}s",
        }
        options |= {"connect_timeout": f"{self.connect_timeout:g}s", "retry_timeout_ms": int(self.patience * 1000)}
        if self.endpoint:
            options |= {"aws_endpoint_url": self.endpoint, "aws_allow_http": str(self.endpoint.startswith("http://")).lower()}
        return options

    def dagster_options(self) -> dict[str, Any]:
        """Return the configuration of dagster-aws' `S3Resource` and of its S3 compute logs."""
        return {"region_name": self.region} | ({"endpoint_url": self.endpoint} if self.endpoint else {})


def switch_off_default_checksums(env: MutableMapping[str, str] | None = None) -> None:
    """Set the SDKs' checksum variables, for the clients that know no other way (pyarrow, dagster-aws).

    The newer default checksums are trailers that S3-compatible servers reject or store as part of the body.
    """
    env = os.environ if env is None else env
    for name in CHECKSUM_VARIABLES:
        env.setdefault(name, "WHEN_REQUIRED")


def _first(env: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """Return the first of the variables that is set, and its value."""
    return next(((name, env[name].strip()) for name in names if env.get(name, "").strip()), (names[0], ""))


def _number(env: Mapping[str, str], name: str) -> float:
    default = number("storage", f"s3.{name}")
    variable = f"{PREFIX}{name.upper()}"
    given = env.get(variable, "").strip()
    if not given:
        return default
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise S3SettingsError(f"{variable}={given!r} found, expected a number above 0 such as {default:g}")
    return value
