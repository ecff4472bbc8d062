"""What is printed can be lost: stdout on a disk that is full, a reader that has gone, no memory left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_shell import SPEC, Shell

FULL = Path("/dev/full")
COMMANDS = (
    ("run", "study.gip", "-j", "1"),
    ("show", "study.gip", "--json"),
    ("plan", "study.gip"),
    ("explain", "learner"),
    ("completion", "bash"),
    ("fmt", "--stdout", "study.gip"),
    ("--version",),
)


def called(args: tuple[str, ...], out: int, *, unbuffered: bool = False) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONUNBUFFERED": "1" if unbuffered else ""}
    command = [sys.executable, "-m", "gipspec", *args]
    return subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, env=env, check=False)


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full of Linux")
def test_stdout_on_a_full_disk_is_a_problem_with_a_code(shell: Shell) -> None:
    assert shell("run", "study.gip", "-j", "1")[0] == 0
    for at, args in enumerate(COMMANDS):
        with FULL.open("w") as full:
            done = called(args, full.fileno(), unbuffered=at % 2 == 0)
        assert done.returncode == 1, args
        assert "error[G501]: cannot write stdout: no space left on device" in done.stderr, args
        assert "help: free some space" in done.stderr
        assert "mistake in gipspec" not in done.stderr
        assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="homes of POSIX")
def test_a_home_that_cannot_be_written_is_nothing_to_talk_about(shell: Shell) -> None:
    shell.write(SPEC + 'figure main "Main": base, more\n')
    homes = ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    env = {name: value for name, value in os.environ.items() if name not in homes}
    command = [sys.executable, "-m", "gipspec", "run", "study.gip", "-j", "1", "-q"]
    env |= {"HOME": "/proc/nowhere"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0
    assert Path("out/study/figures/main.pdf").exists()
    assert "atplotlib" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_has_gone_is_no_problem(shell: Shell) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = called(("explain", "learner"), writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_file_that_fails_otherwise_is_still_an_internal_error(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gipspec.cli import main

    def break_off(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("gipspec.api.load", break_off)
    with pytest.raises(OSError, match="Input/output error"):
        main(["plan", "study.gip"])


def test_memory_that_runs_out_is_no_mistake_in_gipspec(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("gipspec.api.load", starve)
    code, out, err = shell("run", "study.gip")
    assert (code, out) == (1, "")
    assert err.startswith("error[G451]: memory ran out")
