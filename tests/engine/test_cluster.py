"""A cluster gives the bytes of this process, whatever becomes of its workers."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_cluster import Started, end, started
from engine_tasks import Deadly, learner, run, task

from gipspec import loads
from gipspec.diagnostics import GipError
from gipspec.engine import Silent, cluster
from gipspec.engine.cluster import Cluster
from gipspec.engine.execute import execute, open_executor
from gipspec.engine.executor import Finished
from gipspec.engine.store import Store
from gipspec.engine.tasks import BatchTask, FitTask, Task, perform
from gipspec.learn import CrossFit, Fit
from gipspec.report import results_json

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends groups of processes")

PANEL = Path(__file__).parent.parent / "golden" / "bad" / "data" / "panel.csv"
SPEC = """\
data "panel.csv"
panel city year
defaults learner=rf(trees=5); reps=2
base <- y ~ d | x1
more <- base; add=x2
"""


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture
def executor(dask: Started) -> Iterator[Cluster]:
    with open_executor(on=dask.on) as opened:
        assert isinstance(opened, Cluster)
        wait_for_workers(opened, 2)
        yield opened


def wait_for_workers(cluster: Cluster, count: int) -> None:
    cluster.client.wait_for_workers(count, timeout=60)


def large(seed: int, target: int = 0) -> FitTask:
    """A fit with arrays that are too large to travel with it."""
    rng = np.random.default_rng(5)
    x, unit = rng.normal(size=(2400, 3)), np.repeat(np.arange(300), 8)
    y = x[:, target] + rng.normal(size=2400)
    request = Fit(learner=learner("rf", trees=3), x=x, target=y, fold=unit % 3, group=unit, seed=seed)
    return FitTask(request=request, estimate="base")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(FitTask):
    """A fit that takes its time."""

    def run(self) -> CrossFit:
        time.sleep(0.2)
        return self.request.perform()


def slow(seed: int) -> Slow:
    return Slow(request=large(seed).request, estimate="base")


def predictions(outcomes: dict[str, Any]) -> dict[str, bytes]:
    return {key: outcome.prediction.tobytes() for key, outcome in outcomes.items()}


def on(executor: Cluster, tasks: list[Any], store: Store | None = None) -> dict[str, Any]:
    return execute(tasks, store=store, executor=executor, progress=Silent())


def test_the_bytes_are_those_of_this_process_and_data_travel_once(
    executor: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    scatter = executor.client.scatter

    def noted(arrays: dict[str, Any], **options: Any) -> Any:
        sent.append(arrays)
        return scatter(arrays, **options)

    monkeypatch.setattr(executor.client, "scatter", noted)
    fits = [large(seed, target) for seed in range(3) for target in range(2)]
    linear = task(learner=learner("ols"))
    other = FitTask(request=replace(linear.request, target=linear.request.x[:, 1]), estimate="base")
    tasks = [*fits, task(), linear, other]  # the last two make a batch
    outcomes = on(executor, tasks)
    assert predictions(outcomes) == predictions(run(tasks))
    (arrays,) = sent
    plain = fits[0].request
    # features, two targets, folds and units: each once, whichever fits need it
    assert sum(a.nbytes for a in arrays.values()) == plain.x.nbytes + 4 * plain.target.nbytes
    assert executor.width == 2


def test_a_failing_fit_is_a_problem_of_its_own(executor: Cluster) -> None:
    bad = task(learner=learner("logit"))
    outcomes = on(executor, [bad, task()])
    assert [p.code for p in outcomes[bad.key]] == ["G404"]
    assert isinstance(outcomes[task().key], CrossFit)


def test_workers_that_are_killed_in_the_middle_lose_nothing(executor: Cluster) -> None:
    """All at once: their fits are done again by those that come after, and the data are sent again."""
    fits = [slow(seed) for seed in range(8)]
    victims = executor.client.run(os.getpid).values()
    outcomes = {}
    with closing(executor.run(fits, Silent())) as finished:
        for at, (fit, made) in enumerate(finished):
            if at == 1:
                for victim in victims:
                    os.kill(victim, signal.SIGKILL)
            outcomes[fit.key] = made[0]
    assert predictions(outcomes) == predictions(run(fits))
    assert len(outcomes) == 8


def test_a_fit_that_ends_its_workers_is_named_and_the_others_are_done(
    executor: Cluster, tmp_path: Path
) -> None:
    deadly = Deadly(diary=tmp_path / "diary")
    fits = [large(seed) for seed in range(3)]
    store = Store(folder=tmp_path / "store")
    outcomes = on(executor, [deadly, *fits], store)
    (problem,) = outcomes.pop(deadly.key)
    assert problem.code == "G450"
    assert "ended on several workers" in problem.message
    assert predictions(outcomes) == predictions(run(fits))
    assert all(store.has(fit.key) for fit in fits)


def test_a_batch_that_ends_its_workers_is_done_fit_by_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for the rounds, since each death of a worker takes seconds."""
    bad, *good = (task(seed=seed) for seed in range(3))

    def rounds(_: Cluster, tasks: list[Task]) -> Iterator[Finished]:
        for one in tasks:
            yield one, () if bad.key in one.keys else perform(one)

    monkeypatch.setattr(Cluster, "_round", rounds)
    monkeypatch.setattr(Cluster, "threads", lambda _: {"tcp://127.0.0.1:1": 1})
    here = Cluster(client=None, address="dask://127.0.0.1:1", versions=())
    batch = BatchTask(fits=(good[0], bad, good[1]))
    ((_, outcomes),) = here.run([batch], Silent())
    assert [isinstance(o, CrossFit) for o in outcomes] == [True, False, True]
    assert isinstance(outcomes[1], tuple)
    assert [p.code for p in outcomes[1]] == ["G450"]


