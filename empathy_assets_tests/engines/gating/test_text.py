"""Finding phrases and their places."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.gating.text import Rule, any_of, find, per_record, turns_of
from empathy_assets_tests.engines.gating.samples import conversation, frame


def _hits(text, **rule):
    rows = frame(conversation(turns=[("user", text), ("assistant", "I see.")]))
    return find(turns_of(rows, roles=["user"]), [Rule(name="r", **rule)])


def test_places_are_characters_of_the_turn():
    text = "Çok güzel, don’t tell anyone."
    hits = _hits(text, pattern=any_of([r"\bdon't tell\b"]))
    assert [text[s:e] for s, e in hits.select("start", "end").iter_rows()] == ["don’t tell"]


def test_an_excuse_counts_only_within_reach():
    rule = {"pattern": "(?i)fault", "unless": "(?i)feel", "window": 16}
    assert _hits("It may feel like your fault.", **rule).height == 0
    assert _hits("I feel that all of this and everything else is your fault.", **rule).height == 1


def test_two_words_count_together_only_within_reach():
    rule = {"pattern": "(?i)apple", "together": "(?i)pear", "window": 10}
    assert _hits("An apple, a pear.", **rule).height == 1
    assert _hits("An apple lies on the big old table in the hall, far from any pear.", **rule).height == 0


@given(st.lists(st.text(alphabet="ab. ", min_size=1, max_size=12), min_size=1, max_size=5))
def test_every_record_gets_exactly_one_row_and_all_its_hits(texts):
    rows = frame(*(conversation(n, turns=[("user", t), ("assistant", "x")]) for n, t in enumerate(texts)))
    found = per_record(find(turns_of(rows, roles=["user"]), [Rule(name="a", pattern="a")]), rows.height)
    assert found["hits"].to_list() == [t.count("a") for t in texts]
    assert found["spans"].list.len().to_list() == found["hits"].to_list()
