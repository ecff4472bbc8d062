"""A real Dask cluster on this machine: a scheduler, and workers in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0
Process = subprocess.Popen[bytes]


@dataclass(frozen=True, kw_only=True)
class Started:
    """The address of a cluster for `--on`, and what leads the groups of its processes."""

    on: str
    scheduler: Process
    workers: Process


@contextmanager
def started(folder: Path, workers: int = 2) -> Iterator[Started]:
    """Start a scheduler, which picks a free port, and workers that are started again when they die."""
    file = folder / "scheduler.json"
    local = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    scheduler = _dask(folder, "scheduler", "--port", "0", "--scheduler-file", str(file), *local)
    _wait_for(file.exists)
    several = ["--nworkers", str(workers), "--nthreads", "1", "--local-directory", str(folder)]
    crew = _dask(folder, "worker", "--scheduler-file", str(file), *several, *local)
    try:
        address = json.loads(file.read_text())["address"]
        yield Started(on=address.replace("tcp://", "dask://"), scheduler=scheduler, workers=crew)
    finally:
        for leader in (crew, scheduler):
            end(leader)


def end(leader: Process) -> None:
    """End a group of processes at once, as a power cut does."""
    if leader.poll() is None:
        os.killpg(leader.pid, signal.SIGKILL)
        leader.wait(SECONDS)


def _dask(folder: Path, *words: str) -> Process:
    here = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": here, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with (folder / f"{words[0]}.log").open("w") as log:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)


def _wait_for(ready: object) -> None:
    limit = time.monotonic() + SECONDS
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < limit, "Dask does not start"
        time.sleep(0.05)
