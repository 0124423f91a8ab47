"""Tests of labelled JSONL: a file or a folder, every refusal with file, line, what was found and the remedy."""

import json
from pathlib import Path

import pytest

from empathy_assets.adapters.labelled import (
    LabelledDataError,
    content_sha256,
    crisis_complaint,
    ears_complaint,
    read_benchmark,
    read_labelled,
)

YES, NO = '{"text": "I want to be gone", "label": 1}\n', '{"text": "the bread rose", "label": 0}\n'


def test_a_folder_is_read_in_the_order_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(NO)
    (tmp_path / "a.jsonl").write_text("\ufeff" + YES + "\n")
    (tmp_path / "README.md").write_text("not data")
    assert [row["label"] for row in read_labelled(tmp_path)] == [1, 0]
    before = content_sha256(tmp_path)
    (tmp_path / "b.jsonl").write_text(NO + NO)
    assert content_sha256(tmp_path) != before


def test_a_line_separator_inside_a_string_does_not_end_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "one\u2028two"}, ensure_ascii=False), encoding="utf-8")
    assert read_labelled(tmp_path / "a.jsonl") == [{"text": "one\u2028two"}]


@pytest.mark.parametrize(("content", "message"), [("{\n", "line 1 is not JSON"), ('{"a": 1}\n\n[1]\n', "line 3 holds list")])
def test_a_bad_line_is_named(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text(content)
    with pytest.raises(LabelledDataError, match=message):
        read_labelled(tmp_path / "bad.jsonl")


def test_missing_files_and_binary_content_are_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledDataError, match="not found"):
        read_labelled(tmp_path / "none.jsonl")
    with pytest.raises(LabelledDataError, match=r"no \*.jsonl file in the folder"):
        read_labelled(tmp_path)
    (tmp_path / "raw.jsonl").write_bytes(b"\x80\x81")
    with pytest.raises(LabelledDataError, match=r"raw\.jsonl is not UTF-8"):
        read_labelled(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "0 rows, 0 crisis and 0 other texts"),
        (YES, "1 rows, 1 crisis and 0 other texts"),
        (NO + NO, "2 rows, 0 crisis and 2 other texts"),
        (YES + '{"text": "x", "label": null}\n', "2 rows, 1 crisis and 0 other"),
        (YES + '{"text": "x"}\n', r"line 2 has no label: found the fields \['text'\]"),
        (YES + '{"text": "x", "label": "yes"}\n', 'line 2 has the label "yes", expected 1'),
        (YES + '{"label": 0}\n', "line 2 has no text: found null"),
        (YES + "{oops\n", "line 2 is not JSON"),
    ],
)
def test_a_benchmark_that_cannot_certify_is_refused_in_one_line_with_a_remedy(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(content)
    with pytest.raises(LabelledDataError, match=message) as caught:
        read_benchmark(tmp_path / "b.jsonl")
    assert "\n" not in str(caught.value)
    assert "Mend or remove" in str(caught.value) or "Add rows" in str(caught.value)


def test_a_benchmark_of_both_labels_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(YES + NO + '{"text": "unsure", "label": null}\n')
    assert len(read_benchmark(tmp_path / "b.jsonl")) == 3


def test_what_is_wrong_with_a_row_is_said() -> None:
    good = {"response": "I hear you", "labels": {"reflect": 1, "support": None}, "context": [{"role": "user", "content": "hi"}]}
    assert not ears_complaint(good)
    assert not crisis_complaint({"text": "x", "label": True})
    assert "has no response" in ears_complaint({"labels": {}})
    assert "has the labels null" in ears_complaint({"response": "x"})
    assert 'has reflect labelled "oftenoften' in ears_complaint({**good, "labels": {"reflect": "often" * 30}})
    assert "has support labelled 3" in ears_complaint({**good, "labels": {"support": 3}})
    assert not ears_complaint({**good, "labels": {"reflect": 0.5, "quality": 4}})
    assert "has the context" in ears_complaint({**good, "context": ["hi"]})
    assert "has the context" in ears_complaint({**good, "context": "hi"})
