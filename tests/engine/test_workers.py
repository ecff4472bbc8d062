"""A worker that dies takes nothing with it but its own fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine_tasks import Deadly, DeadlyBatch, Starved, run, task

from gipspec.diagnostics import Problem
from gipspec.engine.execute import open_executor
from gipspec.engine.progress import Silent
from gipspec.engine.store import Store
from gipspec.engine.tasks import perform
from gipspec.learn import CrossFit


class Heard(Silent):
    """Keeps what it was warned of."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, problem: Problem) -> None:
        self.warnings.append(problem.code)


def heard(tasks: list[Any], store: Store | None = None, jobs: int = 2) -> tuple[dict[str, Any], list[str]]:
    progress = Heard()
    return run(tasks, store=store, jobs=jobs, progress=progress), progress.warnings


def test_a_fit_that_ends_every_worker_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    store = Store(folder=tmp_path / "store")
    deadly = Deadly(diary=tmp_path / "diary")
    fits = [task(seed=s) for s in range(5)]
    outcomes, warnings = heard([*fits[:3], deadly, *fits[3:]], store)
    (problem,) = outcomes[deadly.key]
    assert problem.code == "G450"
    assert "process that fitted y was ended by the system" in problem.message
    assert warnings == ["G610"]
    assert len((tmp_path / "diary").read_text().splitlines()) == 2  # once among others, once alone
    alone, _ = heard(fits, jobs=1)
    for fit in fits:
        assert outcomes[fit.key].prediction.tobytes() == alone[fit.key].prediction.tobytes()
        assert store.has(fit.key)


def test_fits_that_were_too_many_together_are_all_done(tmp_path: Path) -> None:
    fits = [task(seed=s) for s in range(3)]
    deadly = Deadly(diary=tmp_path / "diary", times=1)
    outcomes, warnings = heard([*fits, deadly])
    assert warnings == ["G610"]
    assert all(isinstance(o, CrossFit) for o in outcomes.values())
    assert len(outcomes) == 4


def test_a_batch_that_ends_its_worker_is_done_fit_by_fit() -> None:
    fits = tuple(task(seed=s) for s in range(3))
    with open_executor(2) as executor:
        progress = Heard()
        finished = dict(executor.run([DeadlyBatch(fits=fits), task(seed=7)], progress))
    alone = [perform(fit)[0].prediction.tobytes() for fit in fits]  # type: ignore[union-attr]
    (batch,) = (one for one in finished if isinstance(one, DeadlyBatch))
    assert [o.prediction.tobytes() for o in finished[batch]] == alone  # type: ignore[union-attr]
    assert progress.warnings == ["G610"]
    assert len(finished) == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_too_little_memory_is_a_problem_of_one_fit(tmp_path: Path, jobs: int) -> None:
    starved = Starved(diary=tmp_path / "diary")
    outcomes, warnings = heard([starved, task()], jobs=jobs)
    (problem,) = outcomes[starved.key]
    assert (problem.code, warnings) == ("G450", [])
    assert "ran out of memory" in problem.message
    assert isinstance(outcomes[task().key], CrossFit)
