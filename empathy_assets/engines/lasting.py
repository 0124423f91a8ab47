"""Lasting objects: what is made to stay as long as the process does, and is therefore not to be searched for garbage.

Lives here: how Python's collector is told so. Must not live here: what lasts (banks, large libraries, the graph of assets).
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def lasting() -> Generator[None]:
    """Have Python not look for garbage meanwhile, nor ever again in what is there at the end.

    The banks are some hundred thousand small objects, a library such as Data Designer is as many: while they come, the collector looks
    through all that came before again and again, and once they are there, at every full collection of a build. What is let go of is given
    back as before; only circles among these objects would stay.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()
