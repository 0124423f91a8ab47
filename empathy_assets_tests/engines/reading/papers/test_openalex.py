"""OpenAlex replies and their inverted index."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers import openalex
from empathy_assets_tests.engines.reading.papers.shapes import LONG, as_json, openalex_work


def test_list_and_single_work():
    (work,), rejects = openalex.parse(as_json({"meta": {"count": 1}, "results": [openalex_work()]}))
    assert rejects == []
    assert work.abstract[0].text == LONG
    assert (work.doi, work.pmid, work.licence, work.journal, work.authors) == (
        "10.5555/shape.3",
        "990000103",
        "CC-BY-NC-4.0",
        "Invented Letters",
        ("Tomas Reed",),
    )
    assert openalex.parse(as_json(openalex_work()))[0] == [work]


def test_nulls_flags_and_notices():
    nulls = dict.fromkeys(("authorships", "primary_location", "ids", "language", "abstract_inverted_index"))
    (work,), _ = openalex.parse(as_json(openalex_work(**nulls, is_retracted=True, type="erratum")))
    assert (work.abstract, work.authors, work.flags) == ((), (), ("erratum", "retracted"))


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=40))
def test_index_gives_back_the_text_it_was_made_of(words):
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert openalex.from_index(index) == " ".join(words)


def test_hostile_positions_are_ignored():
    assert openalex.from_index({"a": [0, -1, 10**12, True, "x"], "b": "no", "c": [2]}) == "a c"
    assert openalex.from_index(None) == ""


def test_record_without_title_is_rejected():
    assert openalex.parse(as_json({"results": [{"id": "https://openalex.org/W1"}]}))[1][0].reason == "no-citation"
