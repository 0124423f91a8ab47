"""The `empathy_assets` package: a Dagster asset graph that builds therapeutic-conversation dataset releases.

Six floors, imports only go down: F5 definitions and command line, F4 `defs`, F3 `adapters`, F2 `engines`, F1 `policy`, F0 `records`.
Nothing of it is imported here, so that loading one module never loads the rest. Said here, before any module loads polars, is how long
polars' allocator holds on to memory.
"""

import os

# Polars' allocator gives memory back to the system half a second after it was let go of, and every step of a build asks for as much again:
# pages taken back and given anew were 10 of the 42 CPU seconds of a build after one new book. Half a minute costs 0.5 GB at the peak.
# jemalloc reads this once, when polars is loaded; judging workers and Ray's inherit it; who has set it is heard.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:30000")
