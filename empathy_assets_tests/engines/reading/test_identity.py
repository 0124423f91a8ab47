"""Tests of work and dialogue identity."""

from empathy_assets.engines.reading.identity import dialogue_id, overlap, sketch, title_key, work_id
from empathy_assets_tests.engines.reading.samples import prose


def test_title_key_ignores_subtitle_article_and_name_order():
    assert title_key("The Small Lights: A Book", ["Ada Brook"]) == title_key("Small lights", ["Brook, Ada, 1880-1950"]) != ""
    assert title_key("Small Lights", []) == ""
    assert title_key("Small Lights", ["Ada Brook"]) != title_key("Great Lights", ["Ada Brook"])


def test_sketches_of_one_text_overlap_and_of_two_do_not():
    a, b = prose(30), prose(30, start=900)
    assert overlap(sketch(a), sketch([t.upper() for t in a])) == 1.0
    assert overlap(sketch(a), sketch(a[:28])) > 0.7
    assert overlap(sketch(a), sketch(b)) < 0.3
    assert overlap([], sketch(a)) == 0.0


def test_work_id_prefers_the_title():
    assert work_id("k", [1, 2]) == "w-k"
    assert work_id("", [1, 2]) == work_id("", [1, 2]) != work_id("", [1, 3])


def test_dialogue_id_is_the_same_for_merged_and_retokenised_turns():
    assert dialogue_id(["Hi", "I don't know what to do"]) == dialogue_id(["hi . i don ' t know what to do"])
    assert dialogue_id(["Hi"]) != dialogue_id(["Hello"])
