"""Tests of the settings of object storage."""

import pytest

from empathy_assets.adapters.s3.settings import MIB, S3Settings, S3SettingsError, switch_off_default_checksums


def test_the_endpoint_tells_the_region_unless_a_variable_does() -> None:
    ovh = {"OVH_S3_ENDPOINT": "https://s3.gra.io.cloud.ovh.net/"}
    assert S3Settings.from_env(ovh).region == "gra"
    assert S3Settings.from_env(ovh).endpoint == "https://s3.gra.io.cloud.ovh.net"
    assert S3Settings.from_env(ovh | {"AWS_DEFAULT_REGION": "sbg"}).region == "sbg"
    assert S3Settings.from_env(ovh | {"AWS_REGION": "rbx", "AWS_DEFAULT_REGION": "sbg"}).region == "rbx"
    assert S3Settings.from_env({}).region == "us-east-1"
    assert S3Settings.from_env({"AWS_ENDPOINT_URL": "http://localhost:9000"}).endpoint == "http://localhost:9000"


def test_numbers_come_from_policy_unless_a_variable_says_otherwise() -> None:
    assert S3Settings.from_env({}).patience >= 30, "an outage of thirty seconds is to be ridden out"
    assert S3Settings.from_env({"EMPATHY_S3_PATIENCE": "300"}).patience == 300


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OVH_S3_ENDPOINT": "s3.gra.io.cloud.ovh.net"}, "OVH_S3_ENDPOINT='s3.gra.io.cloud.ovh.net' found, expected scheme and host"),
        ({"OVH_S3_ENDPOINT": "https://host/bucket"}, "expected scheme and host"),
        ({"EMPATHY_S3_PARALLEL": "many"}, "EMPATHY_S3_PARALLEL='many' found, expected a number above 0 such as 4"),
        ({"EMPATHY_S3_PATIENCE": "-1"}, "expected a number above 0"),
        ({"EMPATHY_S3_PATIENCE": "nan"}, "expected a number above 0"),
        ({"EMPATHY_S3_PART_MIB": "1"}, "expected at least 5"),
    ],
)
def test_an_impossible_value_is_named(variables: dict[str, str], said: str) -> None:
    with pytest.raises(S3SettingsError, match=said):
        S3Settings.from_env(variables)


def test_no_file_has_more_parts_than_the_protocol_allows() -> None:
    settings = S3Settings.from_env({})
    assert settings.part_size(100) == 8 * MIB
    for size in (80_000 * MIB, 80_000 * MIB + 1, 5_000_000 * MIB):
        assert -(-size // settings.part_size(size)) <= 10_000


def test_who_waits_for_an_answer_waits_little() -> None:
    hasty = S3Settings.from_env({}).impatient()
    assert hasty.patience <= 5
    assert hasty.connect_timeout <= 5
    assert S3Settings.from_env({"EMPATHY_S3_PATIENCE": "1"}).impatient().patience == 1


def test_every_client_is_told_the_same() -> None:
    settings = S3Settings.from_env({"OVH_S3_ENDPOINT": "http://localhost:9000", "AWS_REGION": "gra"})
    assert settings.client_config()["request_checksum_calculation"] == "when_required"
    assert settings.client_config()["retries"]["total_max_attempts"] == 1
    assert settings.pyarrow_options()["endpoint_override"] == "localhost:9000"
    assert settings.pyarrow_options()["scheme"] == "http"
    assert settings.polars_options()["aws_allow_http"] == "true"
    assert settings.polars_options()["aws_virtual_hosted_style_request"] == "false"
    assert settings.dagster_options() == {"region_name": "gra", "endpoint_url": "http://localhost:9000"}
    amazon = S3Settings.from_env({"AWS_REGION": "eu-west-3"})
    assert "endpoint_override" not in amazon.pyarrow_options()
    assert "aws_endpoint_url" not in amazon.polars_options()


def test_the_checksum_variables_are_set_but_never_overwritten() -> None:
    environment = {"AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_SUPPORTED"}
    switch_off_default_checksums(environment)
    assert environment == {"AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_SUPPORTED", "AWS_RESPONSE_CHECKSUM_VALIDATION": "WHEN_REQUIRED"}