def test_what_a_cluster_loses_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cluster, "_round", lambda *_: (done for done in ()))
    monkeypatch.setattr(Cluster, "threads", lambda _: {"tcp://127.0.0.1:1": 1})
    here = Cluster(client=None, address="dask://127.0.0.1:1", versions=())
    with pytest.raises(GipError, match=r"G634.*loses all that is sent to it"):
        list(here.run([task()], Silent()))


def test_a_worker_with_other_versions_is_refused(dask: Started, executor: Cluster) -> None:
    """Before anything is fitted, and again by each worker, for those that come later."""
    with pytest.raises(GipError) as refused, open_executor(on=dask.on, versions=(("numpy", "0.1"),)):
        pass
    (problem,) = refused.value.problems
    assert (problem.code, "numpy" in problem.message) == ("G633", True)
    with pytest.raises(GipError, match="G633"):
        on(replace(executor, versions=(("gipspec", "99"),)), [task()])


def test_a_worker_is_no_scheduler(executor: Cluster) -> None:
    address = next(iter(executor.threads())).replace("tcp://", "dask://")
    with pytest.raises(GipError, match=r"G632.*something else"), open_executor(on=address):
        pass


def test_a_study_on_a_cluster_gives_the_bytes_of_one_here(dask: Started, tmp_path: Path) -> None:
    (tmp_path / "panel.csv").write_bytes(PANEL.read_bytes())
    study = loads(SPEC, folder=tmp_path)
    assert results_json(study.run(on=dask.on)) == results_json(study.run(jobs=1))


def test_a_cluster_that_is_gone_ends_the_run_and_what_was_finished_is_kept(
    dask: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test: it ends the cluster of the others."""
    store = Store(folder=tmp_path / "store")
    with open_executor(on=dask.on) as executor:
        assert isinstance(executor, Cluster)
        done = on(executor, [large(0)], store)
        monkeypatch.setattr(cluster, "WORKERS_SECONDS", 1.0)
        end(dask.workers)
        for loss in ("has no workers", "no longer answers"):
            with pytest.raises(GipError, match=f"G634.*{loss}"):
                on(executor, [large(0), large(1)], store)
            end(dask.scheduler)
    assert predictions({k: store.get(k) for k in done}) == predictions(done)
