"""Tables of the report."""

from empathy_assets.engines.packaging.tables import dict_table, table


def test_what_comes_from_data_is_escaped():
    assert "<td>&lt;b&gt;</td>" in table(["<h>"], [["<b>"]])
    assert "&lt;h&gt;" in table(["<h>"], [])
    assert table(["a"], [[True], [None], [1234], [0.5]]).count("<td") == 4


def test_rows_without_a_table_are_words():
    assert dict_table([], "no <rows>") == "<p>no &lt;rows&gt;</p>"
    assert "<th>a</th>" in dict_table([{"a": 1}], "")
