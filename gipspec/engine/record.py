"""From a run to its place in the ledger, and what the ledger tells of a study."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gipspec.diagnostics import Problem, problem
from gipspec.engine.history import Comparison, Entry, compare_entries, entries_of
from gipspec.engine.ledger import NAME, Run, append_run, spec_path
from gipspec.source import Source

if TYPE_CHECKING:
    from gipspec.engine.progress import Progress
    from gipspec.engine.results import Results
    from gipspec.engine.tasks import Task

_PRECISION = ("reps", "level")  # they make an estimate more or less exact, and no other specification


@dataclass(slots=True)
class Tally:
    """Passes on what a run tells, and counts its fits: done in this run, and found in the store."""

    to: Progress
    fitted: int = 0
    found: int = 0

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        self.found += found
        self.to.begin(asked=asked, distinct=distinct, found=found)

    def queue(self, tasks: Sequence[Task], width: int) -> None:
        self.to.queue(tasks, width)

    def done(self, task: Task) -> None:
        self.fitted += len(task.keys)
        self.to.done(task)

    def end(self) -> None:
        self.to.end()

    def warn(self, problem: Problem) -> None:
        self.to.warn(problem)


def record_run(
    results: Results,
    *,
    store: Path,
    spec: Path,
    sources: Iterable[Source],
    selected: tuple[str, ...],
    jobs: int,
    seconds: float,
    tally: Tally,
) -> None:
    """Note a run in the ledger of a store. Where that fails the run is told so (G611), and goes on."""
    run = Run(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        spec=spec_path(store, spec),
        spec_hash=_hash(sources),
        data_name=results.data_name,
        data_hash=results.data_hash,
        versions=results.versions,
        selected=selected,
        draft=results.draft,
        jobs=jobs,
        seconds=round(seconds, 3),
        fitted=tally.fitted,
        found=tally.found,
        failed=tuple(sorted({p.subject for p in results.problems if p.severity == "error" and p.subject})),
        entries=entries_of(results),
    )
    from gipspec.engine.store import Store

    try:
        Store(folder=store).create()
        append_run(store, run)
    except (OSError, sqlite3.Error) as error:
        tally.warn(problem("G611", path=store / NAME, reason=str(error)))


def _hash(sources: Iterable[Source]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{len(source.text)}:{source.name}:{source.text}".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How many specifications a study has tried in all its runs, and how many of them its tables show."""

    tried: int
    shown: int


def specifications_tried(runs: Iterable[Run], results: Results, shown: Collection[str]) -> Tried:
    """Count distinct specifications: settings of models that ever gave an estimate, drafts included.

    `shown` names the models in tables. More repetitions or another level are no other specification; another
    seed is.
    """
    several = {id(e.settings): e for run in runs for e in run.entries if e.settings}  # runs share them
    tried = {_specification(e) for e in several.values()}
    last = [e for e in entries_of(results) if e.settings]
    printed = {_specification(e) for e in last if e.model_name in shown}
    return Tried(tried=len(tried | {_specification(e) for e in last}), shown=len(printed))


def _specification(entry: Entry) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in entry.settings.items() if name not in _PRECISION)


def changes_by_run(runs: Iterable[Run]) -> tuple[Comparison | None, ...]:
    """Return for each run what changed since each of its estimates was last made; None for a first run.

    Drafts are compared with drafts. What a run did not select, or failed to estimate, is not gone.
    """
    known: dict[bool, dict[str, Entry]] = {}
    found: list[Comparison | None] = []
    for run in runs:
        last, now = known.get(run.draft), {e.name: e for e in run.entries}
        if last is None:
            found.append(None)
        else:
            kept = {
                n: e for n, e in last.items() if n in now or not (run.selected or e.model_name in run.failed)
            }
            found.append(compare_entries(kept.values(), run.entries))
        known[run.draft] = {**(last or {}), **now} if run.selected or run.failed else now
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An estimate as a run left it, where it was new or had changed, and the causes of the change."""

    run: Run
    entry: Entry
    causes: tuple[str, ...]


def states_of(
    wanted: Callable[[str], bool], runs: Iterable[Run], changes: Iterable[Comparison | None]
) -> tuple[State, ...]:
    """Return the history of the estimates whose names are `wanted`, without the runs that changed nothing."""
    found: list[State] = []
    for run, changed in zip(runs, changes, strict=True):
        fresh = run.entries if changed is None else changed.added
        told: dict[str, tuple[Entry, tuple[str, ...]]] = {e.name: (e, ("new",)) for e in fresh}
        told |= {m.now.name: (m.now, m.causes) for m in changed.moved} if changed else {}
        found += [State(run=run, entry=e, causes=c) for name, (e, c) in told.items() if wanted(name)]
    return tuple(found)
