"""Tests of field names."""

from empathy_assets.engines.reading.fields import first, folded, kind_of, names, plain


def test_names_are_folded_and_the_first_of_two_stays():
    assert plain("Question_Text ") == "questiontext"
    assert folded({"Conv-ID": 1, "conv_id": 2, 3: "x"}) == {"convid": 1, "3": "x"}


def test_the_likeliest_field_with_a_value_is_found():
    assert first({"output": "b", "response": ""}, "answer") == ("output", "b")
    assert first({"response": ["b"]}, "answer") == ("", None)
    assert first({"response": ["b"]}, "answer", list) == ("response", ["b"])
    assert "answertext" in names("answer")


def test_kinds_in_words():
    assert kind_of(None) == "null"
    assert kind_of("abc") == "a str 'abc'"
    assert kind_of(3) == "a int"
