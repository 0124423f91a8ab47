"""Normal forms shared by all services."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers import fields


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://doi.org/10.5555/ABC.1", "10.5555/abc.1"),
        ("doi:10.5555/a(76)90109-4.", "10.5555/a(76)90109-4"),
        ("(10.5555/xyz)", "10.5555/xyz"),
        ("none", ""),
        (None, ""),
    ],
)
def test_doi(value, expected):
    assert fields.doi(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("https://pubmed.ncbi.nlm.nih.gov/123/", "123"), (7, "7"), (True, ""), (None, ""), ("x", "")]
)
def test_pmid(value, expected):
    assert fields.pmid(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("1999 Spring", 1999), (2020, 2020), ("0", None), (None, None), (True, None)])
def test_year(value, expected):
    assert fields.year(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/", "CC-BY-NC-ND-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDDC"),
        ("cc by", "CC-BY-4.0"),
        ("CCBY", "CC-BY-4.0"),
        ("CCBYNCND", "CC-BY-NC-ND-4.0"),
        ("cc-by-nc-sa", "CC-BY-NC-SA-4.0"),
        ("cc0", "CC0-1.0"),
        ("public-domain", "CC-PDDC"),
        ("https://www.springer.com/tdm", ""),
        (None, ""),
    ],
)
def test_licence(value, expected):
    assert fields.licence(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("eng", "en"), ("en-GB", "en"), ("ger", "de"), (None, "")])
def test_language(value, expected):
    assert fields.language(value) == expected


@given(st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text())))
def test_nothing_raises(value):
    for form in (fields.doi, fields.pmid, fields.year, fields.licence, fields.language, fields.squeezed):
        form(value)
