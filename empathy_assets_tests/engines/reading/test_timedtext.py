"""Tests of json3, srv1, srv3, TTML and of replies that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.timedtext import is_json3, is_timed_xml, json3, refuse_player_reply, xml


def test_json3_leaves_window_events_out_and_closes_overlaps():
    document = {
        "events": [
            {"tStartMs": 0, "dDurationMs": 99000, "id": 1},
            {"tStartMs": 40, "dDurationMs": 5000, "segs": [{"utf8": "hello"}, {"utf8": " there", "tOffsetMs": 9}]},
            {"tStartMs": 2000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
            {"tStartMs": 3000, "dDurationMs": 1000, "segs": [{"utf8": "again"}]},
            "odd", {"tStartMs": "x", "segs": [3]},
        ]
    }  # fmt: skip
    assert [(c.start, c.end, c.text) for c in json3(document)] == [(0.04, 3.0, "hello there"), (3.0, 4.0, "again")]
    assert json3({}) == []
    assert is_json3(document)
    assert not is_json3({"events": [{"text": "a", "start": 0}]})


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><transcript><text start="1" dur="2">so &lt;i&gt;tired&lt;/i&gt; now</text>'
        b'<text start="3" dur="1"></text></transcript>',
        b'<timedtext format="3"><body><p t="1000" d="2000"><s>so</s><s t="9"> tired</s><s> now</s></p></body></timedtext>',
        b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="00:00:01" end="3s">so tired now</p></div></body></tt>',
    ],
)
def test_xml_forms(data):
    assert is_timed_xml(data)
    assert [(c.start, c.end, c.text) for c in xml(data)] == [(1.0, 3.0, "so tired now")]


@pytest.mark.parametrize("data", [b"<html/>", b"", b"no xml"])
def test_other_xml_is_refused(data):
    assert not is_timed_xml(data)
    with pytest.raises(ReadError) as caught:
        xml(data)
    assert caught.value.reason == "not-subtitles"


def test_player_replies_are_refused():
    with pytest.raises(ReadError) as caught:
        refuse_player_reply({"playabilityStatus": {"status": "ERROR", "reason": "gone"}})
    assert caught.value.reason == "unavailable"
    refuse_player_reply({"events": []})


@given(st.text(max_size=120))
def test_any_body_parses(text):
    xml(f'<transcript><text start="a" dur="b"><![CDATA[{text.replace("]]>", "")}]]></text></transcript>'.encode("utf-8", "ignore"))


def test_times_that_are_none_count_as_zero():
    events = [{"tStartMs": time, "segs": [{"utf8": "lamp"}]} for time in (float("nan"), float("inf"), 10**400, -5, 1e300)]
    assert [cue.start for cue in json3({"events": events})] == [0.0] * 5
