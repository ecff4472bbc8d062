"""What a run tells while it works: a live display on a terminal, lines elsewhere, nothing on stdout."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from cli_shell import Shell
from rich.console import Console

from gipspec.cli import progress as shown
from gipspec.cli.progress import LineProgress, LiveProgress, QuietProgress, duration, progress_here
from gipspec.diagnostics import problem
from gipspec.engine.pace import Pace
from gipspec.engine.tasks import BatchTask, FitTask
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary import LEARNERS
from gipspec.learn import Fit

UNIT = np.repeat(np.arange(10), 4)
X = np.arange(80.0).reshape(40, 2)


def fit(seed: int, estimate: str = "base", name: str = "y", trees: int = 100) -> FitTask:
    values = {p.name: p.default for p in LEARNERS["rf"].parameters} | {"trees": trees}
    forest = Learner(name="rf", parameters=tuple(values.items()))
    request = Fit(learner=forest, x=X, target=X[:, 0], fold=UNIT % 2, group=UNIT, seed=seed, name=name)
    return FitTask(request=request, estimate=estimate)


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


FITS = [fit(s) for s in range(8)]


def test_the_time_left_is_that_of_what_is_left() -> None:
    pace = Pace.of(FITS, 1, 0.0)
    assert pace.left(3.0) is None
    for at in range(4):
        pace.done(FITS[at])
    # four and the half of the one that runs are done in nine seconds, so that the rest takes seven
    assert pace.left(9.0) == pytest.approx(7.0)
    for at in range(4, 8):
        pace.done(FITS[at])
    assert pace.left(20.0) == 0.0


def test_costs_count_and_the_longest_is_waited_for() -> None:
    short, long = [fit(s, trees=10) for s in range(8)], fit(9, trees=80)
    pace = Pace.of([*short, long], 4, 0.0)
    for one in short[:4]:
        pace.done(one)
    # four short ones are done and four half done in one second; four workers cannot share the long one
    assert pace.left(1.0) == pytest.approx(4 * 8 / 6)


def test_what_runs_is_what_began_first() -> None:
    pace = Pace.of(FITS, 3, 0.0)
    pace.done(FITS[1])
    assert pace.running == (FITS[0], FITS[2], FITS[3])


def test_a_batch_is_one_task_and_several_fits() -> None:
    batch = BatchTask(fits=tuple(FITS[:5]))
    pace = Pace.of([batch, FITS[5]], 1, 0.0)
    pace.done(batch)
    assert (pace.done_fits, pace.total_fits) == (5, 6)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.7, "1 min 0 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=60, color_system=None, legacy_windows=False)


@pytest.fixture
def live(screen: Console, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> LiveProgress:
    monkeypatch.setattr(shown, "REFRESHES", 0.001)  # the tests draw it themselves
    return LiveProgress(console=screen, clock=clock)


def drawn(live: LiveProgress) -> list[str]:
    paper = Console(file=io.StringIO(), width=60, color_system=None)
    with paper.capture() as captured:
        paper.print(live.drawn())
    return captured.get().splitlines()


def written(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_the_display_shows_what_is_done_and_left_and_runs(live: LiveProgress, clock: Clock) -> None:
    tasks = [*FITS[:4], fit(4, "more", "d"), fit(5, "fan.rf", "韧性"), fit(6), fit(7)]
    live.queue(tasks, 2)
    assert drawn(live) == [" " * 25 + "0/8 fitted", "base: y ×2"]
    for at in range(4):
        clock.now += 5
        live.done(tasks[at])
    bar, names = drawn(live)
    assert bar == "━" * 12 + " " * 13 + "4/8 fitted, 12 s left"
    assert names == "more: d  fan.rf: 韧性"
    live.end()


def test_the_display_fits_its_line_and_obeys_no_name(live: LiveProgress) -> None:
    live.queue([fit(s, "m" * 30, "evil\x1b[2J[red]") for s in range(8)], 7)
    bar, names = drawn(live)
    assert len(names) <= 60
    assert "\x1b" not in names
    assert "[red]" not in bar
    assert len(live.drawn().renderables) == 2  # type: ignore[union-attr]
    live.end()


def test_many_workers_are_summed_up(live: LiveProgress) -> None:
    live.queue([*FITS[:5], *(fit(s, name) for s, name in enumerate("abcd", 10))], 9)
    assert drawn(live)[1] == "base: y ×5  a: y  b: y  2 more"
    live.end()


def test_what_else_is_told_stands_above_a_cleared_display(
    live: LiveProgress, screen: Console, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    live.begin(asked=12, distinct=9, found=1)
    live.queue(FITS, 2)
    clock.now += 2
    live.done(FITS[0])
    live.warn(problem("G610"))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("12 nuisances: 3 shared, 1 found, 8 to fit\nwarning[G610]: a worker was ended")
    assert "\x1b" not in told.err
    assert live.live is not None  # shown again
    clock.now += 1
    live.end()
    assert live.live is None
    assert capsys.readouterr().err == "1 nuisance fitted in 3 s\n"
    screens = written(screen)
    assert screens.endswith("\x1b[1A\x1b[2K")  # the place is cleared, line by line
    assert screens.rindex("\x1b[?25h") > screens.rindex("\x1b[?25l")  # and there is a cursor


def test_the_cursor_is_there_while_the_display_is(live: LiveProgress, screen: Console) -> None:
    """A run that is killed cannot bring it back."""
    live.queue(FITS, 2)
    assert written(screen).endswith("\x1b[?25h")
    live.end()


def test_lines_come_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    lines = LineProgress(clock=clock)
    lines.begin(asked=8, distinct=8, found=0)
    lines.queue(FITS, 1)
    for one in FITS:
        clock.now += 4
        lines.done(one)
    lines.end()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "8 nuisances: 0 shared, 0 found, 8 to fit",
        "3/8 fitted, 15 s left (base: y)",
        "6/8 fitted, 6 s left (base: y)",
        "8 nuisances fitted in 32 s",
    ]


def test_a_run_with_nothing_to_fit_says_no_more(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    for progress in (LineProgress(clock=clock), LiveProgress(clock=clock)):
        progress.begin(asked=8, distinct=8, found=8)
        progress.queue([], 2)
        progress.end()
        assert capsys.readouterr().err == "8 nuisances: 0 shared, 8 found, 0 to fit\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "variables", "quiet", "kind"),
    [
        (True, {}, False, LiveProgress),
        (True, {"NO_COLOR": "1"}, False, LineProgress),
        (True, {"TERM": "dumb"}, False, LineProgress),
        (False, {}, False, LineProgress),
        (True, {}, True, QuietProgress),
    ],
)
def test_where_it_is_shown(
    terminal: bool,
    variables: dict[str, str],
    quiet: bool,
    kind: type,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in ({"TERM": "xterm"} | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", Terminal() if terminal else io.StringIO())
    assert type(progress_here(quiet=quiet)) is kind


def test_a_quiet_run_says_nothing_but_problems(shell: Shell) -> None:
    status, out, err = shell("run", "study.gip", "-j", "1", "--quiet")
    assert status == 0
    assert out.startswith("name")
    assert "nuisances" not in err
    assert "written to" not in err


def test_workers_are_of_this_machine_or_of_a_cluster(shell: Shell) -> None:
    status, _, err = shell("run", "study.gip", "-j", "2", "--on", "dask://127.0.0.1:9")
    assert status == 2
    assert "a cluster does as many as it has workers" in err


def test_a_cluster_that_is_none_is_a_problem_and_writes_nothing(shell: Shell) -> None:
    status, _, err = shell("run", "study.gip", "--on", "127.0.0.1:8786")
    assert status == 1
    assert "error[G630]" in err
    assert not Path("out").exists()


SLOW = "base <- y ~ d | x1 + x2; learner=rf(trees=4000)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_ctrl_c_on_a_terminal_leaves_it_clean(shell: Shell) -> None:
    import pty

    shell.write('data "panel.csv"\npanel city year\n' + SLOW)
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    run = subprocess.Popen(
        [sys.executable, "-m", "gipspec", "run", "study.gip", "-j", "1"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=env,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    os.close(theirs)
    seen, limit = b"", time.monotonic() + 120
    while b"base: " not in seen:
        assert time.monotonic() < limit
        seen += os.read(ours, 4096)
    os.killpg(run.pid, signal.SIGINT)
    while chunk := _read(ours):
        seen += chunk
    out, _ = run.communicate(timeout=120)
    assert (run.returncode, out) == (130, b"")
    last = seen.decode().replace("\r\n", "\n").rpartition("\x1b[2K")[2]
    assert re.sub(r"\x1b\[\?25h", "", last).strip() == "interrupted; what was finished is kept"


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side is closed
        return b""
