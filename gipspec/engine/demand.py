"""What a plan would fit: counted on the tasks themselves, without fitting any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem
from gipspec.engine.kept import recall
from gipspec.engine.prepare import fit_tasks, tune_tasks
from gipspec.engine.store import Store
from gipspec.lang.study import Learner, Model
from gipspec.plan import Plan, Verdict
from gipspec.recipe import Work, prepare_model


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The cross-fitted nuisances that a model asks for.

    `fresh` of them are neither stored nor asked for by a model above. `problems` are those that the data have
    for the model; it asks for nothing then.
    """

    name: str
    asked: int
    fresh: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All demands of a plan. `distinct` nuisances differ, of which `stored` are in the store."""

    demands: tuple[Demand, ...]
    distinct: int
    stored: int

    @property
    def asked(self) -> int:
        return sum(d.asked for d in self.demands)

    @property
    def pending(self) -> int:
        return self.distinct - self.stored


def survey(plan: Plan, dataset: Dataset, store: Store | None) -> Survey:
    """Count the nuisances of a plan, and the searches of `tune=`, as a run would meet them.

    What is stored is read, so that a damaged entry counts as absent. An estimate that is kept needs its fits
    no more. Where a search is still to do its fits are, too.
    """
    asked: dict[str, list[_Asked]] = {}
    failed: dict[str, tuple[Problem, ...]] = {}
    for step in plan.estimates:
        try:
            asked[step.model.name] = _asked(step.model, plan, dataset, store)
        except GipError as error:
            failed[step.model.name] = error.problems
    every = [one for own in asked.values() for one in own]
    wanted = {one.key: one for one in every if not one.kept}
    missing = {key for key, one in wanted.items() if not _stored(one, store)}
    left = set(missing)
    demands = []
    for step in plan.estimates:
        name = step.model.name
        own = asked.get(name, [])
        fresh = {one.key for one in own if not one.kept} & left
        left -= fresh
        demands.append(Demand(name=name, asked=len(own), fresh=len(fresh), problems=failed.get(name, ())))
    distinct = len({one.key for one in every})
    return Survey(demands=tuple(demands), distinct=distinct, stored=distinct - len(missing))


def _stored(one: _Asked, store: Store | None) -> bool:
    return one.sure and store is not None and store.get(one.key) is not None


def with_demand(verdicts: Iterable[Verdict], found: Survey) -> tuple[Verdict, ...]:
    """Return the verdicts on the models of a survey.

    One whose fits are gone runs, though nothing changed; one that cannot be prepared does not.
    """
    return tuple(_with_demand(v, d) for v, d in zip(verdicts, found.demands, strict=True))


def _with_demand(verdict: Verdict, demand: Demand) -> Verdict:
    if demand.problems:
        return replace(verdict, run=False, reason=demand.problems[0].message)
    if demand.fresh and not verdict.run:
        return replace(verdict, run=True, reason="its fits are not in the store")
    return verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A task: asked for by an estimate that is `kept`, or not for `sure` because a search comes first."""

    key: str
    kept: bool = False
    sure: bool = True


def _asked(model: Model, plan: Plan, dataset: Dataset, store: Store | None) -> list[_Asked]:
    kept = recall(store, model, dataset)
    if kept is not None:
        return [_Asked(key=key, kept=True) for key in kept.fits]
    work = prepare_model(model, dataset, plan.study.panel)
    searches = tune_tasks(model, work)
    found = [store.get(search.key) if store else None for search in searches]
    done = [outcome if isinstance(outcome, Learner) else None for outcome in found]
    learners = {s.key: s.named(d) if d else s.learner for s, d in zip(searches, done, strict=True)}
    late = _late(work, done) if searches else [False] * len(work.nuisances)
    fits = [
        _Asked(key=f"after a search: {task.key}" if waits else task.key, sure=not waits)
        for rep in fit_tasks(model, work, len(dataset.unit_names), learners)
        for task, waits in zip(rep, late, strict=True)
    ]
    return [*(_Asked(key=search.key) for search in searches), *fits]


def _late(work: Work, done: Sequence[Learner | None]) -> list[bool]:
    """Tell of each nuisance whether a search comes first: its own, or that of one it is made with."""
    undone = None in done
    return [
        own is None or (undone and one.way is not None) for one, own in zip(work.nuisances, done, strict=True)
    ]
