"""Disks that are full and clocks that are set back: what was finished stays, and what is wrong is named."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from engine_tasks import run, task

from gipspec.diagnostics import GipError
from gipspec.engine import store as storing
from gipspec.engine.clean import choose
from gipspec.engine.progress import Silent
from gipspec.engine.store import Store
from gipspec.learn import CrossFit

KEYS = [f"{at:02x}" + "0" * 62 for at in range(4)]


class Ended(Silent):
    """Counts the ends of stages."""

    def __init__(self) -> None:
        self.ends = 0

    def end(self) -> None:
        self.ends += 1


def fit(rows: int) -> CrossFit:
    return CrossFit(prediction=np.ones(rows), task="regression")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow over `size` bytes."""
    limits = pytest.importorskip("resource")
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_cannot_grow_is_named_and_the_earlier_entry_stays(tmp_path: Path) -> None:
    store = Store(folder=tmp_path / "store")
    store.put(KEYS[0], fit(10))
    with room_for(2000), pytest.raises(GipError, match=r"G501.*file too large"):
        store.put(KEYS[1], fit(10_000))
    assert store.get(KEYS[0]) is not None
    assert store.get(KEYS[1]) is None
    files = [p.name for p in (tmp_path / "store").rglob("*") if p.is_file()]
    assert sorted(files) == sorted([".gitignore", KEYS[0]])  # no half of a file
    store.put(KEYS[1], fit(10_000))
    assert store.get(KEYS[1]) is not None


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_disk_that_fills_ends_the_stage_and_keeps_what_was_written(
    tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [task(seed=s) for s in range(6)]
    write, room, ended = storing.write_atomically, iter(range(3)), Ended()  # the .gitignore and two fits

    def until_full(path: Path, data: bytes) -> None:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, data)

    store = Store(folder=tmp_path / "store")
    with monkeypatch.context() as patch:
        patch.setattr(storing, "write_atomically", until_full)
        with pytest.raises(GipError, match=r"G501.*no space left"):
            run(tasks, store=store, jobs=jobs, progress=ended)
    assert ended.ends == 1
    assert sum(store.get(t.key) is not None for t in tasks) == 2
    assert len(run(tasks, store=store)) == 6


def test_a_clock_that_is_set_back_removes_nothing_that_was_used_later(tmp_path: Path) -> None:
    """Fits of tomorrow are not old; where there are too many, they go last."""
    store, now = Store(folder=tmp_path), time.time()
    for key, used in zip(KEYS, (now + 86_400, now - 7200, now + 3600, now - 86_400 * 40), strict=True):
        store.put(key, fit(10))
        os.utime(tmp_path / key[:2] / key, (used, used))
    (tmp_path / ".gipspec-abc.tmp").write_bytes(b"of a run that is writing, by a clock of tomorrow")
    os.utime(tmp_path / ".gipspec-abc.tmp", (now + 86_400, now + 86_400))
    cleaning = choose(tmp_path, older=86_400.0, most=None, everything=False)
    assert ([f.path.name for f in cleaning.removed], cleaning.left) == ([KEYS[3]], ())
    most = choose(tmp_path, older=None, most=1, everything=False)
    assert [f.path.name for f in most.removed] == [KEYS[3], KEYS[1], KEYS[2], KEYS[0]]
    assert all(store.get(key) is not None for key in KEYS)
