"""Merging by DOI, PMID and title."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers.merge import merged
from empathy_assets.engines.reading.papers.work import Section, Work

TITLE = "A slow voice in hard nights"


def test_doi_pmid_and_title_join_and_fill_each_other():
    works = [
        Work(title=TITLE, doi="10.5555/a", year=2020, position="record 1", file="one"),
        Work(
            title="Other words",
            doi="10.5555/a",
            pmid="9",
            abstract=(Section(text="Text."),),
            position="record 7",
            file="two",
            flags=("corrected",),
        ),
        Work(title=f"  {TITLE.upper()}. ", licence="CC-BY-4.0", year=2021),
        Work(title="Fourth", pmid="9", journal="J"),
    ]
    (work,) = merged(works)
    assert (work.title, work.pmid, work.licence, work.journal, work.flags) == ("Other words", "9", "CC-BY-4.0", "J", ("corrected",))
    assert (work.file, work.position, work.abstract[0].text) == ("two", "record 7", "Text.")


def test_a_late_link_joins_two_groups():
    works = [Work(title="x", doi="10.5555/a"), Work(title="y", pmid="9"), Work(title="z", doi="10.5555/a", pmid="9")]
    assert len(merged(works)) == 1


def test_short_titles_conflicting_identifiers_and_distant_years_keep_works_apart():
    assert len(merged([Work(title="Editorial."), Work(title="Editorial.")])) == 2
    assert len(merged([Work(title=TITLE, doi="10.5555/a"), Work(title=TITLE, doi="10.5555/b")])) == 2
    assert len(merged([Work(title=TITLE, year=1990), Work(title=TITLE, year=2020)])) == 2


def test_a_retraction_known_to_one_source_reaches_the_merged_work():
    (work,) = merged([Work(title=TITLE, doi="10.5555/a"), Work(title=TITLE, doi="10.5555/a", flags=("retracted",))])
    assert work.flags == ("retracted",)


def test_a_preprint_and_a_notice_stay_works_of_their_own():
    plain = Work(title=TITLE, year=2020)
    assert len(merged([plain, Work(title=TITLE, year=2020, flags=("preprint",))])) == 2
    assert len(merged([plain, Work(title=TITLE, year=2020, flags=("erratum",))])) == 2


def test_full_text_and_abstract_meet_by_pmcid():
    (work,) = merged([Work(title="x", pmcid="PMC1", body=(Section(text="Body."),)), Work(title="y", pmcid="PMC1", pmid="4")])
    assert (work.pmid, work.body[0].text) == ("4", "Body.")


WORKS = st.builds(
    Work,
    title=st.sampled_from([TITLE, f"{TITLE}.", "Another long title of one", "Short"]),
    doi=st.sampled_from(["", "10.5555/a", "10.5555/b"]),
    pmid=st.sampled_from(["", "1", "2"]),
    year=st.sampled_from([None, 2019, 2020, 2022]),
    flags=st.sampled_from([(), ("preprint",), ("erratum",), ("retracted",)]),
    abstract=st.sampled_from([(), (Section(text="Text."),), (Section(text="Longer text."),)]),
    file=st.sampled_from(["one", "two"]),
)


@given(st.lists(WORKS, max_size=9).flatmap(lambda works: st.tuples(st.just(works), st.permutations(works))))
def test_the_order_of_works_changes_neither_groups_nor_content(pair):
    works, shuffled = pair

    def content(found: list[Work]) -> list[str]:
        return sorted(work.model_dump_json() for work in merged(found))

    assert content(works) == content(list(shuffled))


@given(st.lists(st.tuples(st.sampled_from(["", "1", "2", "3"]), st.sampled_from(["", "10.5555/a", "10.5555/b"])), max_size=12))
def test_identifiers_end_up_in_exactly_one_work(pairs):
    works = [Work(title="t", pmid=pmid, doi=doi) for pmid, doi in pairs]
    result = merged(works)
    assert merged(result) == result or len(merged(result)) <= len(result)
    assert {w.pmid for w in result} <= {p for p, _ in pairs}
    assert len(result) <= len(works)
