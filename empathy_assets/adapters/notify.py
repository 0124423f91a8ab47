"""Notices to people: one line in the log, and a POST to a webhook where one is configured.

Lives here: how a notice leaves the house. Must not live here: what is worth a notice (`defs/alerts`). The webhook's address is a secret:
it is read from the environment where it is used and never stands in a log, an error or a resource.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from empathy_assets.policy.load import number

VARIABLE = "EMPATHY_NOTIFY_WEBHOOK"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """What people are told.

    Attributes:
        text: One sentence; the field that Slack, Mattermost and Teams webhooks show.
        kind: `run-failed` or `checks-failed`.
        run_id: The run.
        release: Release key, empty where the run had none.
        details: Further lines: failed checks, errors.
    """

    text: str
    kind: str
    run_id: str
    release: str = ""
    details: tuple[str, ...] = ()


def notify(notice: Notice, log: logging.Logger = _LOG, env: Mapping[str, str] | None = None) -> bool:
    """Log a notice and send it to the webhook, if there is one; return whether it was sent. Never raises: a notice must not fail a run."""
    log.warning("%s", notice.text)
    webhook = (os.environ if env is None else env).get(VARIABLE, "").strip()
    if not webhook:
        return False
    import httpx  # here, not above: the definitions load without an HTTP client
    import stamina

    attempts, timeout = int(number("notify", "attempts")), number("notify", "timeout_seconds")
    try:
        for attempt in stamina.retry_context(on=httpx.HTTPError, attempts=attempts, wait_initial=0.5):
            with attempt:
                httpx.post(webhook, json=asdict(notice), timeout=timeout).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        log.warning("the webhook of %s took no notice (%s); check its address", VARIABLE, type(error).__name__)
        return False
    return True
