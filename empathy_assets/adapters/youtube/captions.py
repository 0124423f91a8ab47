"""The captions of one video through youtube-transcript-api: English, by people before by machine, every refusal named.

Lives here: the library, its exceptions, the paced and bounded session. Must not live here: lists, rights, the cache.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from empathy_assets.policy.load import number, table

if TYPE_CHECKING:
    from requests import Response, Session
    from youtube_transcript_api import Transcript, TranscriptList

_PLAYER = "/youtubei/v1/player"
_BLOCKS = ("video-blocked", "consent-refused")
_TRANSIENT = ("network", "request-failed", "unreadable-reply")
_FINAL = ("captions-disabled", "no-english-captions", "video-unavailable", "video-unplayable", "age-restricted", "bad-video-id")


class RefusedError(Exception):
    """No captions; `reason` is a key of `[remedies]` in policy/videos.toml. The detail names no address asked for: it carries a key."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail

    @property
    def blocks(self) -> bool:
        """Whether further questions from this machine will be refused as well."""
        return self.reason in _BLOCKS

    @property
    def transient(self) -> bool:
        """Whether the same question may succeed in a moment."""
        return self.reason in _TRANSIENT

    @property
    def final(self) -> bool:
        """Whether the answer is about the video itself and need not be asked for again."""
        return self.reason in _FINAL


class Captions:
    """A client that asks for one video at a time.

    Args:
        session: The HTTP session; None makes a plain one. Every request through it is paced, timed and bounded.
        sleep: Waits; replaced in tests.
    """

    def __init__(self, session: Session | None = None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        import requests
        from youtube_transcript_api import YouTubeTranscriptApi

        self.requests = 0
        self._sleep, self._next, self._details = sleep, 0.0, dict[str, str]()
        self._session = session or requests.Session()
        self._inner = self._session.request
        self._session.request = self._request
        self._api = YouTubeTranscriptApi(http_client=self._session)

    def fetch(self, video_id: str) -> bytes:
        """Return the English captions of a video as JSON: its id, title, channel, language, whether automatic, and timed segments.

        Raises:
            RefusedError: There are none, or none are given to us; transient failures were asked again as often as policy says.
        """
        attempts = int(number("videos", "http.attempts"))
        for attempt in range(attempts):
            try:
                return self._fetch(video_id)
            except RefusedError as refusal:
                if not refusal.transient or attempt + 1 == attempts:
                    raise
                self._sleep(number("videos", "http.backoff_seconds") * 2**attempt)
        raise AssertionError("policy/videos.toml: http.attempts must be at least 1")

    def _fetch(self, video_id: str) -> bytes:
        self._details = {}
        try:
            fetched = preferred(self._api.list(video_id)).fetch()
        except RefusedError:
            raise
        except Exception as error:
            raise RefusedError(*_named(error)) from None
        segments = [{"text": s.text, "start": s.start, "duration": s.duration} for s in fetched.snippets]
        if not segments:
            raise RefusedError("unreadable-reply", "the captions hold no line")
        about = {"video_id": video_id, **self._details, "language": fetched.language_code, "is_generated": fetched.is_generated}
        return json.dumps({**about, "segments": segments}, ensure_ascii=False, indent=0).encode()

    def _request(self, method: str, url: str | bytes, *args: Any, **named: Any) -> Response:
        """Send one request of the library: no faster than policy says, never without a timeout, never into a huge reply."""
        wait = self._next - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._next = time.monotonic() + number("videos", "http.pause_seconds")
        self.requests += 1
        named.setdefault("timeout", number("videos", "http.timeout_seconds"))
        reply = self._inner(method, url, *args, **{**named, "stream": True})
        _bounded(reply)
        if _PLAYER in str(url):
            self._details = _about(reply)
        return reply


def _bounded(reply: Response) -> None:
    """Read the body into the reply, and refuse one that policy calls too large."""
    limit, body = int(number("videos", "http.max_reply_mib")) << 20, bytearray()
    for chunk in reply.iter_content(65536):
        body += chunk
        if len(body) > limit:
            reply.close()
            raise RefusedError("too-large", f"more than {limit} bytes")
    reply._content = bytes(body)  # pyright: ignore[reportPrivateUsage] - requests has no public way to keep a streamed body


def _about(reply: Response) -> dict[str, str]:
    """Return title and channel as the player's reply gives them."""
    try:
        details = reply.json()["videoDetails"]
        found = {"title": details.get("title"), "author": details.get("author")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str) and value}


def preferred(offered: TranscriptList) -> Transcript:
    """Return the English captions to take: made by people first, then automatic, each in the order of policy.

    Raises:
        RefusedError: `no-english-captions`, with the languages there are.
    """
    wanted: list[str] = table("videos")["captions"]["languages"]
    rank = {code.lower(): place for place, code in enumerate(wanted)}
    english = [t for t in offered if t.language_code.lower().split("-")[0] == "en"]
    if not english:
        raise RefusedError(
            "no-english-captions", f"captions are in {', '.join(sorted({t.language_code for t in offered})[:20]) or 'no language'}"
        )
    return min(english, key=lambda t: (t.is_generated, rank.get(t.language_code.lower(), len(rank)), t.language_code))


def _named(error: Exception) -> tuple[str, str]:
    """Return reason and detail of anything the library raises."""
    import requests
    import youtube_transcript_api as library

    known: tuple[tuple[type[Exception], str, str], ...] = (
        (library.IpBlocked, "video-blocked", "answered 429 or with a captcha"),
        (library.RequestBlocked, "video-blocked", "asked to sign in to prove not to be a bot"),
        (library.TranscriptsDisabled, "captions-disabled", "the video has no captions"),
        (library.NoTranscriptFound, "no-english-captions", "no captions in English"),
        (library.AgeRestricted, "age-restricted", "the video is for adults only"),
        (library.VideoUnavailable, "video-unavailable", "the video is no longer there"),
        (library.InvalidVideoId, "bad-video-id", "the id is not one"),
        (library.PoTokenRequired, "token-required", "the captions need a browser's token"),
        (library.FailedToCreateConsentCookie, "consent-refused", "the consent page could not be answered"),
        (library.YouTubeDataUnparsable, "unreadable-reply", "the page has no player key in it"),
    )
    if isinstance(error, library.VideoUnplayable):
        return "video-unplayable", str(error.reason or "no reason given")[:200]
    if isinstance(error, library.YouTubeRequestFailed):
        return "request-failed", _status(error)
    for kind, reason, detail in known:
        if isinstance(error, kind):
            return reason, detail
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return "unreadable-reply", "the player's reply is not JSON"
    if isinstance(error, requests.RequestException | OSError):
        return "network", type(error).__name__
    return "unreadable-reply", f"{type(error).__name__} while reading the reply"


def _status(error: Any) -> str:
    """Return the status of a failed request; the library keeps it only inside a text that names the address, and so the key."""
    words = str(getattr(error, "reason", "")).split()
    return f"answered {words[0]}" if words and words[0].isdigit() else "answered with an error"
