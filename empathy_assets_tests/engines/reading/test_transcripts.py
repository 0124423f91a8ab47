"""Tests of transcripts as a whole: one talk in many formats, voice, language, damage."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empathy_assets_tests.engines.reading.samples import SENTENCES, read, reasons


def talk(tmp_path, name, data):
    return read(tmp_path, name, data, "transcripts")


def _time(seconds, mark):
    return f"00:{seconds // 60:02d}:{seconds % 60:02d}{mark}000"


def _formats():
    timed = [(i * 6, i * 6 + 6, SENTENCES[i % 8]) for i in range(16)]
    srt = "\n\n".join(f"{n}\n{_time(a, ',')} --> {_time(b, ',')}\n{t}" for n, (a, b, t) in enumerate(timed, start=1))
    return {
        "a.srt": srt,
        "b.vtt": "WEBVTT\n\n" + srt.replace(",000", ".000"),
        "c.json": json.dumps({"segments": [{"start": a, "end": b, "text": t} for a, b, t in timed]}),
        "d.json3": json.dumps({"events": [{"tStartMs": a * 1000, "dDurationMs": 6000, "segs": [{"utf8": t}]} for a, b, t in timed]}),
        "e.xml": "<transcript>" + "".join(f'<text start="{a}" dur="6">{t}</text>' for a, b, t in timed) + "</transcript>",
        "f.txt": "\n".join(f"[{a // 60:02d}:{a % 60:02d}] {t}" for a, b, t in timed),
    }


def test_one_talk_in_many_formats(tmp_path):
    found = {name: talk(tmp_path, name, data) for name, data in _formats().items()}
    for result in found.values():
        assert not result.rejects
        assert [p.text for p in result.passages] == [p.text for p in found["a.srt"].passages]
        assert {p.voice for p in result.passages} == {"calm-voice"}
        assert {p.provenance.work_id for p in result.passages} == {found["a.srt"].passages[0].provenance.work_id}
    first = found["a.srt"].passages[0].provenance
    assert (first.unit, first.start) == ("second", 0.0)
    assert first.end > 30
    assert first.anchor.startswith("00:00:00-00:00:")


def test_back_channels_are_told(tmp_path):
    text = "\n".join(f"{'Bo: Yes.' if i == 2 else 'Ann: ' + SENTENCES[i % 8]}" for i in range(6)) + "\nBo: " + SENTENCES[0]
    result = talk(tmp_path, "a.txt", text)
    assert reasons(result) == ["interjections"]
    assert {p.speaker for p in result.passages} == {"Ann", "Bo"}
    assert result.passages[0].provenance.authors == ["Ann", "Bo"]


def test_what_is_no_transcript(tmp_path):
    assert reasons(talk(tmp_path, "a.vtt", "00:00:01.000 --> 00:00:02.000\nno header")) == ["not-subtitles"]
    assert reasons(talk(tmp_path, "b.srt", "just words")) == ["not-subtitles"]
    assert reasons(talk(tmp_path, "c.json", json.dumps({"playabilityStatus": {"status": "LOGIN_REQUIRED"}}))) == ["unavailable"]
    assert reasons(talk(tmp_path, "d.json", '{"cut')) == ["damaged"]
    assert reasons(talk(tmp_path, "e.json", "[" * 100_000)) == ["too-deep"]
    assert reasons(talk(tmp_path, "f.txt", " \n ")) == ["empty-file"]
    assert reasons(talk(tmp_path, "g.vtt", "WEBVTT\n\n")) == ["no-usable-text"]
    assert reasons(talk(tmp_path, "h.txt", "abcd\x00efgh" * 9)) == ["unknown-kind"]
    russian = "WEBVTT\n\n00:01.000 --> 00:02.000\nМне очень грустно, и я не знаю, что мне делать дальше с этой жизнью.\n"
    assert reasons(talk(tmp_path, "i.vtt", russian)) == ["not-english"]


def test_a_loop_in_another_language_has_both_reasons(tmp_path):
    text = "je ne sais pas quoi faire de ma vie depuis hier "
    result = talk(tmp_path, "a.json", json.dumps({"segments": [{"start": i, "end": i + 1, "text": text} for i in range(9)]}))
    assert reasons(result) == ["not-english", "repetition-loop"]
    assert not result.passages


def test_loops_are_dropped_from_any_format(tmp_path):
    lines = [SENTENCES[0], *["Thank you for watching."] * 5, SENTENCES[1]]
    srt = "\n\n".join(f"{i}\n{_time(i * 6, ',')} --> {_time(i * 6 + 5, ',')}\n{t}" for i, t in enumerate(lines))
    result = talk(tmp_path, "a.srt", srt)
    assert reasons(result) == ["whisper-loop"]
    assert result.passages[0].text == f"{SENTENCES[0]} Thank you for watching. {SENTENCES[1]}"


def test_cues_out_of_order_are_put_in_order_and_credits_left_out(tmp_path):
    vtt = "WEBVTT\n\n00:05.000 --> 00:06.000\nand then we left.\n\n"
    vtt += "00:01.000 --> 00:02.000\nWe waited\n\n00:09.000 --> 00:10.000\nCaptions by a friend\n"
    result = talk(tmp_path, "a.vtt", vtt)
    assert [(p.text, p.provenance.start, p.provenance.end) for p in result.passages] == [("We waited and then we left.", 1.0, 6.0)]
    assert reasons(result) == ["credits"]


def test_without_times_the_anchor_counts_paragraphs(tmp_path):
    place = talk(tmp_path, "a.txt", "\n".join(SENTENCES)).passages[0].provenance
    assert (place.unit, place.start) == ("paragraph", 1)
    assert place.anchor.startswith("para. 1-")
    alone = talk(tmp_path, "b.json", json.dumps({"text": SENTENCES[0]})).passages[0].provenance
    assert (alone.unit, alone.anchor) == ("paragraph", "para. 1")


def test_title_and_channel_of_fetched_captions(tmp_path):
    segments = [{"text": SENTENCES[0], "start": 1.5, "duration": 4.0}]
    place = talk(tmp_path, "a.json", json.dumps({"title": "A talk", "author": "A channel", "segments": segments})).passages[0].provenance
    assert (place.title, place.authors, place.start, place.end) == ("A talk", ["A channel"], 1.5, 5.5)


def test_bare_lists_streams_scripts_and_pages(tmp_path):
    line = SENTENCES[0]
    files = {
        "a.json": json.dumps([{"text": line, "start": 1.0, "duration": 4.0}]),
        "b.json": json.dumps({"start": 1.0, "end": 2.0, "text": line[:40]})
        + "\n"
        + json.dumps({"start": 2.0, "end": 5.0, "text": line[40:].strip()}),
        "c.ass": f"[Script Info]\nDialogue: 0,0:00:01.00,0:00:05.00,Default,,0,0,0,,{line}\n",
        "d.html": f"<html><body><time>0:01</time><p>{line}</p></body></html>",
    }
    for name, data in files.items():
        result = talk(tmp_path, name, data)
        assert not result.rejects
        assert [(p.text[:20], p.provenance.start) for p in result.passages] == [(line[:20], 1.0)]


_LINES = """\
00:00:01.000 --> 00:00:02.000|00:01,5 --> 9:9:9,9|0:00:01.00,0:00:02.00|1|| |NOTE x|STYLE|<v Ann>Hello|Ann: Hi|[00:12] and then|Bo 0:05
{\\an8}up|Dialogue: 0,0:00:01.00,0:00:05.00,D,,0,0,0,,so|<00:00:01.920><c> word</c>|&nbsp;|[Music]|the lamp burned|\x00|\ufeff|-->
9999999:00:00.000 --> 1|<p t='1'>a</p>|Kind: captions Language: en|4 seconds|[Bo] so|(0:04)|>> no|♪ la ♪"""
_SCRAPS = st.lists(st.sampled_from([part for line in _LINES.split("\n") for part in line.split("|")]) | st.text(max_size=12), max_size=14)
_HEADS = {"vtt": "WEBVTT\n\n", "srt": "", "sbv": "", "ass": "[Script Info]\n", "txt": "", "html": "<html><p>", "xml": "<transcript>"}
_FIELDS = """
text start end segments words word results alternatives events segs utf8 tStartMs speaker title monologues elements value ts type timestamps
duration speaker_labels transcript offsetInTicks author nBest channels utterances
"""
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["we rest", "0:01", "1.5s", "PT2S"])
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_FIELDS.split()), inner, max_size=4),
    max_leaves=16,
)


def _sound(result):
    assert result.passages or result.rejects
    starts = [p.provenance.start for p in result.passages]
    assert starts == sorted(starts)
    assert all(p.provenance.start <= p.provenance.end for p in result.passages)
    assert "damaged" not in reasons(result) or all("Error:" not in r.detail for r in result.rejects if "JSON" not in r.detail)


@given(
    lines=_SCRAPS,
    suffix=st.sampled_from(sorted(_HEADS)),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-16"]),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_captions_raise_or_vanish(tmp_path, lines, suffix, ends, codec):
    text = _HEADS[suffix].replace("\n", ends) + ends.join(lines)
    _sound(talk(tmp_path, f"x.{suffix}", text.encode(codec, "replace")))


@given(_VALUES)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_json_raises_or_vanishes(tmp_path, document):
    _sound(talk(tmp_path, "x.json", json.dumps(document)))


@given(
    data=st.binary(max_size=200),
    suffix=st.sampled_from(["vtt", "srt", "json", "xml", "txt"]),
    head=st.sampled_from([b"", b"WEBVTT\n\n", b"[", b"{", b"<transcript>"]),
)
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(tmp_path, data, suffix, head):
    result = talk(tmp_path, f"x.{suffix}", head + data)
    assert result.passages or result.rejects
