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
    with serving(lambda *_: Answer(FINE)) as server, transport(server.base, tmp_path, per_second=3.0) as client:
        for page in range(8):
            client.get("x", {"page": str(page)}, check=fine)
    assert len(server.log) == 8
    assert server.most_within(1.0) <= 3


def test_retries_count_towards_the_rate(tmp_path):
    with (
        serving(lambda _, n: Answer(b"", 500) if n % 2 == 0 else Answer(FINE)) as server,
        transport(server.base, tmp_path, per_second=5.0) as client,
    ):
        for page in range(4):
            client.get("x", {"page": str(page)}, check=fine)
    assert len(server.log) == 8
    assert server.most_within(1.0) <= 5


def test_an_announced_lower_rate_is_obeyed(tmp_path):
    headers = {"x-rate-limit-limit": "2", "x-rate-limit-interval": "0.2s"}
    with serving(lambda *_: Answer(FINE, headers=headers)) as server, transport(server.base, tmp_path) as client:
        for page in range(6):
            client.get("x", {"page": str(page)}, check=fine)
    assert server.most_within(0.2) <= 2


def test_a_second_run_sends_no_request(tmp_path):
    with serving(lambda *_: Answer(FINE)) as server:
        hits: list[int] = []
        for _ in range(2):
            with transport(server.base, tmp_path) as client:
                assert client.get("x", {"q": "calm"}, check=fine).data == FINE
            hits.append(client.hits)
        assert hits == [0, 1]
        assert len(server.log) == 1
        with transport(server.base, tmp_path, edition="2026-W01") as client:
            client.get("x", {"q": "calm"}, check=fine)
            client.get("x", {"q": "calm"}, check=fine, refresh=True)
    assert len(server.log) == 3


def test_a_half_written_cache_file_is_asked_for_again(tmp_path):
    with serving(lambda *_: Answer(FINE)) as server, transport(server.base, tmp_path) as client:
        client.get("x", {}, check=fine)
        (stored,) = (tmp_path / "0-first" / "pubmed").iterdir()
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
        Answer(FINE, cut=4, reset=True),
        Answer(b"<html>proxy error</html>"),
        Answer(FINE[:5]),
    ],
    ids=["stall", "dropped connection", "reset connection", "html", "short body"],
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


def test_a_reply_that_drips_is_given_up_at_the_deadline(tmp_path, quick):
    quick |= {"http.deadline_seconds": 0.15, "http.attempts": 1}
    start = time.monotonic()
    with (
        serving(lambda *_: Answer(b"x" * 40, drip=0.05)) as server,
        transport(server.base, tmp_path) as client,
        pytest.raises(FetchError, match="ReadTimeout"),
    ):
        client.get("x", {}, check=fine)
    assert time.monotonic() - start < 4  # the server drips on for two seconds; the client does not wait for a full block


def test_a_key_that_the_service_repeats_is_not_kept(tmp_path):
    signature = Signature(params={"api_key": "S3CRET/key", "tool": "empathy_assets"})
    body = b'{"error": "API key invalid", "api-key": "S3CRET/key", "asked": "?api_key=S3CRET%2Fkey&tool=empathy_assets"}'
    answer = {"ok": Answer(body), "bad": Answer(body, 400)}
    with serving(lambda a, _: answer[a.params["q"]]) as server, transport(server.base, tmp_path, signature=signature) as client:
        reply = client.get("x", {"q": "ok"}, check=lambda _: "")
        with pytest.raises(FetchError) as caught:
            client.get("x", {"q": "bad"}, check=fine)
    (stored,) = (p.read_bytes() for p in tmp_path.rglob("*.reply"))
    assert b"S3CRET" not in reply.data + stored + caught.value.detail.encode()
    assert b'"api-key": "***"' in stored
    assert b"tool=empathy_assets" in stored


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
    # pragma: allowlist nextline secret - of a server of the tests
    signature = Signature(params={"api_key": "S3CRET-param", "email": "who@example.org"}, headers={"x-api-key": "S3CRET-header"})
    answer = {"ok": Answer(FINE), "bad": Answer(b"no", 400)}
    with serving(lambda a, _: answer[a.params["q"]]) as server, transport(server.base, tmp_path, signature=signature) as client:
        reply = client.get("x", {"q": "ok"}, check=fine)
        with pytest.raises(FetchError) as caught:
            client.get("x", {"q": "bad"}, check=fine)
    # pragma: allowlist nextline secret - of a server of the tests
    assert server.log[0].params == {"q": "ok", "api_key": "S3CRET-param", "email": "who@example.org"}
    assert server.log[0].headers["x-api-key"] == "S3CRET-header"
    stored = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()) + "".join(map(str, tmp_path.rglob("*"))).encode()
    told = caplog.text + repr(signature) + str(caught.value) + caught.value.uri + caught.value.detail + reply.uri + stored.decode()
    assert "S3CRET" not in told
    assert "who@example.org" not in told
