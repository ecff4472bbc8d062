"""From a step of the plan to the arrays and tasks that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.data import Dataset, Design, ModelData, model_data, panel_design
from gipspec.engine.tasks import FitTask, TuneTask, describe
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Learner, Model, Panel
from gipspec.learn import derive_seed, fold_map

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A variable that a nuisance predicts: `values` (n,), the learner for it, and what messages call it."""

    role: str
    name: str
    values: Array
    learner: Learner


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A model's arrays, ready to be fitted: `targets` are the outcome first, then each treatment."""

    model: Model
    data: ModelData
    design: Design
    targets: tuple[Target, ...]


def prepare(model: Model, dataset: Dataset, panel: Panel | None) -> Prepared:
    """Build the arrays of a model. Raises GipError with what is wrong with the data."""
    settings = model.settings
    data = model_data(dataset, model.outcome, model.treatments, model.controls, settings)
    design = panel_design(data, settings, panel)
    outcome = Target(
        role="outcome", name=print_expr(model.outcome), values=design.y, learner=settings.learner_y
    )
    treatments = [
        Target(
            role="treatment",
            name=term_name(print_expr(treatment)),
            values=np.ascontiguousarray(design.d[:, j]),
            learner=settings.learner_d,
        )
        for j, treatment in enumerate(model.treatments)
    ]
    return Prepared(model=model, data=data, design=design, targets=(outcome, *treatments))


def term_name(printed: str) -> str:
    """Name a product of treatments as an interaction: `gip * compute` is `gip:compute`."""
    return printed.replace(" * ", ":")


def tune_tasks(prepared: Prepared) -> list[TuneTask]:
    """Return the searches that a model asks for, one for each target; none without `tune=`."""
    settings = prepared.model.settings
    if not settings.tune:
        return []
    return [
        TuneTask(
            learner=target.learner,
            x=prepared.design.features,
            target=target.values,
            group=prepared.design.unit,
            trials=settings.tune,
            seed=derive_seed(settings.seed, "tune", describe(target.learner)),
            categorical=prepared.design.categorical,
            name=target.name,
            estimate=prepared.model.name,
        )
        for target in prepared.targets
    ]


def fit_tasks(prepared: Prepared, n_units: int, tuned: Mapping[str, Learner]) -> list[list[FitTask]]:
    """Return the cross-fits of a model, a list for each repetition in the order of its targets.

    `n_units` is the number of units in the whole data set, over which the one map of folds is drawn (DESIGN
    4.1); `tuned` holds the outcomes of `tune_tasks` by key.
    """
    settings = prepared.model.settings
    searches = tune_tasks(prepared)
    learners = [tuned[s.key] for s in searches] or [t.learner for t in prepared.targets]
    design = prepared.design
    tasks = []
    for rep in range(settings.reps):
        fold = _folds(prepared, n_units, rep)
        tasks.append(
            [
                FitTask(
                    learner=learner,
                    x=design.features,
                    target=target.values,
                    fold=fold,
                    group=design.unit,
                    seed=derive_seed(settings.seed, "fit", describe(target.learner), rep),
                    categorical=design.categorical,
                    name=target.name,
                    estimate=prepared.model.name,
                )
                for target, learner in zip(prepared.targets, learners, strict=True)
            ]
        )
    return tasks


def _folds(prepared: Prepared, n_units: int, rep: int) -> Codes:
    settings = prepared.model.settings
    if isinstance(settings.folds, str):
        if prepared.design.folds is None:
            raise TypeError("a column of folds was asked for, and the design has none")
        return prepared.design.folds
    whole = fold_map(n_units, settings.folds, settings.seed, rep)
    return whole[prepared.design.unit]
