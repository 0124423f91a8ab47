"""Tests of spoken progress."""

from empathy_assets.adapters.s3.progress import spoken
from empathy_assets.adapters.s3.settings import MIB


def test_only_what_takes_long_is_spoken_of() -> None:
    now = [0.0]
    said: list[str] = []
    tell = spoken(said.append, every=2.0, clock=lambda: now[0])
    for second, done in enumerate((0, 10, 20, 30, 40)):
        now[0] = float(second)
        tell("train.parquet", done * MIB, 40 * MIB)
        tell(f"small-{second}", 1, 1)
    assert said == ["uploading train.parquet: 20 of 40 MiB, 10.0 MiB/s", "uploading train.parquet: 40 of 40 MiB, 10.0 MiB/s"]
