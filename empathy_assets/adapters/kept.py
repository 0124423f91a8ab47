"""What is costly to start, kept for the next use: worker processes that stay when their work is done, and go when no more comes.

Lives here: who uses what is kept, and when it goes. Must not live here: any kind of process; how one starts and ends is given.
"""

import atexit
import os
import sys
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def surroundings() -> tuple[Hashable, ...]:
    """Return what a process takes over from this one when it starts: one that started in others is of another kind."""
    return sys.executable, *sys.path, str(Path.cwd()), frozenset(os.environ.items())


@dataclass(eq=False)
class _Thing(Generic[K, T]):
    """One that was started, and how many are using it."""

    kind: K
    value: T
    users: int = 0


class Kept(Generic[K, T]):
    """One thing at a time, started at its first use, shared by all who want one of its kind, ended when it has idled for a while."""

    def __init__(self, start: Callable[[K], T], end: Callable[[T], None], idle: Callable[[], float]) -> None:
        """Keep nothing yet.

        Args:
            start: Makes a thing of a kind.
            end: Ends it; called once, when nobody uses it.
            idle: Seconds it waits for the next use.
        """
        self._start = start
        self._end = end
        self._idle = idle
        self._lock = threading.Lock()
        self._kept: _Thing[K, T] | None = None
        self._leaving: threading.Timer | None = None
        atexit.register(self.dismiss)

    def dismiss(self) -> None:
        """End at once what is kept and not in use; what has idled long enough and is ending already has ended."""
        if self._kept is not None:
            self._leave(self._kept)
        if (leaving := self._leaving) is not None:
            leaving.cancel()
            leaving.join()  # else this process could end in the middle of it and leave locks and pipes behind

    @contextmanager
    def at_work(self, kind: K) -> Iterator[T]:
        """Yield a thing of a kind; it is not kept when the block fails, nor while one of another kind is in use."""
        thing, outdated = self._taken(kind)
        if outdated is not None:
            self._end(outdated.value)
        try:
            yield thing.value
        except BaseException:
            with self._lock:
                if self._kept is thing:
                    self._kept = None
            raise
        finally:
            if self._let_go(thing):
                self._end(thing.value)

    def _taken(self, kind: K) -> tuple[_Thing[K, T], _Thing[K, T] | None]:
        """Return a thing that has one more user, and one that is to end because it is of another kind."""
        with self._lock:
            thing, outdated = self._kept, None
            if thing is None or thing.kind != kind:
                made = _Thing(kind, self._start(kind))
                if thing is None or not thing.users:
                    outdated, self._kept = thing, made
                thing = made
            if self._leaving is not None:
                self._leaving.cancel()
                self._leaving = None
            thing.users += 1
            return thing, outdated

    def _let_go(self, thing: _Thing[K, T]) -> bool:
        """Return whether a thing that has one user less is to end now; the one that is kept ends later."""
        with self._lock:
            thing.users -= 1
            if thing.users:
                return False
            if thing is not self._kept:
                return True
            self._leaving = threading.Timer(self._idle(), self._leave, [thing])
            self._leaving.daemon = True
            self._leaving.start()
            return False

    def _leave(self, thing: _Thing[K, T]) -> None:
        """End a thing unless it was taken again while its time ran out."""
        with self._lock:
            if thing.users or self._kept is not thing:
                return
            self._kept = None
        self._end(thing.value)
