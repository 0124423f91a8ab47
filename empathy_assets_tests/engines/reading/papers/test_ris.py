"""RIS exports."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers import ris
from empathy_assets_tests.engines.reading.papers.shapes import LONG, RIS


def test_records_of_several_exporters():
    (first, second), rejects = ris.parse(RIS)
    assert rejects == []
    assert (first.title, first.authors, first.year) == ("Warmth in the first hour", ("Ines Vale", "The Panel"), 2019)
    assert (first.doi, first.pmid, first.journal, first.language) == ("10.5555/shape.8", "990000109", "Invented Letters", "en")
    assert [(s.label, s.text) for s in first.abstract] == [("AIM", LONG), ("RESULTS", LONG)]
    assert (first.position, first.origin) == ("record 1, line 3", "https://doi.org/10.5555/shape.8")
    assert (second.title, second.year, second.flags) == ("Retracted: Rest and talk", 2006, ("book", "retracted"))
    assert second.origin == "https://example.org/2"


def test_a_mark_a_missing_end_and_a_record_without_citation():
    works, rejects = ris.parse(b"\xef\xbb\xbfTY  - JOUR\nT1  - One\nTY  - JOUR\nN2  - text\nER  -\nTY  - JOUR\nTI  - Three\nAB  - cut of")
    assert [w.title for w in works] == ["One"]
    assert [(r.reason, r.position) for r in rejects] == [("no-citation", "record 2, line 3"), ("truncated", "record 3, line 6")]


def test_pubmed_numbers_are_found_only_where_they_are_meant():
    record = b"TY  - JOUR\nTI  - A\n%b\nER  -\n"
    for lines, pmid in ((b"DB  - PubMed\nAN  - 990000110", "990000110"), (b"DB  - Other\nAN  - 123", ""), (b"N1  - PMID: 77", "77")):
        assert ris.parse(record % lines)[0][0].pmid == pmid


@given(st.integers(0, len(RIS)), st.binary(max_size=6))
def test_spoiled_files_are_answered(position, noise):
    works, rejects = ris.parse(RIS[:position] + noise + RIS[position + 1 :])
    assert works or rejects or position < 60
