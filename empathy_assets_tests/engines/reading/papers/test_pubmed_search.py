"""Counts, ids, history server and errors of esearch."""

import pytest

from empathy_assets.engines.reading.papers.pubmed_search import parse


def test_count_ids_and_session():
    found = parse(
        b"<eSearchResult><Count>63</Count><QueryKey>1</QueryKey><WebEnv>MCID_a</WebEnv><IdList><Id>7</Id><Id>8</Id></IdList></eSearchResult>"
    )
    assert (found.count, found.ids, found.web_env, found.query_key, found.error) == (63, ("7", "8"), "MCID_a", "1", "")


def test_nothing_found_is_usable_and_says_why():
    found = parse(
        b"<eSearchResult><Count>0</Count><IdList/><ErrorList><PhraseNotFound>zzz</PhraseNotFound></ErrorList>"
        b"<WarningList><OutputMessage>No items found.</OutputMessage></WarningList></eSearchResult>"
    )
    assert (found.count, found.error, found.warnings) == (0, "", ("zzz", "No items found."))


@pytest.mark.parametrize(
    "data",
    [
        b"<eSearchResult><ERROR>Empty term</ERROR></eSearchResult>",
        b"<html><body>Busy</body></html>",
        b"<eSearchResult><Count>many</Count></eSearchResult>",
        b"<eSearchResult><Count>1",
        b'<!DOCTYPE a [<!ENTITY b "c">]><eSearchResult/>',
        b"",
    ],
)
def test_what_is_no_result_carries_an_error(data):
    assert parse(data).error
