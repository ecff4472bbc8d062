"""The ledger: nothing in it changes, nothing is lost, whoever else writes."""

from __future__ import annotations

import math
import multiprocessing
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gipspec.engine.history import UNKNOWN, Entry, compare_entries
from gipspec.engine.ledger import NAME, Run, append_run, read_runs, spec_path

ENTRY = Entry(
    name="base",
    model_name="base",
    model="plr",
    term="d",
    coef=0.1 + 0.2,
    se=math.pi / 100,
    p=math.nan,
    n=400,
    line="base <- y ~ d | 控制",
    settings={"folds": "5", "seed": "42"},
    data_hash="aa",
    versions=(("numpy", "2.0"),),
)


def made(store: Path, spec: str = "study.gip", **other: object) -> Run:
    values: dict[str, object] = {
        "time": "2026-01-01T00:00:00+00:00",
        "spec": spec_path(store, store.parent / spec),
        "spec_hash": "bb",
        "data_name": "panel",
        "data_hash": "aa",
        "versions": (("numpy", "2.0"),),
        "selected": ("algos.*",),
        "draft": False,
        "jobs": 2,
        "seconds": 1.5,
        "fitted": 7,
        "found": 3,
        "failed": ("bad",),
        "entries": (ENTRY,),
    }
    return Run(**values | other)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / ".gipspec").mkdir()
    return tmp_path / ".gipspec"


def test_a_run_comes_back_to_the_last_bit(store: Path) -> None:
    entries = (ENTRY, replace(ENTRY, name="b", coef=-5e-324, se=math.inf, p=1e-300, settings={}))
    assert append_run(store, made(store, entries=entries)) == 1
    assert append_run(store, made(store, "other.gip")) == 2
    assert append_run(store, made(store)) == 3
    first, last = read_runs(store, store.parent / "study.gip")
    assert (first.id, last.id) == (1, 3)
    nan, back = first.entries[1].p, first.entries[::-1]
    assert math.isnan(nan)
    assert tuple(replace(e, p=0.0) for e in back) == tuple(replace(e, p=0.0) for e in entries)
    assert replace(first, id=0, entries=()) == replace(made(store), entries=())


def test_there_may_be_no_ledger_yet(store: Path) -> None:
    assert read_runs(store, store.parent / "study.gip") == ()
    (store / NAME).touch()  # as a run leaves it that was killed at once
    assert read_runs(store, store.parent / "study.gip") == ()
    assert append_run(store, made(store)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET time = 'x'",
        "DELETE FROM runs",
        "UPDATE estimates SET coef = 1",
        "DELETE FROM estimates",
        "INSERT INTO estimates SELECT * FROM estimates",
    ],
)
def test_what_is_written_stays(store: Path, statement: str) -> None:
    append_run(store, made(store))
    with sqlite3.connect(store / NAME) as ledger, pytest.raises(sqlite3.IntegrityError):
        ledger.execute(statement)


def test_a_run_is_written_whole_or_not_at_all(store: Path) -> None:
    append_run(store, made(store))
    with pytest.raises(sqlite3.IntegrityError):
        append_run(store, made(store, entries=(ENTRY, ENTRY)))
    assert len(read_runs(store, store.parent / "study.gip")) == 1


def test_a_ledger_of_a_later_version_is_left_alone(store: Path) -> None:
    append_run(store, made(store))
    with sqlite3.connect(store / NAME) as ledger:
        ledger.execute("PRAGMA user_version = 99")
    before = (store / NAME).read_bytes()
    for attempt in (lambda: append_run(store, made(store)), lambda: read_runs(store, Path("study.gip"))):
        with pytest.raises(sqlite3.DatabaseError, match="99"):
            attempt()
    assert (store / NAME).read_bytes() == before


def write_many(store: Path, jobs: int) -> None:
    for _ in range(25):
        append_run(store, made(store, jobs=jobs))


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_two_runs_write_at_once(store: Path) -> None:
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=write_many, args=(store, jobs)) for jobs in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [w.exitcode for w in writers] == [0, 0, 0]
    runs = read_runs(store, store.parent / "study.gip")
    assert [r.id for r in runs] == list(range(1, 76))
    assert sorted(r.jobs for r in runs) == [1] * 25 + [2] * 25 + [3] * 25
    assert all(len(r.entries) == 1 for r in runs)


def test_causes_are_told_together() -> None:
    now = replace(
        ENTRY,
        coef=0.4,
        settings={"folds": "4", "seed": "42"},
        data_hash="cc",
        versions=(("numpy", "2.1"), ("xgboost", "3")),
    )
    (move,) = compare_entries([ENTRY], [now]).moved
    assert move.causes == ("folds 5→4", "the data changed", "other versions of numpy")
    assert move.change == pytest.approx((0.4 - 0.3) / (math.pi / 100))


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        ({"coef": 0.3 * (1 + 1e-12)}, False),
        ({"coef": 0.3 * (1 + 1e-6)}, True),
        ({"se": 0.1}, True),
        ({"n": 399}, True),
        ({"settings": {"folds": "7"}}, False),
    ],
)
def test_what_counts_as_moved(change: dict[str, object], moved: bool) -> None:
    assert bool(compare_entries([ENTRY], [replace(ENTRY, **change)]).moved) is moved  # type: ignore[arg-type]


def test_no_cause_is_made_up() -> None:
    (move,) = compare_entries([ENTRY], [replace(ENTRY, coef=1.0)]).moved
    assert move.causes == (UNKNOWN,)
    (move,) = compare_entries([ENTRY], [replace(ENTRY, coef=1.0, line="base <- y ~ d")]).moved
    assert move.causes == ("the line was: base <- y ~ d | 控制",)
