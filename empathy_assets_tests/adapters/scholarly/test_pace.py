"""The sliding window of requests, on a clock that tests turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.adapters.scholarly import pace
from empathy_assets.adapters.scholarly.pace import Pace


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@given(st.sampled_from([0.3, 1.0, 3.0, 10.0]), st.lists(st.floats(0, 2), min_size=1, max_size=40), st.data())
def test_no_span_of_time_sees_more_than_allowed_whatever_the_latency(rate, latencies, data):
    clock, arrivals = Clock(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "time", clock)
        paced = Pace(rate)
        for latency in latencies:
            clock.now += paced.wait()
            arrivals.append(clock.now + latency * data.draw(st.floats(0, 1)))
            clock.now += latency
            paced.seen()
    count, window = (int(rate), 1.0) if rate >= 1 else (1, 1 / rate)
    later = zip(arrivals, arrivals[count:], strict=False)
    assert all(b - a >= window - 1e-9 for a, b in later)


@pytest.mark.parametrize(
    ("limit", "interval", "obeyed"),
    [
        ("1", "1s", True),
        ("2", "2s", True),
        ("50", "1s", False),
        ("0", "1s", False),
        ("x", "1s", False),
        ("1", "9000s", False),
        ("1", "0s", False),
    ],
)
def test_only_a_slower_announced_rate_counts(limit, interval, obeyed):
    paced = Pace(3.0)
    for _ in range(2):
        paced.obey({"x-rate-limit-limit": limit, "x-rate-limit-interval": interval})
    for _ in range(2):
        paced.seen()
    assert (paced.wait() > 0) is obeyed
