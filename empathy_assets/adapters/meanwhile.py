"""Work done while a block runs: what neither waits for the other is not done one after the other.

Lives here: one thread beside the caller's. Must not live here: what is done (hashing, compressing and writing let go of the interpreter;
work in plain Python gains nothing here), or maps over processes (`compute`).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def meanwhile(*works: Callable[[], object]) -> Iterator[None]:
    """Do each work, one after another, on a thread of its own while the block runs; leave the block when both are done.

    Raises:
        Exception: What a work raised, where the block itself has raised nothing.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as thread:
        due = [thread.submit(work) for work in works]
        yield
        for each in due:
            each.result()
