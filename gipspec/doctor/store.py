"""The health of a store: whether what it holds is whole, how large it is, what nobody uses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gipspec.diagnostics import counted
from gipspec.doctor.check import BROKEN, NOTE, OK, Check
from gipspec.engine.clean import choose
from gipspec.engine.ledger import NAME, look
from gipspec.engine.store import unsealed

STALE_SECONDS = 90 * 86400.0
LARGE = 5_000_000_000


def store_health(store: Path) -> Iterator[Check]:
    """Look at every finished fit and at the ledger. Nothing is changed, no time of last use either."""
    if not store.is_dir():
        yield Check(group="store", name="fits", state=OK, found=f"{store} is not there yet; a run makes it")
        return
    fits = choose(store, older=STALE_SECONDS, most=None, everything=False)
    every = (*fits.removed, *fits.kept)
    size, made = sum(f.size for f in every), sum(f.made for f in every)
    damaged = [f.path for f in every if not _whole(f.path)]
    yield Check(
        group="store",
        name="fits",
        state=NOTE if size > LARGE else OK,
        found=f"{len(every) - made:,} in {store}, and {made:,} estimates made of them, {size / 1e6:,.1f} MB",
        remedy=f"gipspec clean --store {store} --max-size 2GB" if size > LARGE else "",
    )
    yield Check(
        group="store",
        name="checksums",
        state=BROKEN if damaged else OK,
        found=f"{len(damaged)} entries are damaged or of another format, first {damaged[0].name[:12]}"
        if damaged
        else "all are whole",
        remedy="they are made anew when they are needed; if it happens again, look at the disk"
        if damaged
        else "",
    )
    stale, left = len(fits.removed), len(fits.left)
    says = [f"{stale:,} not used for 90 days"] if stale else []
    says += [f"{left:,} temporary files of runs that were killed"] if left else []
    yield Check(
        group="store",
        name="stale",
        state=NOTE if says else OK,
        found="; ".join(says) or "nothing",
        remedy=f"gipspec clean --store {store} --older 90d" if says else "",
    )
    yield _ledger(store / NAME)


def _whole(path: Path) -> bool:
    try:
        return unsealed(path.name, path.read_bytes()) is not None
    except OSError:
        return False


def _ledger(path: Path) -> Check:
    """Look whether the ledger of runs can be read, as `gipspec log` reads it, without writing to it."""
    try:
        runs, last = look(path) if path.is_file() else (0, "")
    except sqlite3.Error as error:
        remedy = f"move {path} away; the next run begins a new one, and no number depends on it"
        return Check(group="store", name="ledger", state=BROKEN, found=str(error), remedy=remedy)
    found = f"{counted(runs, 'run')}, the last one {last}" if runs else "no run yet"
    return Check(group="store", name="ledger", state=OK, found=found)
