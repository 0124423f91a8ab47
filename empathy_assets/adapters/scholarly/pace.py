"""The pace of requests to one service: never more in any span of time than the service allows.

Lives here: counting and waiting. Must not live here: HTTP, retries.
"""

import time
from collections import deque
from collections.abc import Mapping

from empathy_assets.policy.load import number


class Pace:
    """A sliding window over the requests to one service.

    A request may begin one window after the *reply* to the request so many places before it. Whatever time each of them travels, the
    service then sees them at least a window apart; counting from when a request was sent would not hold that, because a slow connection
    followed by a quick one arrives closer together than it left.

    Args:
        per_second: Requests in any second at most; below one, a request every `1 / per_second` seconds.
    """

    def __init__(self, per_second: float) -> None:
        self._windows = [(int(per_second), 1.0) if per_second >= 1 else (1, 1.0 / per_second)]
        self._seen: deque[float] = deque(maxlen=self._windows[0][0])

    def wait(self) -> float:
        """Return the seconds to wait before the next request."""
        now = time.monotonic()
        ready = (self._seen[-count] + seconds for count, seconds in self._windows if len(self._seen) >= count)
        return max([0.0, *(moment - now for moment in ready)])

    def seen(self) -> None:
        """Note that a reply has begun or a request has failed; whichever comes later counts."""
        self._seen.append(time.monotonic())

    def obey(self, headers: Mapping[str, str]) -> None:
        """Slow down to the rate a service announces (Crossref: `x-rate-limit-limit` per `x-rate-limit-interval`)."""
        try:
            count, seconds = int(headers["x-rate-limit-limit"]), float(headers["x-rate-limit-interval"].rstrip("s"))
        except (KeyError, ValueError):
            return
        own = self._windows[0]
        slower = count >= 1 and 0 < seconds <= number("scholarly", "http.max_backoff_seconds") and count / seconds < own[0] / own[1]
        if slower and (count, seconds) not in self._windows:
            self._windows = [own, (count, seconds)]
            self._seen = deque(self._seen, maxlen=max(own[0], count))
