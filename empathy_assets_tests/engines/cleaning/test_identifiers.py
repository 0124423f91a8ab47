"""Checksums: published sample numbers pass, one changed digit fails."""

import pytest

from empathy_assets.engines.cleaning import identifiers as ids


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (ids.is_card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (ids.is_card, "378282246310005", "0000000000000000"),
        (ids.is_iban, "DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"),
        (ids.is_iban, "GB82WEST12345698765432", "GB82"),
        (ids.is_nhs, "943 476 5919", "943 476 5918"),
        (ids.is_nhs, "9434765919", "94347659"),
        (ids.is_ssn, "123-45-6789", "666-45-6789"),
        (ids.is_ssn, "123-45-6789", "123-00-6789"),
        (ids.is_national_insurance, "AB 12 34 56 C", "QQ 12 34 56 C"),
        (ids.is_ipv4, "192.168.0.1", "192.168.0.256"),
        (ids.is_ipv6, "fe80::1ff:fe23:4567:890a", "a::b"),
        (ids.is_ipv6, "1:2:3:4:5:6:7:8", "12:30:45"),
    ],
)
def test_checks(check, good, bad):
    assert check(good)
    assert not check(bad)


def test_digits():
    assert ids.digits("+1 (2) x3") == "123"
