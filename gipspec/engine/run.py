"""Running a plan: prepare every model, fit what is missing, estimate, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from gipspec.data import Dataset
from gipspec.diagnostics import GipError, Problem, sort_problems
from gipspec.engine.assemble import assemble, compare, name_series
from gipspec.engine.execute import Failure, execute
from gipspec.engine.executor import Executor
from gipspec.engine.families import adjust_differences
from gipspec.engine.fitted import Fitted
from gipspec.engine.kept import Kept, Marks, keep, may_be_kept, recall, relabelled, unmarked
from gipspec.engine.prepare import fit_tasks, tune_tasks
from gipspec.engine.progress import Progress
from gipspec.engine.results import Estimate, IndexWeights, NamedSeries, Results
from gipspec.engine.store import Outcome, Store
from gipspec.engine.tasks import FitTask, Task
from gipspec.engine.versions import run_versions
from gipspec.lang.study import Contrast, Learner, Model, Panel
from gipspec.learn import CrossFit
from gipspec.plan import Plan
from gipspec.recipe import Made, Work, rollouts
from gipspec.recipe.culprit import culprit

P = ParamSpec("P")
T = TypeVar("T")
Prepared = tuple[Model, Work]
Asked = tuple[Model, Work, list[list[FitTask]]]  # the fits of each repetition


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


@dataclass(slots=True, kw_only=True)
class _Run:
    """A run that goes on: what it runs, where fits are done and kept, and what has failed so far."""

    plan: Plan
    dataset: Dataset
    store: Store | None
    executor: Executor
    progress: Progress
    failures: Failures

    @property
    def models(self) -> list[Model]:
        return [step.model for step in self.plan.estimates]

    def execute(self, tasks: Sequence[Task], held: Sequence[str] = ()) -> dict[str, Outcome | Failure]:
        return execute(tasks, store=self.store, executor=self.executor, progress=self.progress, held=held)

    def prepared(self, recalled: Mapping[str, Kept]) -> list[Prepared]:
        """Build the work of each model that no earlier run has made."""
        marked, panel = replace(self.dataset, labels=Marks()), self.plan.study.panel
        ready: list[Prepared] = []
        for model in self.models:
            if model.name not in recalled:
                work = self.failures.attempt(model, prepare, model, marked, panel)
                ready += [(model, work)] if work is not None else []
        return ready

    def asked(self, ready: Sequence[Prepared]) -> list[Asked]:
        """Search for parameters where learners want it; return the fits of each model, by repetition."""
        searches = [task for model, work in ready for task in tune_tasks(model, work)]
        tuned = self.execute(searches) if searches else {}
        found: list[Asked] = []
        for model, work in ready:
            tasks = self.failures.attempt(model, _fits, model, work, self.dataset, tuned)
            found += [(model, work, tasks)] if tasks is not None else []
        return found

    def made(self, asked: Iterable[Asked], fitted: Mapping[str, Outcome | Failure]) -> dict[str, Made]:
        """Estimate each model from its fits, and keep what is whole."""
        found: dict[str, Made] = {}
        for model, work, reps in asked:
            made = self.failures.attempt(model, _finish, work, reps, fitted)
            if made is None:
                continue
            keys = [task.key for rep in reps for task in rep]
            whole = may_be_kept(made) and not any(isinstance(fitted[key], tuple) for key in keys)
            keys += [search.key for search in tune_tasks(model, work)]
            found[model.name] = keep(self.store, model, self.dataset, made, keys) if whole else made
        return found

    def estimates(self, found: Mapping[str, Made]) -> tuple[list[Estimate], list[NamedSeries]]:
        """Name what was made, under the labels of today; then compare."""
        estimates: list[Estimate] = []
        series: list[NamedSeries] = []
        for model in self.models:
            if model.name in found:
                made = relabelled(found[model.name], self.dataset.labels)
                self.failures.add(model, made.problems)
                estimates += assemble(model, made, self.dataset)
                series += name_series(model, made)
        shown = rollouts(self.models, self.dataset)
        series += [NamedSeries(name=s.key, model_name="", series=s) for s in shown]
        estimates = adjust_differences(estimates, self.plan.study.seed)
        for contrast in self.plan.contrasts:
            gap = self.failures.attempt(contrast, compare, contrast, estimates)
            estimates += [gap] if gap else []
        return estimates, series


def run_plan(
    plan: Plan, dataset: Dataset, *, store: Store | None, executor: Executor, progress: Progress
) -> Results:
    """Carry out a plan on a data set.

    Numbers depend on neither the executor nor what the store holds. A model that fails is reported at its
    line; the others finish. Raises GipError (G501) where the store cannot be written.
    """
    failures = Failures(problems=[], labels=dataset.labels)
    run = _Run(
        plan=plan, dataset=dataset, store=store, executor=executor, progress=progress, failures=failures
    )
    recalled = {m.name: kept for m in run.models if (kept := recall(store, m, dataset)) is not None}
    asked = run.asked(run.prepared(recalled))
    tasks = [task for _, _, reps in asked for rep in reps for task in rep]
    fitted = run.execute(tasks, held=[key for kept in recalled.values() for key in kept.fits])
    found = {name: kept.made for name, kept in recalled.items()} | run.made(asked, fitted)
    estimates, series = run.estimates(found)
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
        versions=run_versions(run.models),
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
