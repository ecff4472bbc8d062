"""Arrays of tasks, each kept once: tasks travel with handles, and workers map the arrays for reading."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from gipspec.diagnostics import GipError, problem
from gipspec.engine.tasks import Task

T = TypeVar("T")
Array = NDArray[np.generic]
SMALL = 16_384  # bytes: what is smaller travels with its task
PREFIX, SUFFIX = "gipspec-", ".arrays"
NEW_SECONDS = 60.0  # a file without a lock that is younger may be about to get one
_ALIGNMENT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """Where in a file an array stands; `order` is that of its memory, as in numpy."""

    path: str
    offset: int
    shape: tuple[int, ...]
    dtype: str
    order: Literal["C", "F"]

    def array(self) -> Array:
        """Return the array, mapped read-only: all processes of a machine share one copy in memory."""
        mapped = np.memmap(
            self.path, dtype=self.dtype, mode="r", offset=self.offset, shape=self.shape, order=self.order
        )
        return mapped.view(np.ndarray)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Hashes of arrays, each array read once however many tasks it is in."""

    known: dict[int, tuple[Array, str]] = field(default_factory=dict)  # with the array, whose id is its alone

    def of(self, array: Array) -> str:
        """Return a hash of what an array holds, its type, shape and order included."""
        if id(array) not in self.known:
            self.known[id(array)] = array, digest(array)
        return self.known[id(array)][1]


@dataclass(slots=True, kw_only=True)
class Shelf:
    """A file of distinct arrays; equal ones stand in it once, whichever tasks they belong to."""

    path: str
    file: IO[bytes]
    digests: Digests = field(default_factory=Digests)
    handles: dict[str, Handle] = field(default_factory=dict)

    def put(self, array: Array) -> Array | Handle:
        """Return the handle of an array, or the array itself where it is small.

        Raises GipError (G501) where the file cannot grow.
        """
        if array.nbytes < SMALL:
            return array
        content = self.digests.of(array)
        if content not in self.handles:
            self.handles[content] = self._write(array)
        return self.handles[content]

    def _write(self, array: Array) -> Handle:
        flat, order = laid_out(array)
        offset = -(-self.file.tell() // _ALIGNMENT) * _ALIGNMENT
        try:
            self.file.seek(offset)
            self.file.write(flat.data)
            self.file.flush()
        except OSError as error:
            raise _unwritable(error, self.path) from None
        return Handle(path=self.path, offset=offset, shape=array.shape, dtype=array.dtype.str, order=order)


def laid_out(array: Array) -> tuple[Array, Literal["C", "F"]]:
    """Return an array whose memory is in one piece, and the order in which it holds the given one."""
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        return array.T, "F"
    return np.ascontiguousarray(array), "C"


def digest(array: Array) -> str:
    """Return a hash of what an array holds, its type, shape and order included."""
    flat, order = laid_out(array)
    found = hashlib.sha256(f"{array.dtype.str}{array.shape}{order}".encode())
    found.update(flat.data)
    return found.hexdigest()


def pack(task: Task, put: Callable[[Array], object]) -> Any:
    """Return a copy of a task in which `put` has replaced the arrays, wherever in it they stand."""
    return _changed(task, np.ndarray, put)


def unpack(parcel: Any, kind: type[T], get: Callable[[T], Array]) -> Task:
    """Return the task that was packed: `get` turns what stands for an array, of one `kind`, into it."""
    task: Task = _changed(parcel, kind, get)
    return task


def _changed(value: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """Return a value with all of one kind changed, in tuples and dataclasses at any depth."""
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, tuple):
        parts = tuple(_changed(v, kind, change) for v in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if not is_dataclass(value):
        return value
    old = {f.name: getattr(value, f.name) for f in fields(value)}
    new = {name: _changed(v, kind, change) for name, v in old.items()}
    changed = {name: v for name, v in new.items() if v is not old[name]}
    if not changed:
        return value
    made = copy(value)  # not `replace`, which would compute the key of a task anew
    for name, v in changed.items():
        object.__setattr__(made, name, v)
    return made


@contextmanager
def open_shelf() -> Iterator[Shelf]:
    """Open a shelf in the system's folder for temporary files; it is removed at the end.

    A run that is killed leaves its own, which its workers remove, or else the next run: the file of a living
    run is locked. Raises GipError (G501) where no file can be made.
    """
    sweep()
    try:
        handle, name = tempfile.mkstemp(prefix=f"{PREFIX}{os.getpid()}-", suffix=SUFFIX)
    except OSError as error:
        raise _unwritable(error, tempfile.gettempdir()) from None
    try:
        with os.fdopen(handle, "wb") as file:
            _is_free(file.fileno())
            yield Shelf(path=name, file=file)
    finally:
        with suppress(OSError):  # Windows keeps a file that a worker has mapped
            Path(name).unlink()


def sweep(owner: int | None = None) -> None:
    """Remove the shelves that killed runs have left: that of the process `owner`, or those of all."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}{owner or '*'}-*{SUFFIX}"):
        with suppress(OSError):  # it is somebody else's, or gone
            if owner or time.time() - path.stat().st_mtime > NEW_SECONDS:
                with path.open("rb") as file:
                    if _is_free(file.fileno()):
                        path.unlink()


def _is_free(file: int) -> bool:
    """Lock a file and tell whether that was possible; never on a system without such locks."""
    try:
        import fcntl
    except ModuleNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unwritable(error: OSError, path: str) -> GipError:
    reason = (error.strerror or "it cannot be written").lower()
    remedy = "free some space there, or set TMPDIR to another folder; `-j 1` needs none"
    return GipError(problem("G501", path=path, reason=reason, remedy=remedy))
