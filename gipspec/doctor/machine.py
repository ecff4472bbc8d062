"""Cores, threads and memory: what decides how many fits run at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from gipspec.doctor.check import NOTE, OK, Check
from gipspec.engine.workers import default_jobs

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
LOW_MEMORY = 2e9
LOW_DISK = 1e9
_MEMINFO = Path("/proc/meminfo")


def machine(store: Path) -> Iterator[Check]:
    """Look at cores, threads, memory, and the disk that the store is on."""
    jobs, cores = default_jobs(), os.cpu_count() or 1
    of = f"{cores} cores" + (f", of which this process may use {jobs}" if jobs != cores else "")
    yield Check(
        group="machine", name="cores", state=OK, found=f"{of}; `gipspec run` takes {jobs} fits at a time"
    )
    yield _threads()
    memory = _memory()
    if memory:
        total, free = memory
        low = free < LOW_MEMORY
        yield Check(
            group="machine",
            name="memory",
            state=NOTE if low else OK,
            found=f"{free / 1e9:.1f} of {total / 1e9:.1f} GB are free",
            remedy="give `-j` a smaller number where fits are ended for want of memory" if low else "",
        )
    yield _disk(store)


def _threads() -> Check:
    """Say which settings and libraries decide on threads; a fit has one of each in workers of its own."""
    import numpy as np  # noqa: F401  # so that its library is there to be seen
    from threadpoolctl import threadpool_info

    set_to = [f"{name}={os.environ[name]}" for name in THREADS if os.environ.get(name)]
    libraries = sorted({f"{pool['internal_api']} {pool['num_threads']}" for pool in threadpool_info()})
    found = "; ".join(
        (
            ", ".join(set_to) or "no limit set in the environment",
            f"libraries: {', '.join(libraries)}" if libraries else "no library with threads",
            "workers use one thread each",
        )
    )
    return Check(group="machine", name="threads", state=OK, found=found)


def _memory() -> tuple[float, float] | None:
    """Return all and free memory in bytes where the system tells."""
    try:
        lines = dict(line.split(":", 1) for line in _MEMINFO.read_text(encoding="ascii").splitlines())
        return tuple(float(lines[key].split()[0]) * 1024 for key in ("MemTotal", "MemAvailable"))  # type: ignore[return-value]
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _disk(store: Path) -> Check:
    folder = next(f for f in (store.absolute(), *store.absolute().parents) if f.is_dir())
    free = shutil.disk_usage(folder).free
    low = free < LOW_DISK
    writable = os.access(folder, os.W_OK)
    found = f"{free / 1e9:.1f} GB are free where the store is" + (
        "" if writable else ", and it may only be read"
    )
    remedy = "free some space, or name another folder with `--store`" if low or not writable else ""
    return Check(group="machine", name="disk", state=NOTE if remedy else OK, found=found, remedy=remedy)
