"""Taking finished fits and estimates out of a store: those used longest ago first, and never the ledger."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gipspec.engine.atomic import leftovers

ESTIMATES = "estimates"  # the folder in a store, itself one, of what was made of the fits
_KEY = re.compile(r"[0-9a-f]{64}")
_FOLDER = re.compile(r"[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A finished fit on disk: its size in bytes, and when it was used last, in seconds of the epoch.

    With `made` it is what an estimate made of fits.
    """

    path: Path
    size: int
    used: float
    made: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """What to remove from a store, or what was: `left` counts temporary files of killed runs.

    Entries are fits, and the estimates that were made of them.
    """

    removed: tuple[Fit, ...]
    kept: tuple[Fit, ...]
    left: tuple[Path, ...]

    @property
    def freed(self) -> int:
        """Bytes of the entries that are removed."""
        return sum(f.size for f in self.removed)

    @property
    def remaining(self) -> int:
        """Bytes of the entries that stay."""
        return sum(f.size for f in self.kept)


def fits_of(store: Path) -> Iterator[Fit]:
    """Yield the finished fits and estimates in a store; whatever else lies there is none of ours."""
    for part in (store, store / ESTIMATES):
        for folder in _folders(part):
            for entry in os.scandir(folder):
                if _KEY.fullmatch(entry.name) and entry.name.startswith(folder.name):
                    with suppress(OSError):  # another clean was faster
                        stat = entry.stat(follow_symlinks=False)
                        path, made = Path(entry.path), part != store
                        yield Fit(path=path, size=stat.st_size, used=stat.st_mtime, made=made)


def _folders(store: Path) -> Iterator[Path]:
    if store.is_dir():
        for entry in sorted(os.scandir(store), key=lambda e: e.name):
            if _FOLDER.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def choose(store: Path, *, older: float | None, most: int | None, everything: bool) -> Cleaning:
    """Say what to remove: fits not used for `older` seconds, then those used longest ago until `most` bytes
    are left; or `everything`.
    """
    fits = sorted(fits_of(store), key=lambda f: (f.used, f.path.name))
    now = time.time()
    size = sum(f.size for f in fits)
    removed = []
    for fit in fits:
        too_old = older is not None and now - fit.used > older
        too_many = most is not None and size > most
        if everything or too_old or too_many:
            removed.append(fit)
            size -= fit.size
    gone = {f.path for f in removed}
    places = (place for part in (store, store / ESTIMATES) for place in (part, *_folders(part)))
    left = tuple(path for folder in places for path in leftovers(folder))
    return Cleaning(removed=tuple(removed), kept=tuple(f for f in fits if f.path not in gone), left=left)


def carry_out(cleaning: Cleaning) -> None:
    """Remove what was chosen. Folders stay, because a run may be about to write into them. Raises OSError."""
    for path in (*(f.path for f in cleaning.removed), *cleaning.left):
        path.unlink(missing_ok=True)
