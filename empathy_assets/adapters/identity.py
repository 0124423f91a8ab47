"""The identity of this installation: code commit, lock file, policy, Python and platform, for the package's config lock."""

import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from empathy_assets.policy.load import POLICY_DIR
from empathy_assets.records.ids import digest
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

PACKAGE = Path(__file__).parent.parent
PROJECT = PACKAGE.parent
_UNKNOWN = "unknown"
_DECIDING = ("empathy_assets", "pyproject.toml", "uv.lock")  # what can change a release; a note beside them cannot

# How work is done and people are told: these change no byte of a release.
_OPERATION = ("compute.toml", "freshness.toml", "notify.toml", "storage.toml")


def tree_sha256(folder: Path, without: Iterable[str] = ()) -> str:
    """Return one SHA-256 over the names and bytes of all files below `folder`, caches and the files named in `without` excluded."""
    left_out = {folder / name for name in without}
    return _files_sha256(folder, (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p not in left_out))


@cache
def code_sha256(*libraries: str) -> str:
    """Return one SHA-256 over the code and the policy of this installation and the versions of `libraries`.

    What is remembered under it is worked out anew as soon as anything it could have come from is another.
    """
    versions = (f"{name} {importlib.metadata.version(name)}" for name in libraries)
    return digest(tree_sha256(POLICY_DIR), _files_sha256(PACKAGE, PACKAGE.rglob("*.py")), *versions)


def _files_sha256(folder: Path, paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the names, as seen from `folder`, and the bytes of files, whatever their order."""
    h = hashlib.sha256()
    for path in sorted(paths):
        h.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return h.hexdigest()


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git answers about `folder`, or None where it cannot."""
    try:
        done = subprocess.run(  # nosec B603 B607  # noqa: S603 - fixed arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - git of the user's own path
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def git_commit(folder: Path = PROJECT) -> str:
    """Return the commit checked out in `folder`, with `-dirty` where code, policy or lock file differ from it; `unknown` without one."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return _UNKNOWN
    return f"{commit}-dirty" if _git(folder, "status", "--porcelain", "--", *_DECIDING) else commit


@cache
def config_identity() -> dict[str, str]:
    """Return what, besides the data, decides the bytes of a release."""
    lock = PROJECT / "uv.lock"
    return {
        "pipeline_version": PIPELINE_VERSION,
        "schema_version": SCHEMA_VERSION,
        "git_commit": git_commit(),
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else _UNKNOWN,
        "policy_sha256": tree_sha256(POLICY_DIR, _OPERATION),
        "prompts_sha256": tree_sha256(POLICY_DIR / "prompts"),
        "banks_sha256": tree_sha256(POLICY_DIR / "banks"),
        "python": platform.python_version(),
        "platform": f"{platform.system()}-{platform.machine()}",
    }
