"""Tests of table dialects."""

import csv

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.dialect import dialect_of


def rows(text):
    dialect = dialect_of(text)
    return list(csv.reader(text.splitlines(keepends=True), **dialect.options()))[dialect.skipped :]


def test_delimiters():
    assert [dialect_of(f"a{d}b\n1{d}2\n").delimiter for d in ",;\t|"] == [",", ";", "\t", "|"]
    assert rows("sep=;\na;b\n1,5;2\n") == [["a", "b"], ["1,5", "2"]]


def test_quotes_doubled_or_escaped():
    assert rows('a,b\n"say ""x"", ok",2\n')[1] == ['say "x", ok', "2"]
    assert rows('a,b\n"say \\"x\\", ok",2\n')[1] == ['say "x", ok', "2"]


def test_quotes_that_enclose_nothing_are_characters():
    text = 'id,n,who,said\n1,1,a,"Yes" I said_comma_ and left\n1,2,b,"Lost quote\n1,3,a,fine\n'
    assert [len(row) for row in rows(text)] == [4, 4, 4, 4]
    assert rows(text)[2][3] == '"Lost quote'


@given(st.text(max_size=200))
def test_no_text_raises(text):
    dialect_of(text)
