"""A Dask cluster on this machine: a scheduler and workers, each a process with one thread."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 60.0
LOCAL = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")


@contextmanager
def loopback(folder: Path, workers: int) -> Iterator[str]:
    """Start a cluster that writes its files to `folder`; give its address, once it has its workers."""
    from dask.distributed import Client

    folder.mkdir()
    file = folder / "scheduler.json"
    at = ["--scheduler-file", str(file)]
    leaders = [_dask(folder, "scheduler", "--port", "0", *at, *LOCAL)]
    try:
        _wait_for(file)
        crew = ["--nworkers", str(workers), "--nthreads", "1", "--local-directory", str(folder)]
        leaders.append(_dask(folder, "worker", *crew, *at, *LOCAL))
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        with Client(address) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(workers, timeout=SECONDS)
        yield address.replace("tcp://", "dask://")
    finally:
        for leader in reversed(leaders):
            os.killpg(leader.pid, signal.SIGKILL)
            leader.wait()


def _dask(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (folder / f"{words[0]}.log").open("w") as log:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)


def _wait_for(file: Path) -> None:
    limit = time.monotonic() + SECONDS
    while not file.exists():
        if time.monotonic() > limit:
            raise SystemExit("Dask does not start")
        time.sleep(0.05)
