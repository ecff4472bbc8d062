"""The ledger: every run that finished and each of its estimates, in SQLite, append-only.

It stands beside the finished fits. No number depends on it: it serves `gipspec log`, `gipspec diff` and the
audit. Runs are ordered by their number, because a clock may be set back.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gipspec.engine.history import Entry, Versions

NAME = "ledger.sqlite"
_FORMAT = 1
_HEAD = 100  # bytes of the head of a database, which holds its counter of changes
_WAIT_SECONDS = 30.0  # for another run that is writing; a write takes milliseconds
_TABLES = f"""
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, spec TEXT NOT NULL, spec_hash TEXT NOT NULL,
    data_name TEXT NOT NULL, data_hash TEXT NOT NULL, versions TEXT NOT NULL, selected TEXT NOT NULL,
    draft INTEGER NOT NULL, jobs INTEGER NOT NULL, seconds REAL NOT NULL, fitted INTEGER NOT NULL,
    found INTEGER NOT NULL, failed TEXT NOT NULL
);
CREATE INDEX runs_of_spec ON runs (spec);
CREATE TABLE settings (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE estimates (
    run INTEGER NOT NULL REFERENCES runs (id), name TEXT NOT NULL, model_name TEXT NOT NULL,
    model TEXT NOT NULL, term TEXT NOT NULL, coef REAL, se REAL, p REAL, n INTEGER NOT NULL,
    line TEXT NOT NULL, settings INTEGER NOT NULL REFERENCES settings (id), PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TRIGGER runs_stay BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER runs_last BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER estimates_stay BEFORE UPDATE ON estimates
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER estimates_last BEFORE DELETE ON estimates
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
PRAGMA user_version = {_FORMAT};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that finished. `id` is 0 until the ledger gives it a number.

    `time` is in UTC (ISO 8601), `spec` the path of the file from the folder of the ledger, `selected` the
    patterns of `--select`; `fitted` nuisances were fitted and `found` in the store; the models in `failed`
    have errors.
    """

    id: int = 0
    time: str
    spec: str
    spec_hash: str
    data_name: str
    data_hash: str
    versions: Versions
    selected: tuple[str, ...]
    draft: bool
    jobs: int
    seconds: float
    fitted: int
    found: int
    failed: tuple[str, ...]
    entries: tuple[Entry, ...]


def spec_path(store: Path, spec: Path) -> str:
    """Return how the ledger in a store calls a spec: a project that is moved keeps its history."""
    try:
        return Path(os.path.relpath(spec.resolve(), store.resolve())).as_posix()
    except ValueError:  # on another drive of Windows
        return spec.resolve().as_posix()


def append_run(store: Path, run: Run) -> int:
    """Write a run down and return its number. Raises sqlite3.Error or OSError where that is impossible."""
    with _opened(store / NAME, create=True) as ledger:
        cursor = ledger.execute(
            "INSERT INTO runs (time, spec, spec_hash, data_name, data_hash, versions, selected, draft, jobs, "
            "seconds, fitted, found, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.time,
                run.spec,
                run.spec_hash,
                run.data_name,
                run.data_hash,
                json.dumps(dict(run.versions)),
                json.dumps(run.selected),
                run.draft,
                run.jobs,
                run.seconds,
                run.fitted,
                run.found,
                json.dumps(run.failed),
            ),
        )
        number = cursor.lastrowid or 0
        for entry in run.entries:
            ledger.execute(
                "INSERT INTO estimates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(ledger, number, entry)
            )
    return number


def read_runs(store: Path, spec: Path) -> tuple[Run, ...]:
    """Return the runs of a spec, the first one first; none where there is no ledger.

    Raises sqlite3.Error where the ledger cannot be read.
    """
    path = store / NAME
    if not path.is_file():
        return ()
    return _runs(path, spec_path(store, spec), _stamp(path))


def _stamp(path: Path) -> tuple[object, ...]:
    """Return what changes with each write: SQLite counts transactions in the head of its file."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise sqlite3.OperationalError(error.strerror) from None
    return path.stat().st_ino, path.stat().st_mtime_ns, head


@lru_cache(maxsize=1)
def _runs(path: Path, spec: str, stamp: tuple[object, ...]) -> tuple[Run, ...]:
    """Read the runs of a spec: once, since a run asks for them several times."""
    with _opened(path, create=False) as ledger:
        if _format(ledger) == 0:
            return ()
        rows = ledger.execute("SELECT * FROM runs WHERE spec = ? ORDER BY id", (spec,)).fetchall()
        texts = dict(ledger.execute("SELECT id, text FROM settings").fetchall())
        settings = {key: json.loads(text) for key, text in texts.items()}
        return tuple(_run(ledger, row, settings) for row in rows)


def look(path: Path) -> tuple[int, str]:
    """Return how many runs a ledger holds, and the time of the last one; nothing is written.

    One that is empty, as a run leaves it that found no room for more, holds none. Raises sqlite3.Error where
    it is damaged, or of another format.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS)) as ledger:
        if _format(ledger) == 0:
            return 0, ""
        (word,) = ledger.execute("PRAGMA quick_check").fetchone()
        if word != "ok":
            raise sqlite3.DatabaseError(word)
        runs, last = ledger.execute("SELECT count(*), max(time) FROM runs").fetchone()
    return int(runs), str(last or "")


@contextmanager
def _opened(path: Path, *, create: bool) -> Iterator[sqlite3.Connection]:
    """Open a ledger in one transaction, which is undone where anything fails."""
    uri = f"{path.resolve().as_uri()}?mode={'rwc' if create else 'rw'}"
    with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)) as ledger:
        ledger.row_factory = sqlite3.Row
        ledger.execute("BEGIN IMMEDIATE" if create else "BEGIN")
        try:
            if create and _format(ledger) == 0:
                for statement in _statements(_TABLES):
                    ledger.execute(statement)
            yield ledger
            ledger.commit()
        except BaseException:
            ledger.rollback()
            raise


def _format(ledger: sqlite3.Connection) -> int:
    """Return the format of a ledger, 0 for one that holds nothing yet."""
    (version,) = ledger.execute("PRAGMA user_version").fetchone()
    if version not in (0, _FORMAT):
        raise sqlite3.DatabaseError(f"its format is {version}, and this version knows {_FORMAT}")
    return int(version)


def _statements(script: str) -> Iterator[str]:
    """Cut a script into statements: `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _row(ledger: sqlite3.Connection, number: int, entry: Entry) -> tuple[object, ...]:
    settings = json.dumps(dict(entry.settings), ensure_ascii=False, sort_keys=True)
    ledger.execute("INSERT OR IGNORE INTO settings (text) VALUES (?)", (settings,))
    (key,) = ledger.execute("SELECT id FROM settings WHERE text = ?", (settings,)).fetchone()
    numbers = (None if math.isnan(v) else float(v) for v in (entry.coef, entry.se, entry.p))
    return (
        number,
        entry.name,
        entry.model_name,
        entry.model,
        entry.term,
        *numbers,
        int(entry.n),
        entry.line,
        key,
    )


def _run(ledger: sqlite3.Connection, row: sqlite3.Row, settings: Mapping[int, Mapping[str, str]]) -> Run:
    versions = tuple(json.loads(row["versions"]).items())
    rows = ledger.execute("SELECT * FROM estimates WHERE run = ? ORDER BY name", (row["id"],))
    return Run(
        id=row["id"],
        time=row["time"],
        spec=row["spec"],
        spec_hash=row["spec_hash"],
        data_name=row["data_name"],
        data_hash=row["data_hash"],
        versions=versions,
        selected=tuple(json.loads(row["selected"])),
        draft=bool(row["draft"]),
        jobs=row["jobs"],
        seconds=row["seconds"],
        fitted=row["fitted"],
        found=row["found"],
        failed=tuple(json.loads(row["failed"])),
        entries=tuple(_entry(e, settings[e["settings"]], row["data_hash"], versions) for e in rows),
    )


def _entry(row: sqlite3.Row, settings: Mapping[str, str], data_hash: str, versions: Versions) -> Entry:
    coef, se, p = (math.nan if row[name] is None else float(row[name]) for name in ("coef", "se", "p"))
    return Entry(
        name=row["name"],
        model_name=row["model_name"],
        model=row["model"],
        term=row["term"],
        coef=coef,
        se=se,
        p=p,
        n=row["n"],
        line=row["line"],
        settings=settings,
        data_hash=data_hash,
        versions=versions,
    )
