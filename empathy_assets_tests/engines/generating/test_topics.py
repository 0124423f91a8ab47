"""Topics: forms of a word share a stem, issues bring their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.topics import asked, stem, topics
from empathy_assets.policy.load import table


@pytest.mark.parametrize(
    "forms",
    [
        ("grief", "grieving", "grieves"),
        ("sleep", "sleeping", "slept", "sleepless"),
        ("worry", "worries", "worrying", "worried"),
        ("shame", "ashamed"),
        ("lonely", "loneliness", "alone"),
        ("boundary", "boundaries"),
        ("remember", "remembering", "remembered"),
        ("parent", "parents"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("longing", "long"), ("missing", "miss"), ("meaning", "mean"), ("rest", "restore")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_is_never_empty(word: str) -> None:
    assert stem(word)


def test_every_issue_of_the_bank_has_topic_words() -> None:
    bank = load_bank("grounded")
    found = topics(bank)
    assert set(found) == set(bank.values("issue"))
    assert all(found.values())
    assert "griev" in found["losing-a-parent"]


def test_every_issue_asks_about_subjects_that_a_passage_can_have() -> None:
    lists = table("lexicons/passages")
    found = asked(load_bank("grounded"))
    assert found.keys() == topics(load_bank("grounded")).keys()
    for issue, subjects in found.items():
        assert subjects, issue
        assert subjects <= lists["subject"].keys(), issue
    assert set(lists["asks"]) <= found.keys()
    assert set(lists["situations"]["words"]) | set(lists["hinted"]) <= lists["subject"].keys()


def test_an_issue_without_a_list_asks_about_what_its_topic_names(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = table("lexicons/passages")
    monkeypatch.setitem(lists, "asks", {})
    assert {"grief", "losing someone"} <= asked(load_bank("grounded"))["losing-a-parent"]
