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


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("https://creativecommons.org/licenses/by-nc/3.0/us/", "CC-BY-NC-3.0"),
        ("http://creativecommons.org/licenses/by/3.0/igo/", "CC-BY-3.0-IGO"),
        ("creativecommons.org/licenses/by-nd-nc/1.0", "CC-BY-NC-ND-1.0"),
        ("https://creativecommons.org/licences/by/4.0/legalcode", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0", "CC-BY-NC-SA-4.0"),
        ("https://creativecommons.org/licenses/publicdomain/", "CC-PDDC"),
        ("https://www.elsevier.com/tdm/userlicense/1.0/", ""),
        ("https://www.springer.com/tdm", ""),
        ("http://onlinelibrary.wiley.com/termsAndConditions#vor", ""),
    ],
)
def test_licences_as_publishers_write_them(stated, expected):
    assert fields.licence(stated) == expected


@pytest.mark.parametrize(
    ("title", "flags"),
    [
        ("Retracted: Rest and talk", ["retracted"]),
        ("[RETRACTED] Rest and talk", ["retracted"]),
        ("RETRACTED ARTICLE: Rest and talk", ["retracted"]),
        ("Correction to: Rest and talk", ["erratum"]),
        ("Erratum.", ["erratum"]),
        ("Corrigendum to “Rest and talk”", ["erratum"]),
        ("Retraction Note: Rest and talk", ["retraction-notice"]),
        ("Expression of Concern: Rest and talk", ["concern-notice"]),
        ("Correction of distorted memories in grief", []),
        ("Withdrawal from sedatives: an interview study", []),
        ("Retraction of the lower lid", []),
        ("Corrections officers and burnout", []),
    ],
)
def test_titles_that_say_how_a_work_stands(title, flags):
    assert fields.title_flags(title) == flags


def test_central_identifiers_and_kinds():
    assert [fields.pmcid(v) for v in ("PMC123", "123", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC77/", "PMC5.2", None, "x")] == [
        "PMC123",
        "PMC123",
        "PMC77",
        "PMC5",
        "",
        "",
    ]
    assert [fields.preprint(v) for v in ("Preprint", "posted-content", "article", None)] == ["preprint", "preprint", "", ""]
