"""The validation of a storage root on S3: each thing a build needs is tried, and what fails is explained.

Lives here: running the trials and judging them. Must not live here: the trials themselves (`trials`), or how they are shown. What is
written lies below `.empathy-validate/` of the root and is removed again.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from empathy_assets.adapters.s3.errors import explain, redacted
from empathy_assets.adapters.s3.objects import Place
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.s3.trials import Course, Note, TrialError


@dataclass(frozen=True)
class Trial:
    """One thing that was tried."""

    name: str
    state: str  # ok, failed, skipped, note
    found: str  # with the remedy, if it failed
    seconds: float


@dataclass(frozen=True)
class Validation:
    """All trials on one storage root."""

    root: str
    endpoint: str
    region: str
    trials: tuple[Trial, ...]

    @property
    def passed(self) -> bool:
        """Whether a build can run on this root; notes do not count."""
        return all(trial.state in ("ok", "note") for trial in self.trials)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {"root": self.root, "endpoint": self.endpoint, "region": self.region, "passed": self.passed} | {
            "trials": [asdict(trial) for trial in self.trials]
        }


def validate(root: Place, settings: S3Settings, env: Mapping[str, str] | None = None) -> Validation:
    """Try keys, endpoint, clock, listing, putting, getting, other clients, multipart, conditions and deleting on a storage root.

    Never raises for what the store says: every failure is a trial with its explanation. Once there is no way to go on, the rest is skipped.

    Args:
        root: Bucket and prefix of the storage root.
        settings: How the store is reached; tried with little patience.
        env: Where the keys are looked for, the process's environment by default.
    """
    hasty = settings.impatient()
    course = Course(root, hasty, os.environ if env is None else env)
    done: list[Trial] = []
    blocked = ""
    for name, needs, trial in course.trials():
        if blocked and not (name == "delete" and course.wrote):
            done.append(Trial(name, "skipped", f"needs {blocked}", 0.0))
            continue
        begin = time.monotonic()
        state, found = _tried(trial, course.uri, hasty)
        done.append(Trial(name, state, found, round(time.monotonic() - begin, 3)))
        if state == "failed" and needs:
            blocked = name
    return Validation(str(root), settings.endpoint, settings.region, tuple(done))


def _tried(trial: Callable[[], str], where: str, settings: S3Settings) -> tuple[str, str]:
    try:
        return "ok", trial()
    except Note as note:
        return "note", redacted(str(note))
    except TrialError as error:
        return "failed", redacted(str(error))
    except Exception as error:
        explanation = str(explain(error, where, settings)) if _of_the_store(error) else f"{type(error).__name__}: {error}"
        return "failed", redacted(explanation)[:400]


def _of_the_store(error: Exception) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    return isinstance(error, BotoCoreError | ClientError)
