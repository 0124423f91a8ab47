"""The real daemon: a book dropped in landing is in the next package by itself, once, and a crash on the way loses nothing."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from empathy_assets.defs.automation import landing_sensor
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import environment, records, run

pytestmark = pytest.mark.slow

MINUTE = 60.0
MODULE = ("-m", "empathy_assets.definitions")
RIGHTS = '["books/*"]\nlicence = "CC-BY-4.0"\norigin = "written for a test"\nholder = "a tester"\n'
BOOK = """{title}

by {author}


Chapter 1. {chapter}

{first}

{second}
"""
WELL = BOOK.format(
    title="THE VILLAGE WELL",
    author="Tamsin Oake",
    chapter="Drawing water",
    first="A well gives what the rope can reach and no more, and nobody scolds it for the water that lies deeper. People who are "
    "asked about a loss answer from the depth their rope has on that day. If you let the bucket come up half empty without "
    "a remark, they lower it again by themselves. The second bucket is usually colder, and it is the one they were afraid "
    "to bring into the light.",
    second="Those who stand beside a well for others learn to hold the rope and not to pull it. They say what they see in the "
    "bucket, plainly, and they do not pour it back. A trembling voice, a long breath and a joke in the wrong place are all "
    "water. When the carrying is shared the path home is the same length, and yet it is walked in a different spirit.",
)
HARBOUR = BOOK.format(
    title="THE PATIENT HARBOUR",
    author="Isolde Marsh",
    chapter="Low water",
    first="A harbour does not hurry the boats that come into it, and it does not ask them to explain the weather they have been "
    "through. It leaves a light on the outer wall and lets a tired crew sleep before anybody speaks of repairs. People who "
    "come home from a hard year need much the same from a friend: an hour in which nothing is demanded, and somebody within "
    "call while they find out how tired they are.",
    second="When the crew wakes, the first words are seldom about the storm. They are about the kettle, the frayed rope, the gull "
    "on the rail. A good harbour master listens to the rope and the gull, because the storm is folded up inside them. Those "
    "who wait beside small things will be told the large one, usually near evening, and usually in a low voice.",
)
ORCHARD = BOOK.format(
    title="AN ORCHARD IN MARCH",
    author="Perran Lisle",
    chapter="Bare branches",
    first="In March an orchard looks like a mistake somebody forgot to tidy away, and a visitor in a hurry would fell half of it. "
    "The keeper knows that bare wood is not dead wood, and that most of the year's work is done where it cannot be seen. A "
    "person who has stopped answering letters may be standing in a March of their own. Ask what the ground is like "
    "underneath, and leave the saw at home.",
    second="Pruning done in anger shows for ten years. The keeper therefore walks the rows twice with empty hands before the knife "
    "is opened, and speaks to nobody about crops. Trust grows at the same pace, with the same need for empty hands. When "
    "the first bud is mentioned, it is mentioned in passing, and the wise reply is to notice it aloud and then to go on "
    "walking.",
)


class Journey:
    """One person's folder, the daemon that watches it, and what its instance knows."""

    def __init__(self, home: Path) -> None:
        self.home, self.landing = home, home / "landing"
        self.variables = {"DAGSTER_HOME": str(home / "dagster"), "EMPATHY_LANDING": str(self.landing), "EMPATHY_SCALE": "0.002"}
        (self.landing / "books").mkdir(parents=True)
        (self.landing / "rights.toml").write_text(RIGHTS)
        (home / "dagster").mkdir()
        (home / "dagster" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")

    def land(self, name: str, text: str) -> str:
        (self.landing / "books" / name).write_text(text)
        return f"books/{name}"

    @contextmanager
    def daemon(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run the daemon in a session of its own until the block ends, then stop what is left of it."""
        with (self.home / "daemon.log").open("ab") as log:
            process = subprocess.Popen(
                ["dagster-daemon", "run", *MODULE],
                cwd=self.home,
                env=environment(self.home, **self.variables),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(30)

    def log(self) -> str:
        return (self.home / "daemon.log").read_text("utf-8", "replace")

    def runs(self) -> list[dg.RunRecord]:
        """Return the runs the sensor started, oldest first."""
        started = dg.RunsFilter(tags={"dagster/sensor_name": landing_sensor.name})
        with dg.DagsterInstance.from_config(str(self.home / "dagster")) as instance:
            return list(reversed(instance.get_run_records(started)))

    def statuses(self) -> list[str]:
        return [record.dagster_run.status.value for record in self.runs()]

    def read(self, run_id: str, asset: str) -> dict[str, object]:
        """Return the counts of files of a source in a run."""
        with dg.DagsterInstance.from_config(str(self.home / "dagster")) as instance:
            for event in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION, limit=100).records:
                found = event.asset_materialization
                if found and found.asset_key == dg.AssetKey(asset):
                    return {name: value.value for name, value in found.metadata.items() if name.startswith("files")}
        raise AssertionError(f"run {run_id} did not materialise {asset}")

    def cited(self, file: str) -> int:
        return sum(record["metadata"]["provenance"]["file"] == file for record in records(self.home))

    def until(self, seen: Callable[[], bool], seconds: float) -> float:
        """Wait until something is seen; return the seconds it took."""
        start = time.monotonic()
        while not seen():
            assert time.monotonic() - start < seconds, f"not seen in {seconds} s; runs {self.statuses()}\n{self.log()[-4000:]}"
            time.sleep(0.5)
        return time.monotonic() - start


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Journey:
    new = Journey(tmp_path_factory.mktemp("watched"))
    shutil.copytree(built.settings.cache_dir / "certified", new.home / "data" / "cache" / "certified")
    new.land("well.txt", WELL)
    run(new.home, "dagster", "asset", "materialize", *MODULE, "--select", "*", "--partition", "next", **new.variables)
    return new


def test_a_dropped_book_is_one_run_that_reads_only_it(journey: Journey) -> None:
    with journey.daemon():
        journey.until(lambda: "first look at" in journey.log(), MINUTE)
        harbour = journey.land("harbour.txt", HARBOUR)
        waited = journey.until(lambda: journey.statuses()[:1] in (["STARTED"], ["SUCCESS"]), 2 * MINUTE)
        journey.until(lambda: journey.statuses()[:1] == ["SUCCESS"], 3 * MINUTE)
    (only,) = journey.runs()
    assert waited < 1.5 * MINUTE  # 15 s between looks, 3 s to settle, 5 s in the queue, the rest is the start of a process
    assert only.dagster_run.tags["dagster/partition"] == "next"
    assert journey.read(only.dagster_run.run_id, "books") == {"files": 2, "files_read": 1, "files_cached": 1}
    assert journey.cited(harbour) > 0


def test_a_crash_of_the_machine_loses_no_book(journey: Journey) -> None:
    earlier = len(journey.runs())
    with journey.daemon() as daemon:
        orchard = journey.land("orchard.txt", ORCHARD)
        journey.until(lambda: journey.statuses()[earlier:] == ["STARTED"], 2 * MINUTE)
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait(10)
    assert journey.statuses()[earlier:] == ["STARTED"]  # nobody was left to say that it failed
    assert journey.cited(orchard) == 0
    with journey.daemon():
        journey.until(lambda: journey.statuses()[earlier:] == ["FAILURE", "SUCCESS"], 3 * MINUTE)
    assert journey.cited(orchard) > 0
