"""Fetching of the captions of listed videos: rights first, then the cache, then the site, one reject for each video that gives none.

Lives here: the order of these questions, when to stop, what is cached. Must not live here: the library (`captions`), lists (`lists`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from empathy_assets.adapters.landing import Reply
from empathy_assets.adapters.scholarly.cache import Folder, ReplyCache, newest_edition
from empathy_assets.adapters.scholarly.settings import FetchSettings
from empathy_assets.adapters.youtube.captions import Captions, RefusedError
from empathy_assets.adapters.youtube.lists import Video, refuse
from empathy_assets.engines.reading.rights import RightsError
from empathy_assets.policy.licences import accepted
from empathy_assets.policy.load import number
from empathy_assets.records.licence import Rights
from empathy_assets.records.reject import Reject

if TYPE_CHECKING:
    from requests import Session

Progress = Callable[[str], None]
RightsOf = Callable[[str], Rights | None]
"""Look-up of the declaration for a name below the landing root, as `Declarations.of` gives it; it may raise `RightsError`."""


@dataclass
class FetchStats:
    """What a round of fetching cost."""

    videos: int = 0
    fetched: int = 0
    cached: int = 0
    requests: int = 0


def fetch_transcripts(
    videos: Iterable[Video],
    cache: Folder,
    settings: FetchSettings,
    rights_of: RightsOf,
    *,
    progress: Progress | None = None,
    session: Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[list[Reply], list[Reject], FetchStats]:
    """Return the captions of the videos in their order as the transcripts reader takes them, a reject for every other, and what it cost.

    Args:
        videos: What `lists.listed_videos` found.
        cache: Storage root of the raw replies; a second run of the same edition sends no request.
        settings: Whether the site may be asked, and the edition of the replies (none: the newest); off, only cached captions are returned.
        rights_of: Declaration by name; a video nobody declared is refused before it is asked for.
        progress: Receives one line per video.
        session: HTTP session, for a proxy or a test.
        sleep: Waits; replaced in tests.

    Never raises: whatever the site answers becomes one reject per video. A block, or several videos in a row without a connection, ends
    the asking; the videos after it are refused as `not-asked`.
    """
    asking = _Asking(ReplyCache(cache, "youtube", settings.edition or newest_edition(cache)), settings, session, sleep)
    found: list[Reply] = []
    rejects: list[Reject] = []
    for video in videos:
        asking.stats.videos += 1
        try:
            rights = _usable(rights_of(video.relative), video)
            found.append(Reply(video.relative, asking.of(video), rights))
            outcome = "captions"
        except RightsError as error:
            outcome = "rights-file-invalid"
            rejects.append(refuse(video, outcome, f"{video.id}: {error}"))
        except RefusedError as refusal:
            outcome = refusal.reason
            rejects.append(refuse(video, outcome, f"{video.id}: {refusal.detail}"))
        if progress:
            progress(f"{video.id}: {outcome}")
    return found, rejects, asking.stats


def _usable(rights: Rights | None, video: Video) -> Rights:
    """Return the declaration of a video, or refuse it."""
    if rights is None:
        raise RefusedError("undeclared-rights", f"no rights.toml declares {video.relative!r}, nor does a default")
    if not accepted(rights.licence):
        raise RefusedError("incompatible-licence", f"declared {rights.licence!r}, which is not among the accepted licences")
    return rights


class _Asking:
    """One round of asking: the client, made when it is first needed, and whether there is any use in going on."""

    def __init__(self, cache: ReplyCache, settings: FetchSettings, session: Session | None, sleep: Callable[[float], None]) -> None:
        self.stats = FetchStats()
        self._cache, self._settings, self._session, self._sleep = cache, settings, session, sleep
        self._client: Captions | None = None
        self._stopped, self._in_a_row = "", 0

    def of(self, video: Video) -> bytes:
        """Return the captions of one video, cached or asked for.

        Raises:
            RefusedError: There are none to be had now.
        """
        path, params = "captions", {"video": video.id}
        key = self._cache.key(path, params)
        stored = self._cache.load(key)
        if stored is not None:
            self.stats.cached += 1
            return _unless_refused(stored)
        if not self._settings.enabled:
            raise RefusedError("fetch-disabled", "live fetching is off and no captions are cached")
        if self._stopped:
            raise RefusedError("not-asked", f"the asking ended before this video: {self._stopped}")
        try:
            data = self._ask(video)
        except RefusedError as refusal:
            self._note(refusal)
            if refusal.final:
                self._cache.store(key, json.dumps({"refused": refusal.reason, "detail": refusal.detail}).encode(), path=path, params=params)
            raise
        self._in_a_row = 0
        self.stats.fetched += 1
        self._cache.store(key, data, path=path, params=params)
        return data

    def _ask(self, video: Video) -> bytes:
        if self._client is None:
            self._client = Captions(self._session, sleep=self._sleep)
        try:
            return self._client.fetch(video.id)
        finally:
            self.stats.requests = self._client.requests

    def _note(self, refusal: RefusedError) -> None:
        self._in_a_row = self._in_a_row + 1 if refusal.transient else 0
        if refusal.blocks or self._in_a_row >= number("videos", "http.failures_before_stop"):
            self._stopped = f"{refusal.reason}, {refusal.detail}"


def _unless_refused(data: bytes) -> bytes:
    """Return cached captions, or raise the refusal that was cached in their place."""
    if data.startswith(b'{"refused"'):
        said = json.loads(data)
        raise RefusedError(said["refused"], said["detail"])
    return data
