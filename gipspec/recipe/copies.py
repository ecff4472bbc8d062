"""Whether variables of a model are another one of them in other units, which no learner may blur."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gipspec.data import ModelData
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.study import Model
from gipspec.recipe.work import Array

CLOSE = 1e-6  # of the range: what is left between a column and its copy that was stored in single precision
LOOK = 1000  # rows that tell nearly all columns apart


def check_copies(model: Model, data: ModelData) -> None:
    """Refuse an outcome that is the treatment, and further variables and controls that are either: G424.

    An instrument that is the treatment is left to `check_instruments`.
    """
    wrong = list(_copies(model, data))
    if wrong:
        raise GipError(*wrong)


def _copies(model: Model, data: ModelData) -> Iterator[Problem]:
    outcome = Variable.of("outcome", data.y_name, data.y)
    treatments = [Variable.of("treatment", n, data.d[:, j]) for j, n in enumerate(data.d_names)]
    role = "mediator" if model.settings.via else "instrument"
    further = [Variable.of(role, n, data.extra[:, j]) for j, n in enumerate(data.extra_names)]
    for treatment in treatments:
        if treatment.is_copied_by(outcome.values):
            yield _problem(outcome, treatment, "name another outcome")
    for one in further:
        for other in (outcome, *treatments) if role == "mediator" else (outcome,):
            if other.is_copied_by(one.values):
                yield _problem(one, other, f"name another {role}")
    for j, name in enumerate(data.x_names):
        control = data.x[:, j]
        for other in (outcome, *treatments, *further):
            if other.is_copied_by(control):
                yield _problem(Variable.of("control", name, control), other, "take it out of the controls")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable:
    """A variable (n,) of a model, with the positions of its smallest and its largest value."""

    role: str
    name: str
    values: Array
    low: int
    high: int

    @classmethod
    def of(cls, role: str, name: str, values: Array) -> Variable:
        return cls(
            role=role, name=name, values=values, low=int(np.argmin(values)), high=int(np.argmax(values))
        )

    def is_copied_by(self, other: Array) -> bool:
        """Tell whether other = α + β · self in all rows (n,), with β other than nought."""
        a, b, low, high = self.values, other, self.low, self.high
        if a[low] == a[high] or b[low] == b[high]:
            return False
        slope = (b[high] - b[low]) / (a[high] - a[low])
        bound = CLOSE * abs(b[high] - b[low])
        step = max(1, len(a) // LOOK)
        return all(
            bool((np.abs(b[rows] - b[low] - slope * (a[rows] - a[low])) <= bound).all())
            for rows in (slice(None, None, step), slice(None))
        )


def _problem(one: Variable, other: Variable, remedy: str) -> Problem:
    what = f"the {one.role} `{one.name}` is the {other.role} `{other.name}`"
    return problem("G424", what=what, remedy=remedy)
