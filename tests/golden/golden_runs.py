"""Runs that something from outside goes wrong with: the words after `# stage: run` say what."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pandas as pd
import pytest
from golden_clusters import CLUSTERS

from gipspec.api import load
from gipspec.cli import main
from gipspec.diagnostics import Problem
from gipspec.engine import Silent, workers
from gipspec.engine.executor import Finished
from gipspec.engine.tasks import BatchTask, FitTask, Task, perform
from gipspec.learn import CrossFit
from gipspec.report import read_lock

Run = Callable[[Path, pytest.MonkeyPatch], tuple[Problem, ...]]


class Heard(Silent):
    """Keeps what the run was warned of."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def warn(self, problem: Problem) -> None:
        self.problems.append(problem)


def heard(spec: Path, jobs: int = 1, store: Path | None = None) -> tuple[Problem, ...]:
    """Run a spec and return what was heard meanwhile."""
    progress = Heard()
    load(spec).run(jobs=jobs, store=store, progress=progress)
    return tuple(progress.problems)


def out_of_memory(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    def starve(task: Task) -> CrossFit:
        raise MemoryError

    for kind in (FitTask, BatchTask):  # a batch that fails is done fit by fit
        monkeypatch.setattr(kind, "run", starve)
    return load(spec).run().problems


def out_of_memory_for_data(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("gipspec.api.load", starve)
    return shown_by(monkeypatch, "run", spec.name)


def dying_worker(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    deaths = iter([BrokenProcessPool()])

    def together(pool: workers.Pool, tasks: list[Task], at_once: int) -> Iterator[Finished]:
        for death in deaths:
            raise death
        yield from ((task, perform(task)) for task in tasks)

    monkeypatch.setattr(workers.Pool, "_together", together)
    return heard(spec, jobs=2)


def broken_ledger(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    Path(".gipspec").mkdir()
    Path(".gipspec/ledger.sqlite").write_text("this is no ledger, and it is longer than its head\n" * 20)
    return heard(spec, store=Path(".gipspec"))


def locked(spec: Path) -> tuple[Problem, ...]:
    loaded = load(spec)
    lock = read_lock(Path("out"))
    return loaded.write(loaded.run(locked=lock), Path("out"), locked=lock)


def locked_without_a_lock(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    return locked(spec)


def locked_with_other_data(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    loaded = load(spec)
    loaded.write(loaded.run(), Path("out"))
    rows = Path("panel.csv").read_text().splitlines()
    Path("panel.csv").write_text("\n".join(rows[:-1]) + "\n")
    return locked(spec)


def locked_with_other_outputs(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    loaded = load(spec)
    loaded.write(loaded.run(), Path("out"))
    lock = json.loads(Path("out/gipspec.lock").read_text())
    lock["outputs"] |= {"results.json": "0" * 64, "tables/main.tex": "1" * 64}
    Path("out/gipspec.lock").write_text(json.dumps(lock))
    return locked(spec)


def compared_with_run_7(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    loaded = load(spec)
    loaded.write(loaded.run(), Path("out") / spec.stem)
    shown: list[Problem] = []
    monkeypatch.setattr(importlib.import_module("gipspec.cli.main"), "show_problems", shown.extend)
    with pytest.raises(SystemExit):
        main(["diff", spec.name, "7"])
    return tuple(shown)


def reported_with_other_folds(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    loaded = load(spec)
    loaded.write(loaded.run(), Path("out"))
    spec.write_text(spec.read_text().replace("reps=2", "folds=3; reps=2"))
    return load(spec).report(Path("out"))


def first_spec(rows: list[str], *said: str, names: str = "city,year,name,tfp,size") -> Run:
    """Make a run of `gipspec new` on rows of city, year, name, outcome and something else."""

    def run(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
        text = "\n".join([names, *rows]) + "\n"
        Path("plain.csv").write_text(text, encoding="utf-8")
        return shown_by(monkeypatch, "new", "plain.csv", *said, "--yes")

    return run


def shown_by(monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[Problem, ...]:
    shown: list[Problem] = []
    for module in ("gipspec.cli.main", "gipspec.cli.start"):
        monkeypatch.setattr(importlib.import_module(module), "show_problems", shown.extend)
    with pytest.raises(SystemExit):
        main(list(args))
    return tuple(shown)


WIDE = [f"a{i},{i * 7 % 41},{i * 11 % 37},{i * 5 % 31},{i % 2}" for i in range(80)]
COMMAS = [f'{i // 8},{2001 + i % 8},"{i % 9},500",{i * 7 % 41},{i * 11 % 37}' for i in range(80)]
PLAIN = [f"{i // 8},{2001 + i % 8},a{i // 8},{i * 7 % 41},{i * 11 % 37}" for i in range(80)]


def watched_without_watchfiles(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    monkeypatch.setattr(importlib.import_module("gipspec.cli.watch"), "find_spec", lambda name: None)
    return shown_by(monkeypatch, "watch", spec.name)


def handed_on_as_a_draft(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    loaded = load(spec)
    loaded.write(loaded.run(draft=True), Path("out"))
    loaded.replicate(Path("package"), Path("out"))
    return ()


def handed_on_with_data_of_drive_c(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    Path("C:").mkdir()
    Path("panel.csv").rename("C:/panel.csv")
    loaded = load(spec)
    loaded.write(loaded.run(), Path("out"))
    loaded.replicate(Path("package"), Path("out"))
    return ()


def on_labelled_codes(spec: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Problem, ...]:
    frame = pd.read_csv("panel.csv")
    names = {1: "East", 2: "Central", 3: "West"}
    frame["place"] = frame["city"].astype("category").cat.codes % 3 + 1
    frame["place"] = frame["place"].astype("int8")
    frame.to_stata("panel.dta", write_index=False, version=118, value_labels={"place": names})
    return load(spec).run().problems


RUNS: dict[str, Run] = {
    "watched without watchfiles": watched_without_watchfiles,
    "new without a treatment": first_spec(PLAIN),
    "new with rows that repeat a pair": first_spec([PLAIN[0], *PLAIN[:-1]]),
    "new with a treatment that is text": first_spec(PLAIN, "--treatment", "name"),
    "new with years beside each other": first_spec(WIDE, names="name,tfp2001,tfp2002,tfp2003,policy"),
    "new with commas in numbers": first_spec(COMMAS, names="city,year,sales,tfp,policy"),
    "out of memory": out_of_memory,
    "out of memory for its data": out_of_memory_for_data,
    "on labelled codes": on_labelled_codes,
    "with a dying worker": dying_worker,
    "with a broken ledger": broken_ledger,
    "locked without a lock": locked_without_a_lock,
    "locked with other data": locked_with_other_data,
    "locked with other outputs": locked_with_other_outputs,
    "compared with run 7": compared_with_run_7,
    "reported with other folds": reported_with_other_folds,
    "handed on as a draft": handed_on_as_a_draft,
    "handed on with data of drive C": handed_on_with_data_of_drive_c,
    **CLUSTERS,
}
