"""Sensitivity to confounders that nobody measured: how strong they would have to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.data import Dataset
from gipspec.diagnostics import Problem, problem
from gipspec.estimate import (
    Benchmark,
    SensitivityElements,
    robustness_value,
    sensitivity_benchmark,
    sensitivity_bounds,
    sensitivity_contours,
)
from gipspec.lang.check import benchmark_terms
from gipspec.lang.study import Model, Panel
from gipspec.recipe.found import Found, Made, Series
from gipspec.recipe.subjects import SUBJECTS, Subject
from gipspec.recipe.work import Array, Fits, Flags, Work

STATED = 0.03  # cf_y = cf_d of the bounds, as in DoubleML
GRID = 25  # points of a contour plot on each axis
SMALLEST, LARGEST = 0.15, 0.95  # where the axes of a contour plot may end

Pairs = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The cross-fits of one work among those of several: positions `start` to `end`."""

    subject: Subject
    start: int
    end: int

    def elements(self, fits: Fits) -> list[list[SensitivityElements]]:
        return self.subject.elements([rep[self.start : self.end] for rep in fits])


def prepare_sensitivity(
    model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None
) -> Work:
    """Ask how far unobserved confounders could move an estimate (Chernozhukov et al. 2022).

    For each control that `sensitivity=` names there is a short model without it, on the same rows, with
    nuisances of its own: what leaves with the control says how strong a confounder like it would be.
    """
    make = SUBJECTS[model.settings.model]
    long = make(model, dataset, panel, only)
    rows = np.zeros(dataset.n, dtype=bool)
    rows[long.piece.data.rows] = True
    names = model.settings.sensitivity or ()
    shorts = [make(_without(model, name), dataset, panel, rows).named(f"without {name}") for name in names]
    subjects = [long, *shorts]
    ends = np.cumsum([len(s.nuisances) for s in subjects]).tolist()
    shares = [
        Share(subject=s, start=a, end=b) for s, a, b in zip(subjects, [0, *ends[:-1]], ends, strict=True)
    ]

    def finish(fits: Fits) -> Made:
        made = long.finish([rep[: ends[0]] for rep in fits])
        by_subject = [share.elements(fits) for share in shares]
        several = len(made.found) > 1
        found, series, problems = [], [], list(made.problems)
        for j, one in enumerate(made.found):
            of_long, *of_shorts = (elements[j] for elements in by_subject)
            benchmarks = [sensitivity_benchmark(of_long, short) for short in of_shorts]
            measures = _measures(of_long, dict(zip(names, benchmarks, strict=True)), model.settings.level)
            found.append(replace(one, measures=(*one.measures, *measures)))
            stem = f"{one.key}." if several else ""
            series += _series(stem, of_long, names, benchmarks, measures, model.settings.level)
            problems += _plugin(one, of_long)
        return Made(found=tuple(found), series=(*made.series, *series), problems=tuple(problems))

    return Work(nuisances=tuple(n for s in subjects for n in s.nuisances), finish=finish)


def _without(model: Model, name: str) -> Model:
    gone = benchmark_terms(model.controls, name)
    return replace(model, controls=tuple(t for t in model.controls if t not in gone))


def _measures(
    elements: Sequence[SensitivityElements], benchmarks: dict[str, Benchmark], level: float
) -> Pairs:
    value = robustness_value(elements, level=level)
    found: list[tuple[str, float]] = [
        ("rv", value.rv),
        ("rva", value.rva),
        ("cf_y", STATED),
        ("cf_d", STATED),
    ]
    found += _bounds("bounds", elements, STATED, STATED, level)
    for name, b in benchmarks.items():
        stem = f"benchmark.{name}"
        found += [
            (f"{stem}.cf_y", b.cf_y),
            (f"{stem}.cf_d", b.cf_d),
            (f"{stem}.rho", b.rho),
            (f"{stem}.delta_theta", b.delta_theta),
        ]
        if b.cf_d < 1:
            found += _bounds(f"{stem}.bounds", elements, b.cf_y, b.cf_d, level)
    return tuple(found)


def _bounds(
    stem: str, elements: Sequence[SensitivityElements], cf_y: float, cf_d: float, level: float
) -> Pairs:
    bounds = sensitivity_bounds(elements, cf_y, cf_d, level=level)
    return (
        (f"{stem}.low", bounds.lower),
        (f"{stem}.high", bounds.upper),
        (f"{stem}.ci.low", bounds.ci[0]),
        (f"{stem}.ci.high", bounds.ci[1]),
    )


def _series(
    stem: str,
    elements: Sequence[SensitivityElements],
    names: Sequence[str],
    benchmarks: Sequence[Benchmark],
    measures: Pairs,
    level: float,
) -> list[Series]:
    """Return the contour plot's numbers, a row for each point of the grid, and the benchmarks in it."""
    reach = max(dict(measures)["rv"], *(max(b.cf_y, b.cf_d) for b in benchmarks), 0.0)
    axis = np.linspace(0.0, min(max(SMALLEST, 1.2 * reach), LARGEST), GRID)
    contours = sensitivity_contours(elements, axis, axis, level=level)
    grid = {
        "cf_y": np.repeat(axis, GRID),
        "cf_d": np.tile(axis, GRID),
        "bound": contours.bound.reshape(-1),
        "ci": contours.ci.reshape(-1),
    }
    found = [Series(key=f"{stem}contour", kind="contour", columns=_columns(grid))]
    if names:
        fields = {f: np.array([getattr(b, f) for b in benchmarks]) for f in Benchmark.__slots__}
        columns = (("control", tuple(names)), *_columns(fields))
        found.append(Series(key=f"{stem}benchmark", kind="benchmark", columns=columns))
    return found


def _columns(values: dict[str, Array]) -> tuple[tuple[str, tuple[float | str, ...]], ...]:
    return tuple((name, tuple(column.tolist())) for name, column in values.items())


def _plugin(one: Found, elements: Sequence[SensitivityElements]) -> list[Problem]:
    """Warn where weights are so uneven that their debiased size is not positive."""
    return [problem("A22", name=one.treatment)] if any(e.plugin for e in elements) else []
