"""Manners of the transport, measured at a real server."""

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from empathy_assets.adapters.scholarly.transport import FetchError, Signature, Transport
from empathy_assets_tests.adapters.scholarly.server import Answer, serving

FINE = b'{"data": []}'


def fine(data: bytes) -> str:
    return "" if data == FINE else "not the body"


def transport(base: str, cache: Path, **changes):
    return Transport("pubmed", base, cache, **({"per_second": 500.0, "jitter_seed": 1} | changes))


def test_the_rate_is_held(tmp_path):
    with serving(lambda *_: Answer(FINE)) as server, transport(server.base, tmp_path, per_second=20.0) as client:
        for page in range(8):
            client.get("x", {"page": str(page)}, check=fine)
    assert len(server.log) == 8
    assert server.log[-1].at - server.log[0].at >= 7 / 20 * 0.98
    assert min(server.gaps()) >= 0.04


def test_an_announced_lower_rate_is_obeyed(tmp_path):
    headers = {"x-rate-limit-limit": "10", "x-rate-limit-interval": "1s"}
    with serving(lambda *_: Answer(FINE, headers=headers)) as server, transport(server.base, tmp_path) as client:
        for page in range(4):
            client.get("x", {"page": str(page)}, check=fine)
    assert min(server.gaps()[1:]) >= 0.09


def test_a_second_run_sends_no_request(tmp_path):
    with serving(lambda *_: Answer(FINE)) as server:
        for _ in range(2):
            with transport(server.base, tmp_path) as client:
                assert client.get("x", {"q": "calm"}, check=fine).data == FINE
        assert client.hits == 1
        assert len(server.log) == 1
        with transport(server.base, tmp_path, edition="2026-W01") as client:
            client.get("x", {"q": "calm"}, check=fine)
            client.get("x", {"q": "calm"}, check=fine, refresh=True)
    assert len(server.log) == 3


def test_a_half_written_cache_file_is_asked_for_again(tmp_path):
    with serving(lambda *_: Answer(FINE)) as server, transport(server.base, tmp_path) as client:
        client.get("x", {}, check=fine)
        (stored,) = (tmp_path / "pubmed").iterdir()
        stored.write_bytes(stored.read_bytes()[:-3])
        assert client.get("x", {}, check=fine).data == FINE
    assert len(server.log) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_trouble_is_ridden_out(tmp_path, status):
    with serving(lambda _, n: Answer(b"busy", status) if n < 2 else Answer(FINE)) as server, transport(server.base, tmp_path) as client:
        assert client.get("x", {}, check=fine).problem == ""
    assert len(server.log) == 3


def test_retry_after_is_waited_for_in_full(tmp_path):
    with (
        serving(lambda _, n: Answer(b"", 429, {"Retry-After": "1"}) if n == 0 else Answer(FINE)) as server,
        transport(server.base, tmp_path) as client,
    ):
        client.get("x", {}, check=fine)
    assert server.gaps()[0] >= 1.0


def test_retry_after_as_a_date_beyond_patience_gives_up_at_once(tmp_path):
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    start = time.monotonic()
    with (
        serving(lambda *_: Answer(b"", 429, {"Retry-After": later})) as server,
        transport(server.base, tmp_path) as client,
        pytest.raises(FetchError) as caught,
    ):
        client.get("x", {}, check=fine)
    assert caught.value.reason == "service-unavailable"
    assert "wait" in caught.value.detail
    assert time.monotonic() - start < 1
    assert len(server.log) == 1


@pytest.mark.parametrize(
    "bad",
    [
        Answer(FINE, stall=0.8),
        Answer(FINE, cut=4),
        Answer(b"<html>proxy error</html>"),
        Answer(FINE[:5]),
    ],
    ids=["stall", "dropped connection", "html", "short body"],
)
def test_bad_first_answers_are_recovered(tmp_path, bad):
    with serving(lambda _, n: bad if n == 0 else Answer(FINE)) as server, transport(server.base, tmp_path) as client:
        reply = client.get("x", {}, check=fine)
    assert (reply.data, reply.problem) == (FINE, "")
    assert len(server.log) == 2


def test_a_body_that_stays_bad_is_handed_over_as_doubtful_and_not_cached(tmp_path):
    with serving(lambda *_: Answer(b"half")) as server, transport(server.base, tmp_path) as client:
        reply = client.get("x", {}, check=fine)
    assert (reply.data, reply.problem) == (b"half", "not the body")
    assert len(server.log) == 5
    assert list(tmp_path.rglob("*.reply")) == []


def test_no_server_and_a_refusal_are_told_apart(tmp_path):
    with transport("http://127.0.0.1:9", tmp_path) as client, pytest.raises(FetchError) as caught:
        client.get("x", {}, check=fine)
    assert caught.value.reason == "service-unavailable"
    with (
        serving(lambda *_: Answer(b"Resource not found.", 404)) as server,
        transport(server.base, tmp_path) as client,
        pytest.raises(FetchError) as caught,
    ):
        client.get("x", {}, check=fine)
    assert (caught.value.reason, len(server.log)) == ("request-refused", 1)
    assert "Resource not found." in caught.value.detail


def test_size_and_trickling_are_bounded(tmp_path, quick):
    quick["http.max_reply_bytes"] = 1000
    with serving(lambda *_: Answer(b"x" * 5000)) as server, transport(server.base, tmp_path) as client, pytest.raises(FetchError):
        client.get("x", {}, check=fine)
    quick |= {"http.max_reply_bytes": 10_000, "http.deadline_seconds": -1.0}
    with serving(lambda *_: Answer(FINE)) as server, transport(server.base, tmp_path) as client, pytest.raises(FetchError):
        client.get("y", {}, check=fine)


def test_redirects_are_refused(tmp_path):
    with (
        serving(lambda *_: Answer(b"", 302, {"Location": "http://elsewhere.invalid/"})) as server,
        transport(server.base, tmp_path) as client,
        pytest.raises(FetchError, match="request-refused"),
    ):
        client.get("x", {}, check=fine)
    assert len(server.log) == 1


def test_keys_reach_the_server_and_nothing_else(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    signature = Signature(params={"api_key": "S3CRET-param", "email": "who@example.org"}, headers={"x-api-key": "S3CRET-header"})
    answer = {"ok": Answer(FINE), "bad": Answer(b"no", 400)}
    with serving(lambda a, _: answer[a.params["q"]]) as server, transport(server.base, tmp_path, signature=signature) as client:
        reply = client.get("x", {"q": "ok"}, check=fine)
        with pytest.raises(FetchError) as caught:
            client.get("x", {"q": "bad"}, check=fine)
    assert server.log[0].params == {"q": "ok", "api_key": "S3CRET-param", "email": "who@example.org"}
    assert server.log[0].headers["x-api-key"] == "S3CRET-header"
    stored = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()) + "".join(map(str, tmp_path.rglob("*"))).encode()
    told = caplog.text + repr(signature) + str(caught.value) + caught.value.uri + caught.value.detail + reply.uri + stored.decode()
    assert "S3CRET" not in told
    assert "who@example.org" not in told
