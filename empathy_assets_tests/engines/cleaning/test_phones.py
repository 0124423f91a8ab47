"""Telephone numbers of many countries are found whole; other numbers are not."""

import pytest

from empathy_assets.engines.cleaning.phones import find_phones

NUMBERS = [
    "212-555-0142", "(212) 555-0142", "212.555.0142", "+1 212 555 0142", "1-212-555-0142", "2125550142", "+1 (415) 555-2671 ext. 12",
    "07700 900123", "+44 7700 900123", "020 7946 0018", "+44 (0)20 7946 0018", "(020) 7946 0018", "+49 30 9123456", "030/9123456",
    "+33 1 70 18 12 34", "01 70 18 12 34", "+91 98123 45678", "+61 491 570 156", "+34 612 345 678", "0049 30 9123456", "+86 138 0013 8000",
    "+55 11 98765-4321", "+49-30-9123456", "+44.7700.900123", "+1(212)555-0142", "212‑555‑0142",
    "(+44) 7700 900123",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_found_whole_without_context(number):
    text = f"It is {number}, thanks."
    start, end = next(find_phones(text))
    assert text[start:end] == number


@pytest.mark.parametrize(
    "text",
    [
        "call 555-0142",
        "my number is 612 345 678",
        "138 0013 8000 is my mobile number",
        "Reach me: 98123 45678",
        "my number is 2 1 2 5 5 5 0 1 4 2",
    ],
)
def test_a_contact_word_vouches_for_other_shapes(text):
    assert list(find_phones(text))


def test_metadata_vouches_for_a_national_number_without_trunk_prefix():
    assert list(find_phones("It was 612 345 678, she wrote"))


@pytest.mark.parametrize(
    "text", ["555-0142 pages", "in 2019 2020 2021 2022", "3.14159265", "$212-555-0142", "scores 12 14 16 18 20 22 24 26", "1000000 reasons"]
)
def test_other_numbers_are_not_phones(text):
    assert not list(find_phones(text))
