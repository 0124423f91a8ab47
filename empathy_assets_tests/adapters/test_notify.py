"""Tests of notices: they reach a real webhook, survive its failures, and never show its address."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from empathy_assets.adapters.notify import VARIABLE, Notice, notify

NOTICE = Notice("Run abc of release next failed: persona: EARS", "run-failed", "abc", "next", ("persona.ears: low",))


class Hook(ThreadingHTTPServer):
    """A webhook that answers with the given codes, then 200."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.received: list[dict] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                code = hook.codes.pop(0) if hook.codes else 200
                if code == 200:
                    hook.received.append(body)
                self.send_response(code)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/secret-token"


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_a_notice_reaches_the_webhook_though_it_fails_at_first(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    hook.codes = [500, 503]
    assert notify(NOTICE, env={VARIABLE: hook.url})
    (body,) = hook.received
    assert (body["text"], body["kind"], body["release"], body["details"]) == (NOTICE.text, "run-failed", "next", ["persona.ears: low"])
    assert NOTICE.text in caplog.text
    assert "secret-token" not in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/secret-token", "no url at all secret-token"])
def test_a_webhook_that_is_down_stops_nothing_and_is_not_named(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert not notify(NOTICE, env={VARIABLE: url})
    assert VARIABLE in caplog.text
    assert "secret-token" not in caplog.text


def test_without_a_webhook_the_log_has_it(caplog: pytest.LogCaptureFixture) -> None:
    assert not notify(NOTICE, env={})
    assert NOTICE.text in caplog.text
