"""The accepted licences of `licences.toml`: one reading of the list for readers, gates, checks and packager."""

import re
from functools import cache

from empathy_assets.policy.load import table

_VERSION = r"[0-9]+(?:\.[0-9]+)*"


@cache
def accepted_pattern() -> str:
    """Return a regular expression that matches exactly the accepted SPDX identifiers, whatever their case.

    A trailing `*` of the list stands for a version number and nothing else: `CC-BY-*` does not let `CC-BY-NC-ND-4.0` through.
    """
    names = (re.escape(name).replace(r"\*", _VERSION) for name in table("licences")["accepted"])
    return "(?i)^(?:" + "|".join(names) + ")$"


def accepted(licence: str) -> bool:
    """Return whether policy accepts the licence; an empty one never is."""
    return re.match(accepted_pattern(), licence) is not None
