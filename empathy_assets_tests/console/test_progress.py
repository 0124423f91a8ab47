"""Live progress: count, rate and time left; a step's own progress is read from its log."""

from io import StringIO

from rich.console import Console

from empathy_assets.console.progress import Pace, Steps, live


def test_a_task_with_a_unit_says_its_rate_and_the_time_left() -> None:
    now = [0.0]
    progress = live(Console(file=StringIO()))
    progress.get_time = lambda: now[0]
    task = progress.add_task("reading", total=100, unit="files")
    assert Pace().render(progress.tasks[0]).plain == ""
    for second in range(1, 6):
        now[0] = float(second)
        progress.update(task, completed=10 * second)
    assert Pace().render(progress.tasks[0]).plain == "10.0 files/s, 0:00:05 left"
    progress.update(task, each=2.0)
    assert Pace().render(progress.tasks[0]).plain.startswith("20.0 files/s")


def test_a_step_that_tells_how_far_it_is_has_a_bar_of_its_own_until_the_next_begins() -> None:
    progress = live(Console(file=StringIO()))
    steps = Steps(progress, 3)
    steps.begin("foundation")
    steps.tell("no figures in this [line]")
    assert [task.total for task in progress.tasks] == [3]
    steps.tell("foundation: 3/12 chunks prepared and scored")
    steps.tell("foundation: 4/12 chunks prepared and scored")
    part = progress.tasks[1]
    assert (part.completed, part.total, part.fields["unit"]) == (4, 12, "chunks")
    steps.advance()
    steps.begin("expertise")
    assert [(task.completed, task.total) for task in progress.tasks] == [(1, 3)]
