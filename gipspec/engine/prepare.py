"""From the work of a model to the tasks that it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gipspec.engine.tasks import FitTask, TuneTask, describe
from gipspec.lang.study import Learner, Model
from gipspec.learn import Fit, NestedFit, QuantileFit, Request, derive_seed, fold_map
from gipspec.recipe import Localized, Nested, Nuisance, Work

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


def tune_tasks(model: Model, work: Work) -> list[TuneTask]:
    """Return the searches that a model asks for, one for each nuisance; none without `tune=`."""
    settings = model.settings
    if not settings.tune:
        return []
    return [_search(model, one) for one in work.nuisances]


def _search(model: Model, one: Nuisance) -> TuneTask:
    seen = slice(None) if one.teach is None else one.teach
    return TuneTask(
        learner=one.learner,
        x=one.x[seen],
        target=one.target[seen],
        group=one.unit[seen],
        trials=model.settings.tune,
        seed=derive_seed(model.settings.seed, "tune", describe(one.learner)),
        categorical=one.categorical,
        name=one.name,
        estimate=model.name,
    )


def fit_tasks(model: Model, work: Work, n_units: int, tuned: Mapping[str, Learner]) -> list[list[FitTask]]:
    """Return the cross-fits of a model, a list for each repetition in the order of its nuisances.

    `n_units` is the number of units in the whole data set, over which the one map of folds is
    drawn; `tuned` holds the outcomes of `tune_tasks` by key.
    """
    searches = tune_tasks(model, work)
    found = [tuned[s.key] for s in searches] or [n.learner for n in work.nuisances]
    learners = dict(zip(work.nuisances, found, strict=True))
    tasks = []
    for rep in range(model.settings.reps):
        folds = _folds(work.nuisances, _map(model, n_units, rep))
        tasks.append(
            [
                FitTask(request=_request(model, one, learners, fold, rep), estimate=model.name)
                for one, fold in zip(work.nuisances, folds, strict=True)
            ]
        )
    return tasks


def _folds(nuisances: Sequence[Nuisance], whole: Codes | None) -> list[Codes]:
    """Return the folds of each nuisance's rows; nuisances on the same rows share one array."""
    of_units: dict[int, Codes] = {}
    found = []
    for one in nuisances:
        if whole is None:
            fold = one.folds
        else:
            fold = of_units.setdefault(id(one.unit), whole[one.unit])
        if fold is None:
            raise TypeError("a column of folds was asked for, and the nuisance has none")
        found.append(fold)
    return found


def _request(
    model: Model, one: Nuisance, learners: Mapping[Nuisance, Learner], fold: Codes, rep: int
) -> Request:
    seed = derive_seed(model.settings.seed, "fit", describe(one.learner), rep)
    match one.way:
        case None:
            return Fit(
                learner=learners[one],
                x=one.x,
                target=one.target,
                fold=fold,
                group=one.unit,
                seed=seed,
                categorical=one.categorical,
                teach=one.teach,
                name=one.name,
            )
        case Localized() as way:
            return QuantileFit(
                learner=learners[one],
                propensity_learner=learners[way.propensity],
                x=one.x,
                outcome=way.outcome,
                arm=_teachers(one),
                quantile=way.quantile,
                fold=fold,
                group=one.unit,
                seed=seed,
                categorical=one.categorical,
                name=one.name,
            )
        case Nested(inner=inner):
            return NestedFit(
                learner=learners[one],
                x=one.x,
                inner_learner=learners[inner],
                inner_x=inner.x,
                target=inner.target,
                teach=_teachers(one),
                inner_teach=_teachers(inner),
                fold=fold,
                group=one.unit,
                seed=seed,
                categorical=one.categorical,
                inner_categorical=inner.categorical,
                name=one.name,
            )


def _teachers(one: Nuisance) -> Flags:
    return np.ones(len(one.target), dtype=bool) if one.teach is None else one.teach


def _map(model: Model, n_units: int, rep: int) -> Codes | None:
    """Return the study's map from unit to fold; None where a column holds the folds."""
    settings = model.settings
    if isinstance(settings.folds, str):
        return None
    return fold_map(n_units, settings.folds, settings.seed, rep)
