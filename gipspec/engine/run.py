"""Running a plan: prepare every model, fit what is missing, estimate, compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem, sort_problems
from gipspec.engine.assemble import assemble, compare, name_series
from gipspec.engine.execute import Failure, execute
from gipspec.engine.executor import Executor
from gipspec.engine.families import adjust_differences
from gipspec.engine.fitted import Fitted
from gipspec.engine.kept import Marks, keep, may_be_kept, recall, relabelled, unmarked
from gipspec.engine.prepare import fit_tasks, tune_tasks
from gipspec.engine.progress import Progress
from gipspec.engine.results import Estimate, IndexWeights, NamedSeries, Results
from gipspec.engine.store import Outcome, Store
from gipspec.engine.tasks import FitTask
from gipspec.engine.versions import run_versions
from gipspec.lang.study import Contrast, Learner, Model, Panel
from gipspec.learn import CrossFit
from gipspec.plan import Plan
from gipspec.recipe import Made, Work, rollouts
from gipspec.recipe.culprit import culprit

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Failures:
    """The problems of models, each with its place; a failed model spares the others."""

    problems: list[Problem]
    labels: Mapping[str, str]

    def attempt(
        self, subject: Model | Contrast, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do the work of one model; None where it fails, with its problems kept."""
        try:
            return work(*args, **kwargs)
        except GipError as error:
            self.add(subject, error.problems)
            return None

    def add(self, subject: Model | Contrast, problems: Failure) -> None:
        named = [unmarked(p, self.labels) for p in problems]
        if isinstance(subject, Model):
            named = [p.at(culprit(p, subject)) for p in named]
        self.problems += [p.at(subject.span).about(subject.name) for p in named]


def run_plan(
    plan: Plan, dataset: Dataset, *, store: Store | None, executor: Executor, progress: Progress
) -> Results:
    """Carry out a plan on a data set.

    Numbers depend on neither the executor nor what the store holds. A model that fails is reported at its
    line; the others finish. Raises GipError (G501) where the store cannot be written.
    """
    failures = Failures(problems=[], labels=dataset.labels)
    panel, marked = plan.study.panel, replace(dataset, labels=Marks())
    models = [step.model for step in plan.estimates]
    recalled = {m.name: kept for m in models if (kept := recall(store, m, dataset)) is not None}
    ready: list[tuple[Model, Work]] = []
    for model in models:
        if model.name not in recalled:
            work = failures.attempt(model, prepare, model, marked, panel)
            if work is not None:
                ready.append((model, work))
    searches = [task for model, work in ready for task in tune_tasks(model, work)]
    tuned = execute(searches, store=store, executor=executor, progress=progress) if searches else {}
    asked: list[tuple[Model, Work, list[list[FitTask]]]] = []
    for model, work in ready:
        tasks = failures.attempt(model, _fits, model, work, dataset, tuned)
        if tasks is not None:
            asked.append((model, work, tasks))
    every = [task for _, _, reps in asked for rep in reps for task in rep]
    held = [key for kept in recalled.values() for key in kept.fits]
    fitted = execute(every, store=store, executor=executor, progress=progress, held=held)
    found = {name: kept.made for name, kept in recalled.items()}
    for model, work, reps in asked:
        made = failures.attempt(model, _finish, work, reps, fitted)
        if made is not None:
            keys = [task.key for rep in reps for task in rep]
            whole = may_be_kept(made) and not any(isinstance(fitted[key], tuple) for key in keys)
            keys += [search.key for search in tune_tasks(model, work)]
            found[model.name] = keep(store, model, dataset, made, keys) if whole else made
    estimates: list[Estimate] = []
    series: list[NamedSeries] = []
    for model in models:
        if model.name in found:
            made = relabelled(found[model.name], dataset.labels)
            failures.add(model, made.problems)
            estimates += assemble(model, made, dataset)
            series += name_series(model, made)
    shown = rollouts(models, dataset)
    series += [NamedSeries(name=s.key, model_name="", series=s) for s in shown]
    estimates = adjust_differences(estimates, plan.study.seed)
    for contrast in plan.contrasts:
        gap = failures.attempt(contrast, compare, contrast, estimates)
        estimates += [gap] if gap else []
    return Results(
        study=plan.study.source.name.rpartition(".")[0] or plan.study.source.name,
        title=plan.study.title,
        data_name=plan.study.data.title,
        data_hash=dataset.content_hash,
        estimates=tuple(estimates),
        series=tuple(series),
        indices=_indices(dataset),
        problems=sort_problems(failures.problems),
        labels=tuple(sorted(dataset.labels.items())),
        versions=run_versions(models),
        draft=plan.draft,
    )


def prepare(model: Model, dataset: Dataset, panel: Panel | None) -> Work:
    """Build a model's work. What an earlier run has made needs none of the recipes that are imported here."""
    from gipspec.recipe import prepare_model

    return prepare_model(model, dataset, panel)


def _fits(
    model: Model, work: Work, dataset: Dataset, tuned: Mapping[str, Outcome | Failure]
) -> list[list[FitTask]]:
    learners: dict[str, Learner] = {}
    for search in tune_tasks(model, work):
        outcome = tuned[search.key]
        if isinstance(outcome, tuple):
            raise GipError(*outcome)
        if not isinstance(outcome, Learner):
            raise TypeError("a search for parameters yields a learner")
        learners[search.key] = search.named(outcome)
    return fit_tasks(model, work, len(dataset.unit_names), learners)


def _finish(work: Work, reps: list[list[FitTask]], fitted: Mapping[str, Outcome | Failure]) -> Made:
    outcomes = [tuple(_named(task, fitted[task.key]) for task in rep) for rep in reps]
    return work.finish([Fitted(outcomes=rep) for rep in outcomes])


def _named(task: FitTask, outcome: Outcome | Failure) -> Outcome | Failure:
    return task.named(outcome) if isinstance(outcome, CrossFit) else outcome


def _indices(dataset: Dataset) -> tuple[IndexWeights, ...]:
    return tuple(
        IndexWeights(
            name=index.name,
            method=index.method,
            rows=tuple((name, dataset.labels.get(name, ""), sign, w) for name, sign, w in index.rows),
        )
        for index in dataset.indices
    )
