"""Wilson score interval of a proportion.

Lives here: the one formula behind every interval the project prints. Must not live here: what is counted.
"""

from __future__ import annotations

from math import sqrt


def wilson_interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return (lower, upper) of the Wilson score interval (Wilson 1927); (0, 1) when nothing was observed.

    Args:
        successes: Successes, 0 to n.
        n: Trials.
        z: Quantile of the normal distribution; 1.96 for 95 %.

    Raises:
        ValueError: The counts are impossible.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n; found {successes} of {n}")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    shrink = 1.0 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n)) / shrink
    return (0.0 if successes == 0 else max(0.0, centre - half)), (1.0 if successes == n else min(1.0, centre + half))
