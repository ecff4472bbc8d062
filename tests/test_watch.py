"""`gipspec watch`, with real processes: what is saved is run, what is wrong waits, Ctrl-C ends all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_shell import PANEL, Shell

from gipspec.lang.load import files_of

SPEC = 'data "panel.csv"\npanel city year\ninclude "common.gip"\nbase <- y ~ d | x1\n'
PATIENCE = 90.0  # seconds, on a busy machine

posix = pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")


class Watched:
    """A study under watch in a folder of its own."""

    def __init__(self, folder: Path, defaults: str, *options: str, log: Path | None = None) -> None:
        self.folder, self.log = folder, log or folder / "log.txt"
        shutil.copy(PANEL, folder)
        self.save("study.gip", SPEC)
        self.save("common.gip", defaults)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gipspec", "watch", "study.gip", *options],
                cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )  # fmt: skip

    def save(self, name: str, text: str) -> None:
        """Save as editors do: another file, then its name."""
        other = self.folder / f"{name}.new"
        other.write_text(text, encoding="utf-8")
        other.replace(self.folder / name)

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, words: str, times: int = 1) -> None:
        end = time.monotonic() + PATIENCE
        while self.text().count(words) < times:
            assert time.monotonic() < end, f"no {words!r} in {self.text()}"
            assert self.process.poll() is None, self.text()
            time.sleep(0.05)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@posix
def test_what_is_saved_is_run_and_what_is_wrong_waits(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "defaults learner=ols; reps=1\n", "-j", "1")
    try:
        watched.wait_for("done in")
        assert "RUN  base: new" in watched.text()
        watched.save("study.gip", SPEC + "more <- base; add=x2\n")
        watched.wait_for("study.gip changed")
        watched.wait_for("done in", 2)
        assert "4 nuisances: 0 shared, 2 found, 2 to fit" in watched.text()
        watched.save("study.gip", SPEC + "more <- base; add=nothere\n")
        watched.wait_for("error[G102]: `nothere` is not a column")
        watched.wait_for("waiting for them to be mended")
        watched.save("common.gip", "defaults learner=ols; reps=2\n")
        watched.wait_for("common.gip changed")
        watched.wait_for("error[G102]", 2)
        assert watched.text().count("done in") == 2  # nothing was run meanwhile
    finally:
        code = watched.end()
    assert code == 130
    assert watched.text().endswith("interrupted; what was finished is kept\n")
    assert (tmp_path / "out" / "study" / "results.json").exists()


@posix
def test_a_run_that_is_overtaken_is_ended_and_so_is_one_at_ctrl_c(tmp_path: Path) -> None:
    slow = "defaults learner=rf(trees=20000)"
    watched = Watched(tmp_path, f"{slow}\n", "-j", "1", "--draft")
    try:
        watched.wait_for("to fit")
        watched.save("common.gip", f"{slow}; seed=7\n")
        watched.wait_for("ended by SIGTERM")
        watched.wait_for("to fit", 2)
        group = os.getpgid(watched.process.pid)
    finally:
        code = watched.end(signal.SIGTERM)
    assert code in (130, 128 + signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while _alive(group):
        assert time.monotonic() < end, "a run outlives its watch"
        time.sleep(0.05)


@posix
@pytest.mark.parametrize("options", [("--check",), ("-j", "1")])
def test_a_folder_that_is_deleted_ends_it_with_a_message(tmp_path: Path, options: tuple[str, ...]) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    watched = Watched(folder, "defaults learner=ols; reps=1\n", *options, log=tmp_path / "log.txt")
    try:
        watched.wait_for("study.gip: " if "--check" in options else "done in")
        shutil.rmtree(folder)
        code = watched.process.wait(PATIENCE)
    finally:
        watched.process.kill()
    assert code == 1
    assert "cannot read study.gip: the folder that this command runs in is gone" in watched.text()
    assert "internal error" not in watched.text()
    assert "Traceback" not in watched.text()


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_files_of_a_study(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "study.gip").write_text('data "deep/panel.csv"\ninclude "deep/one.gip"\nbase <- y ~ d |\n')
    (tmp_path / "deep" / "one.gip").write_text('include "two.gip"\ninclude "../study.gip"\n')
    names = {p.relative_to(tmp_path.resolve()).as_posix() for p in files_of(tmp_path / "study.gip")}
    assert names == {"study.gip", "deep/panel.csv", "deep/one.gip", "deep/two.gip"}


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["stduy.gip"], 1, "did you mean study.gip?"),
        (["study.gip", "--nosuch"], 2, "No such option"),
        (["study.gip", "-j", "0"], 2, "-j"),
    ],
)
def test_wrong_usage_is_said_at_once(args: list[str], code: int, words: str, shell: Shell) -> None:
    found, _, err = shell("watch", *args)
    assert found == code
    assert words in err
