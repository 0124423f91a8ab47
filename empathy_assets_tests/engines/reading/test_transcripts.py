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


@given(
    data=st.binary(max_size=200),
    suffix=st.sampled_from(["vtt", "srt", "json", "xml", "txt"]),
    head=st.sampled_from([b"", b"WEBVTT\n\n", b"[", b"{", b"<transcript>"]),
)
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(tmp_path, data, suffix, head):
    result = talk(tmp_path, f"x.{suffix}", head + data)
    assert result.passages or result.rejects
