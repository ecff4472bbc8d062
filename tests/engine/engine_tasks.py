"""Tasks that tests may run: a quick fit, and fits that end their worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gipspec.engine.execute import Failure, execute, open_executor
from gipspec.engine.progress import Progress, Silent
from gipspec.engine.store import Outcome, Store
from gipspec.engine.tasks import BatchTask, FitTask, Outcomes, Task
from gipspec.lang.study import Learner
from gipspec.lang.vocabulary import LEARNERS
from gipspec.learn import CrossFit, Fit, Request


def learner(name: str, **parameters: object) -> Learner:
    values = {p.name: p.default for p in LEARNERS[name].parameters} | parameters
    return Learner(name=name, parameters=tuple(values.items()), label=name)  # type: ignore[arg-type]


FOREST = learner("rf", trees=5)


def task(
    seed: int = 1,
    learner: Learner = FOREST,
    shift: float = 0.0,
    name: str = "y",
    teach: NDArray[np.bool_] | None = None,
) -> FitTask:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 3))
    unit = np.repeat(np.arange(30), 4)
    request = Fit(
        learner=learner,
        x=x,
        target=x[:, 0] + shift + rng.normal(size=120),
        fold=unit % 5,
        group=unit,
        seed=seed,
        name=name,
        teach=teach,
    )
    return FitTask(request=request, estimate="base")


def run(
    tasks: Sequence[Task], *, store: Store | None = None, jobs: int = 1, progress: Progress | None = None
) -> dict[str, Outcome | Failure]:
    with open_executor(jobs) as executor:
        return execute(tasks, store=store, executor=executor, progress=progress or Silent())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadly(FitTask):
    """Ends its worker as the kernel does when memory is short, `times` times; then it is a fit like others.

    It writes a line to `diary` whenever it begins.
    """

    diary: Path
    times: int = 10**6
    request: Request = field(default_factory=lambda: task(seed=666).request)
    estimate: str = "base"

    def run(self) -> CrossFit:
        with self.diary.open("a") as file:
            file.write("began\n")
        if len(self.diary.read_text().splitlines()) <= self.times:
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGKILL)
        return CrossFit(prediction=np.ones(3), task="regression")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlyBatch(BatchTask):
    """Fits that are too much together, and no trouble one by one."""

    def run(self) -> Outcomes:
        os.kill(os.getpid(), signal.SIGKILL)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Starved(Deadly):
    """Asks for more memory than there is."""

    def run(self) -> CrossFit:
        raise MemoryError
