"""The memory of engines: the cache of the storage layer is one."""

from pathlib import Path

import polars as pl
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.engines.memory import Memory


def test_the_cache_of_the_storage_layer_is_a_memory(tmp_path: Path) -> None:
    memory: Memory = FrameCache(UPath(tmp_path))
    assert memory.recall("space", "key") is None
    memory.put("space", "key", frame=pl.DataFrame({"n": [1]}))
    found = memory.recall("space", "key")
    assert found is not None
    assert found["n"].to_list() == [1]
