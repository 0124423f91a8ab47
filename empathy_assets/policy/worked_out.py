"""What is worked out from policy, kept beside it as Python keeps compiled modules: in `__pycache__`, under a hash of all it comes from.

How counsellors talk, for one, is read off thousands of frames: two seconds in every process of a build. Nothing depends on what is kept:
where the folder cannot be written, Python is told to write no bytecode, or a file is damaged, it is worked out again. What is kept is JSON:
reading it back runs no code.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from empathy_assets.policy.load import POLICY_DIR
from empathy_assets.records.ids import digest, file_sha256

FOLDER = POLICY_DIR / "__pycache__"


def worked_out(name: str, key: str, code: tuple[Path, ...], compute: Callable[[], Any]) -> Any:
    """Return what `compute` returns, from disk where it has been computed from the same before.

    Args:
        name: File name without ending; one result is kept for each.
        key: Hash of all data the result comes from.
        code: The modules that make it, or folders of them; a change of any makes what is kept stale.
        compute: Makes it, of what JSON has: lists, numbers, strings, null, and objects with strings as keys.
    """
    path = FOLDER / f"{name}.{sys.implementation.cache_tag}-{digest(_code(code), key)}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # missing or damaged
        found = compute()
    if not sys.dont_write_bytecode:
        _keep(path, name, found)
    return found


def _keep(path: Path, name: str, found: Any) -> None:
    """Write a result, whole or not at all, and remove what was kept of other content; a folder that refuses is left alone."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        FOLDER.mkdir(exist_ok=True)
        aside.write_text(json.dumps(found), encoding="utf-8")
        aside.replace(path)
        for old in FOLDER.glob(f"{name}.{sys.implementation.cache_tag}-*"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        return


@cache
def _code(places: tuple[Path, ...]) -> str:
    """Return a hash of modules, and of those below folders."""
    files = [path for place in places for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    return digest(*map(file_sha256, files))
