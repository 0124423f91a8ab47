"""From works of several files to passages."""

from empathy_assets.engines.reading.papers.findings import findings_of
from empathy_assets.engines.reading.papers.work import Section, Work
from empathy_assets_tests.engines.reading.papers.shapes import LONG

TITLE = "A slow voice in hard nights"


def work(**changes: object) -> Work:
    """Return a work with one passage of text."""
    return Work.model_validate({"title": TITLE, "doi": "10.5555/a", "abstract": (Section(text=LONG),), "file": "one", **changes})


def test_the_licence_a_work_states_holds_before_the_declared_and_the_declared_before_policys():
    for changes, licence in (
        ({"licence": "CC-BY-4.0", "declared": "CC0-1.0"}, "CC-BY-4.0"),
        ({"declared": "CC0-1.0"}, "CC0-1.0"),
        ({}, "LicenseRef-internal-research"),
    ):
        (passage,), rejects, count = findings_of([work(**changes)])
        assert (passage.licence, rejects, count) == (licence, [], 1)


def test_a_work_in_two_files_is_cut_once_and_points_at_the_fuller_text():
    thin = work(abstract=(), file="thin", authors=("Ines Vale",))
    passages, rejects, count = findings_of([thin, work(file="full")])
    assert (count, rejects) == (1, [])
    assert findings_of([thin.model_copy(update={"file": "uri"}), work(file="full", declared="CC0-1.0")])[1] == []
    (reject,) = findings_of([thin.model_copy(update={"declared": "CC0-1.0"}), work(file="full")])[1]
    assert (reject.reason, reject.file) == ("same-work", "thin")
    assert [(p.provenance.file, p.provenance.authors) for p in passages] == [("full", ["Ines Vale"])]


def test_the_same_text_under_two_identities_is_kept_once_with_a_reason():
    passages, (reject,), count = findings_of([work(), work(doi="10.5555/b", title="Another title of that text", file="two")])
    assert (len(passages), count) == (1, 2)
    assert (reject.reason, reject.file) == ("duplicate-passage", "two")
    assert "one" in reject.detail


def test_every_loss_has_a_reason_and_language_may_be_judged():
    works = [work(flags=("retracted",)), work(doi="10.5555/b", title="No text in this one", abstract=())]
    assert [r.reason for r in findings_of(works)[1]] == ["excluded-retracted", "no-abstract"]
    assert [r.reason for r in findings_of([work()], language_of=lambda _: "de")[1]] == ["not-english"]
