"""No process outlives a test run: what the run started, and what that started, bears its mark; what is left at the end fails the run.

Lives here: the mark and the look for it, as hooks of pytest. Must not live here: any one test's own tidying up.
"""

import os
import uuid
from collections.abc import Iterator

import psutil
import pytest

MARK = "TESTS_STARTED_BY"
"""Variable of the environment whose value is a run's own. It does not begin as ours do, so that no test takes it out."""

_PATIENCE = 90.0  # seconds: two agents of Ray look for the rest of it once a minute, and end when it is gone
_OWN = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")  # end with the interpreter that runs the tests


def left_over(mark: str) -> list[psutil.Process]:
    """Return the living processes that bear a mark, but this one, those that it comes from, and what Python ends with it."""
    here = psutil.Process()
    known = {here.pid, *(parent.pid for parent in here.parents())}
    return [process for process in psutil.process_iter() if process.pid not in known and _bears(process, mark)]


def _bears(process: psutil.Process, mark: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.environ().get(MARK) != mark:
            return False
        return not any(name in " ".join(process.cmdline()) for name in _OWN)
    except psutil.Error:  # it ended meanwhile, or is somebody else's
        return False


def _told(process: psutil.Process) -> str:
    try:
        return f"{process.pid}  {' '.join(process.cmdline())[:160]}"
    except psutil.Error:
        return f"{process.pid}  ended meanwhile"


def pytest_configure(config: pytest.Config) -> None:
    """Mark everything that this run will start; workers inherit the mark of the run that they belong to."""
    if not hasattr(config, "workerinput"):
        os.environ[MARK] = uuid.uuid4().hex


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Name what outlived the run, end it, and fail."""
    yield
    if hasattr(session.config, "workerinput"):
        return
    found = left_over(os.environ[MARK])
    _, alive = psutil.wait_procs(found, timeout=_PATIENCE)
    if alive:
        lines = "\n".join(_told(process) for process in alive)
        session.config.get_terminal_writer().line(f"\nprocesses that outlived the tests which started them:\n{lines}", red=True)
        for process in alive:
            process.kill()
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
