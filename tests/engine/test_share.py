"""Arrays of tasks are kept once, come back bit by bit, and leave nothing behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_tasks import learner, task

from gipspec.diagnostics import GipError
from gipspec.engine.share import Handle, Shelf, open_shelf, pack, sweep, unpack
from gipspec.engine.tasks import BatchTask, FitTask, TuneTask
from gipspec.engine.workers import open_pool

LARGE = np.random.default_rng(1).normal(size=(1800, 4))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with open_shelf() as opened:
        yield opened


def large(x: np.ndarray, target: int = 0, seed: int = 1) -> FitTask:
    unit = np.repeat(np.arange(180), 10)
    request = replace(task().request, x=x, target=x[:, target].copy(), fold=unit % 5, group=unit, seed=seed)
    return FitTask(request=request, estimate="m")


def handle(shelf: Shelf, array: np.ndarray) -> Handle:
    found = shelf.put(array)
    assert isinstance(found, Handle)
    return found


@pytest.mark.parametrize(
    "array",
    [LARGE, np.asfortranarray(LARGE), LARGE[::2], LARGE.T, np.arange(9000), np.tile(LARGE > 0, 4)],
    ids=["C", "F", "strided", "transposed", "codes", "flags"],
)
def test_an_array_comes_back_as_it_was(shelf: Shelf, array: np.ndarray) -> None:
    handle(shelf, LARGE + 1)
    back = handle(shelf, array).array()
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert back.flags.f_contiguous == array.flags.f_contiguous
    assert not back.flags.writeable


def test_what_is_small_travels_as_it_is(shelf: Shelf) -> None:
    small = LARGE[:8]
    assert shelf.put(small) is small


def test_equal_arrays_stand_once_and_others_do_not(shelf: Shelf) -> None:
    first, again = handle(shelf, LARGE), handle(shelf, LARGE.copy())
    others = [LARGE + 1, LARGE.astype(np.float32), LARGE.reshape(4, 1800), np.asfortranarray(LARGE)]
    assert first == again
    assert len({first, *(handle(shelf, other) for other in others)}) == 5
    assert Path(shelf.path).stat().st_size < first.offset + 5 * LARGE.nbytes


def test_a_task_travels_without_its_arrays_and_keeps_its_key(shelf: Shelf) -> None:
    one, other = large(LARGE), large(LARGE.copy(), target=1)
    batch = BatchTask(fits=(one, other))
    search = TuneTask(
        learner=learner("rf"),
        x=LARGE,
        target=LARGE[:, 0],
        group=np.arange(1800),
        trials=1,
        seed=1,
        categorical=(),
        name="y",
        estimate="m",
    )
    for whole in (one, batch, search):
        parcel = pack(whole, shelf.put)
        back = unpack(parcel, Handle, Handle.array)
        assert type(back) is type(whole)
        assert back.keys == whole.keys
    parcel = pack(batch, shelf.put)
    x, again = (fit.request.x for fit in parcel.fits)
    assert x is again
    assert isinstance(x, Handle)
    assert isinstance(one.request.x, np.ndarray)  # the task itself is as it was
    assert pack(task(), shelf.put).request.x is not None


def test_the_file_goes_with_the_run(folder: Path) -> None:
    with open_pool(2) as pool:
        handle(pool.shelf, LARGE)
        assert [p.name for p in folder.iterdir()] == [Path(pool.shelf.path).name]
        assert (folder / pool.shelf.path).stat().st_mode & 0o077 == 0  # data are nobody else's business
    assert not list(folder.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks of POSIX")
def test_what_a_killed_run_left_is_swept_and_a_living_run_is_spared(folder: Path, shelf: Shelf) -> None:
    code = "import os, signal\nfrom gipspec.engine.share import open_shelf\nwith open_shelf() as shelf:\n"
    code += "    os.kill(os.getpid(), signal.SIGKILL)\n"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(folder)}, check=False)
    mine = Path(shelf.path)
    new, old = (p for p in folder.iterdir() if p != mine)
    other = folder / "gipspec-1-notes.txt"
    other.write_text("somebody else's")
    for path in (old, mine, other):
        os.utime(path, (1e9, 1e9))
    sweep()
    assert set(folder.iterdir()) == {mine, new, other}  # a new one may be about to get its lock
    sweep(int(new.name.split("-")[1]))  # as a worker does, whose run is dead
    assert set(folder.iterdir()) == {mine, other}


def test_a_full_disk_is_named(shelf: Shelf) -> None:
    class Full:
        def tell(self) -> int:
            return 0

        def seek(self, offset: int) -> None:
            pass

        def write(self, data: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    full = Shelf(path=shelf.path, file=Full())  # type: ignore[arg-type]
    with pytest.raises(GipError, match=r"G501.*no space left on device") as raised:
        full.put(LARGE)
    assert "TMPDIR" in str(raised.value.problems[0].help)


def test_no_folder_for_temporary_files_is_named(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "nowhere"))
    with pytest.raises(GipError, match=r"G501.*no such file"), open_pool(2):
        pass
