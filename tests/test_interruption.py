"""Whatever ends a run leaves nothing behind but what was finished, and the next run goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_shell import Shell

from gipspec.cli.ending import orderly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX")

HEAD = """\
data "panel.csv"
panel city year
defaults reps=3; folds=3
table main "Main": m0, m1
"""
EARLIER = HEAD + "m0 <- y ~ d | x1 + x2; learner=ols\nm1 <- m0; reps=2\n"
FITS = 24
SECONDS = 180.0


def forests(trees: int) -> str:
    return HEAD + "".join(f"m{i} <- y ~ d | x1 + x2; learner=rf(trees={trees + i})\n" for i in range(4))


SPEC = forests(30)
LONG = forests(400)  # many seconds, of which an interrupted run sees the first

# the signal, who gets it, workers, the exit code
ENDINGS = [
    (signal.SIGINT, "group", 1, 130),
    (signal.SIGKILL, "run", 1, -9),
    (signal.SIGINT, "group", 2, 130),
    (signal.SIGKILL, "run", 2, -9),
]


def fits() -> dict[str, tuple[int, int]]:
    """Return the finished fits, each with what would differ had it been written again."""
    found = (p.stat() for p in sorted(Path(".gipspec").glob("??/*")) if len(p.name) == 64)
    return {str(s.st_ino): (s.st_size, s.st_mtime_ns) for s in found}


def wait(what: str, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not ready():
        assert time.monotonic() < end, f"{what} in vain"
        time.sleep(0.02)


def group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def outputs(folder: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


def begin(jobs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gipspec", "run", "study.gip", "-j", str(jobs)]
    with Path("messages").open("w") as messages:
        return subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=messages,
            env=os.environ | {"TMPDIR": str(Path("temporary").resolve())},
            start_new_session=True,
            preexec_fn=heed_interrupts,
        )


def heed_interrupts() -> None:
    """A shell that runs the tests in the background has its children ignore SIGINT; a user's does not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def end_after_a_fit(run: subprocess.Popen[bytes], number: int, receiver: str) -> int:
    known = len(fits())
    wait("waiting for a fit", lambda: len(fits()) > known or run.poll() is not None)
    (os.killpg if receiver == "group" else os.kill)(run.pid, number)
    code = run.wait(SECONDS)
    wait("waiting for workers to end", lambda: group_is_gone(run.pid))
    return code


def test_whatever_ends_a_run_the_next_one_goes_on(shell: Shell) -> None:
    Path("temporary").mkdir()
    shell.write(EARLIER)
    assert shell("run", "study.gip", "-j", "1", "--store", "other")[0] == 0
    earlier = outputs("out/study")
    shell.write(SPEC)
    for number, receiver, jobs, code in ENDINGS:
        before = fits()
        found = end_after_a_fit(begin(jobs), number, receiver)
        told = Path("messages").read_text()
        assert found == code, told
        assert ("what was finished is kept" in told) is (number == signal.SIGINT)
        assert "Traceback" not in told
        assert "leaked" not in told  # what a killed run leaves is cleared up in silence
        assert fits().items() > before.items()
        assert outputs("out/study") == earlier
        wait("waiting for arrays to go", lambda: not list(Path("temporary").glob("gipspec-*")))
    kept = fits()
    status, _, err = shell("run", "study.gip", "-j", "1")
    assert status == 0
    assert f"{len(kept)} found, {FITS - len(kept)} to fit" in err
    assert fits().items() >= kept.items()
    assert shell("run", "study.gip", "-j", "1", "--store", "new", "--out", "fresh")[0] == 0
    assert outputs("out/study") == outputs("fresh")


def workers_of(group: int) -> int:
    command = ["ps", "-A", "-ww", "-o", "pgid=,args="]  # whole lines, however narrow the terminal
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    return sum(line.split()[0] == str(group) and "popen_loky" in line for line in listed.stdout.splitlines())


@pytest.mark.parametrize("later", [0.0, 0.3, 0.6])
def test_an_interrupt_while_workers_start_is_said_in_a_line(shell: Shell, later: float) -> None:
    """Workers take most of a second to import what they need, and Ctrl-C reaches them too."""
    Path("temporary").mkdir()
    shell.write(LONG)
    run = begin(2)
    wait("waiting for a worker", lambda: workers_of(run.pid) > 0 or run.poll() is not None)
    time.sleep(later)
    assert run.poll() is None, "the run ended before a worker was seen"
    begun = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(SECONDS) == 130
    assert time.monotonic() - begun < 10
    wait("waiting for workers to end", lambda: group_is_gone(run.pid))
    told = [line for line in Path("messages").read_text().splitlines() if line]
    told = [line for line in told if " fitted in " not in line]  # where the machine was busy and a fit quick
    assert told == ["24 nuisances: 0 shared, 0 found, 24 to fit", "interrupted; what was finished is kept"]
    assert list(Path("temporary").glob("gipspec-*")) == []


def test_a_batch_system_ends_a_run_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    usual = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as stop, orderly():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SECONDS)
    assert stop.value.code == 143
    assert capsys.readouterr().err == "ended by SIGTERM; what was finished is kept\n"
    assert signal.getsignal(signal.SIGTERM) == usual


def test_what_is_ignored_stays_ignored() -> None:
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with orderly():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, usual)
