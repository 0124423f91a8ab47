"""MEDLINE tagged text."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers import nbib
from empathy_assets_tests.engines.reading.papers.shapes import LONG, NBIB


def test_wrapped_fields_labels_and_citation():
    (work, erratum), rejects = nbib.parse(NBIB)
    assert rejects == []
    assert work.title == "Sleep distress and the wish to control the night"
    assert work.vernacular_title == "Schlaf und Kontrolle."
    assert (work.year, work.doi, work.pmid, work.authors) == (2016, "10.5555/shape.7", "990000107", ("Bastian Rook", "Night Study Group"))
    assert [s.label for s in work.abstract] == ["AIM", "RESULTS"]
    assert work.abstract[1].text == LONG
    assert erratum.flags == ("erratum",)


def test_record_without_citation_is_rejected_with_its_line():
    works, (reject,) = nbib.parse(b"STAT- Publisher\nAB  - Something.\n")
    assert works == []
    assert (reject.reason, reject.position) == ("no-citation", "record 1, line 1")


@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    nbib.parse(text.encode("utf-8", "surrogatepass"))


def test_a_cut_export_and_a_partial_retraction():
    record = "PMID- 99000012%d\nOWN - NLM\nTI  - A title of study %d\n%sSO  - Invented. 2016;1(1):1-9.\n\n"
    text = record % (1, 1, "PRIN- Invented. 2017\nPMC - PMC77\n") + record % (2, 2, "")
    (work, _), rejects = nbib.parse(text.encode())
    assert (work.flags, work.pmcid, rejects) == (("retracted",), "PMC77", [])
    works, (reject,) = nbib.parse(text[: text.rindex("SO  -")].encode())
    assert [w.pmid for w in works] == ["990000121"]
    assert (reject.reason, reject.position) == ("truncated", "record 2, line 8")
