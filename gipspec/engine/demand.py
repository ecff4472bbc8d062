"""What a plan would fit: counted on the tasks themselves, without fitting any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem
from gipspec.engine.prepare import fit_tasks, tune_tasks
from gipspec.engine.store import Store
from gipspec.lang.study import Learner, Model
from gipspec.plan import Plan
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
    """Count the nuisances of a plan. With `tune=` they are those of the learners before the search."""
    known: dict[str, bool] = {}
    demands = []
    for step in plan.estimates:
        try:
            work = prepare_model(step.model, dataset, plan.study.panel)
            keys = _keys(step.model, work, dataset)
        except GipError as error:
            demands.append(Demand(name=step.model.name, asked=0, fresh=0, problems=error.problems))
            continue
        new = [key for key in dict.fromkeys(keys) if key not in known]
        known |= {key: store is not None and store.has(key) for key in new}
        fresh = sum(not known[key] for key in new)
        demands.append(Demand(name=step.model.name, asked=len(keys), fresh=fresh))
    return Survey(demands=tuple(demands), distinct=len(known), stored=sum(known.values()))


def _keys(model: Model, work: Work, dataset: Dataset) -> list[str]:
    untuned: Mapping[str, Learner] = {search.key: search.learner for search in tune_tasks(model, work)}
    tasks = fit_tasks(model, work, len(dataset.unit_names), untuned)
    return [task.key for rep in tasks for task in rep]
