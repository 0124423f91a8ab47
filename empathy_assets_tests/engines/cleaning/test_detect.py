"""Detection in one text: every kind is found, everything that must survive is left alone."""

from itertools import pairwise

import pytest

from empathy_assets.engines.cleaning.detect import find

FOUND = {
    "EMAIL": ["Write to anna.smith+x@mail.example.co.uk.", "it is anna(at)example.org"],
    "URL": ["see https://example.com/a?b=1.", "on www.example.org, yes", "my-blog.com is mine", "youtu.be/abcDEF123"],
    "HANDLE": ["follow @jane_doe99 there", "I am u/throwaway1234"],
    "IP": ["it said 81.20.3.44 again", "from fe80::1ff:fe23:4567:890a last night"],
    "IBAN": ["pay DE89 3704 0044 0532 0130 00 now"],
    "CARD": ["card 4111 1111 1111 1111 2 times", "378282246310005 was charged"],
    "NHS": ["NHS number 943 476 5919"],
    "SSN": ["it is 123-45-6789", "my social is 123456789"],
    "NI": ["ni AB 12 34 56 C"],
    "DOB": ["born on 12 May 1983", "DOB: 05/12/1983", "date of birth is 1983-05-12"],
    "RECORD": ["MRN 00482913", "my hospital number is A-482913"],
    "ACCOUNT": ["passport number X1234567", "account number 12345678"],
    "ADDRESS": ["at 42 Elm Street, Springfield, IL 62704", "221B Baker Street", "Hauptstraße 12", "P.O. Box 1234", "near NW1 6XE"],
    "PHONE": ["ring 212-555-0142", "+44 7700 900123"],
    "NAME": ["My name is John Smith"],
}
SURVIVES = [
    "988, 741741, 1-800-273-8255, (800) 273-8255, +1-800-273-8255, 116 123 and 116123",
    "call 988, then 1-800-273-TALK", "988 1-800-273-8255",
    "+49 800 111 0 111, +44 800 1111",
    "Childline 0800 1111, Lifeline 13 11 14", "988lifeline.org or www.samaritans.org",
    "doi 10.1037/0033-2909.131.6.803, PMID 12345678, PMC1234567, ISBN 978-3-16-148410-0", "https://doi.org/10.1000/xyz123",
    "PHQ-9 was 21/27", "1990-2005, 2010–15", "on 2021-04-05, 05/12/2020 and 5.12.2020", "50.5 mg, 100.0 mg",
    "$12,345,678, £1,000 and 1,234,567 people",
    "2:30 to 6:45", "I was born in 1980", "rated 10/10 9/10 8/10", "version 1.2.3",
    "120-130 pounds", "[EMAIL_1] and [PHONE_2] stay", "",
    "from 20.11.2019-25.11.2019", "90 meetings in 90 days", "I drive 3 hours",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in FOUND.items() for t in texts])
def test_each_kind_is_found(kind, text):
    assert [hit.kind for hit in find(text)] == [kind]


@pytest.mark.parametrize("text", SURVIVES)
def test_what_must_survive(text):
    assert find(text) == []


def test_a_hotline_survives_beside_a_phone_and_inside_none():
    text = "Call 988 or 212-555-0142; mine is +1 988 555 0142"
    assert [text[h.start : h.end] for h in find(text)] == ["212-555-0142", "+1 988 555 0142"]


def test_hits_are_ordered_and_apart():
    hits = find("212-555-0142, a@example.org, 81.20.3.44")
    assert [h.kind for h in hits] == ["PHONE", "EMAIL", "IP"]
    assert all(a.end <= b.start for a, b in pairwise(hits))
