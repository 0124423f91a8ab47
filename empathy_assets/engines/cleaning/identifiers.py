"""Checksums and number formats of identifiers: cards, IBAN, NHS, social security, IP addresses.

Lives here: yes-or-no questions about one candidate string. Must not live here: finding candidates in text.
"""

import ipaddress
import re

_CARD_LENGTHS = range(13, 20)
_NI = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def digits(text: str) -> str:
    """Return the ASCII digits of `text`."""
    return re.sub(r"[^0-9]", "", text)


def is_card(text: str) -> bool:
    """Return whether the digits of `text` are a payment card number: 13 to 19 digits, first digit 2 to 6, Luhn sum 0."""
    number = digits(text)
    if len(number) not in _CARD_LENGTHS or number[0] not in "23456" or len(set(number)) == 1:
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Return whether `text`, spaces ignored, is an IBAN: country, ISO 7064 mod 97-10 sum equal to 1."""
    code = re.sub(r"[\s-]", "", text).upper()
    if not _IBAN.fullmatch(code):
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def is_nhs(text: str) -> bool:
    """Return whether the digits of `text` are an NHS number: ten digits, the last one the modulus-11 check digit."""
    number = digits(text)
    if len(number) != 10:
        return False
    check = 11 - sum(int(c) * w for c, w in zip(number, range(10, 1, -1), strict=False)) % 11
    return check != 10 and check % 11 == int(number[9])


def is_ssn(text: str) -> bool:
    """Return whether `text` is a United States social security (or taxpayer) number that could have been issued."""
    number = digits(text)
    return len(number) == 9 and number[:3] not in ("000", "666") and number[3:5] != "00" and number[5:] != "0000"


def is_national_insurance(text: str) -> bool:
    """Return whether `text`, spaces ignored, is a United Kingdom National Insurance number."""
    return _NI.fullmatch(re.sub(r"\s", "", text).upper()) is not None


def is_ipv4(text: str) -> bool:
    """Return whether `text` is a dotted IPv4 address."""
    return all(part.isdecimal() and int(part) <= 255 for part in text.split("."))


def is_ipv6(text: str) -> bool:
    """Return whether `text` is an IPv6 address with at least three written groups (`a::b` alone is punctuation)."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return len([group for group in text.split(":") if group]) >= 3
