"""A real HTTP server in the shapes of the video site: watch page, player, captions; and a session that is routed to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter

KEY = "not-a-secret-but-a-key"
LINES = [
    ("When the house is quiet I can hear how tired I have become.", 0.5, 3.5),
    ("I used to think that rest was something you had to earn first.", 4.0, 3.0),
    ("These days I sit by the window &amp;#39;til the kettle is done.", 7.5, 4.0),
]
PAGE = f'<html><script>ytcfg.set({{"INNERTUBE_API_KEY":"{KEY}"}})</script></html>'
CONSENT = '<form action="https://consent.youtube.com/s"><input name="v" value="cb.20260101"></form>'
CAPTCHA = '<html><div class="g-recaptcha"></div></html>'


def timedtext(lines=LINES) -> str:
    return '<?xml version="1.0"?><transcript>' + "".join(f'<text start="{s}" dur="{d}">{t}</text>' for t, s, d in lines) + "</transcript>"


def track(video: str, language: str, kind: str = "", extra: str = "") -> dict:
    url = f"https://www.youtube.com/api/timedtext?v={video}&lang={language}&kind={kind}{extra}"
    return {"baseUrl": url, "name": {"runs": [{"text": language}]}, "languageCode": language, **({"kind": kind} if kind else {})}


def player(tracks: list | None = None, **status) -> dict:
    captions = {} if tracks is None else {"captions": {"playerCaptionsTracklistRenderer": {"captionTracks": tracks}}}
    return {
        "playabilityStatus": {"status": "OK", **status},
        "videoDetails": {"title": "A quiet talk", "author": "Small Channel"},
        **captions,
    }


@dataclass
class Video:
    """What the site answers about one video; a number is a status, `stall` drops the connection without an answer."""

    page: str | int = PAGE
    player: dict | str | int = field(default_factory=dict)
    captions: str | int = field(default_factory=timedtext)
    fails: int = 0


@dataclass
class Site:
    """The videos and what was asked for: (path, video, query)."""

    base: str = ""
    videos: dict[str, Video] = field(default_factory=dict)
    log: list[tuple[str, str, dict]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)

    def answer(self, path: str, query: dict, body: bytes, cookie: str) -> str | dict | int:
        self.cookies.append(cookie)
        video = json.loads(body)["videoId"] if body else query.get("v", "")
        self.log.append((path, video, query))
        known = self.videos[video]
        if known.fails > 0:
            known.fails -= 1
            return 503
        if path == "/watch":
            return CONSENT if known.page == "consent" and "CONSENT" not in cookie else PAGE if known.page == "consent" else known.page
        return known.player if path == "/youtubei/v1/player" else known.captions

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount("https://www.youtube.com", _Routed(self.base))
        return session


class _Routed(HTTPAdapter):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request, *args, **named):
        url = urlsplit(request.url)
        reply = super().send(_moved(request, f"{self.base}{url.path}?{url.query}"), *args, **named)
        reply.request.url = reply.url = url.geturl()
        return reply


def _moved(request, url):
    request.url = url
    return request


@contextmanager
def serving(videos: dict[str, Video]) -> Iterator[Site]:
    """Run the site in a thread."""
    site = Site(videos=videos)

    class Handler(BaseHTTPRequestHandler):
        def _reply(self, body: bytes = b"") -> None:
            url = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(url.query).items()}
            found = site.answer(url.path, query, body, self.headers.get("Cookie", ""))
            status, text = (found, "") if isinstance(found, int) else (200, json.dumps(found) if isinstance(found, dict) else found)
            if status == 0:
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test output clean."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.base = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
