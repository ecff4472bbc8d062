"""Whether variables of a model are another one of them in other units, which no learner may blur."""

from __future__ import annotations

from collections.abc import Iterator

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
    outcome = ("outcome", data.y_name, data.y)
    treatments = [("treatment", name, data.d[:, j]) for j, name in enumerate(data.d_names)]
    role = "mediator" if model.settings.via else "instrument"
    further = [(role, name, data.extra[:, j]) for j, name in enumerate(data.extra_names)]
    for treatment in treatments:
        if is_copy(treatment[2], data.y):
            yield _problem(outcome[:2], treatment[:2], "name another outcome")
    for one in further:
        for other in (outcome, *treatments) if role == "mediator" else (outcome,):
            if is_copy(other[2], one[2]):
                yield _problem(one[:2], other[:2], f"name another {role}")
    for j, name in enumerate(data.x_names):
        for other in (outcome, *treatments, *further):
            if is_copy(other[2], data.x[:, j]):
                yield _problem(("control", name), other[:2], "take it out of the controls")


def _problem(one: tuple[str, str], other: tuple[str, str], remedy: str) -> Problem:
    what = f"the {one[0]} `{one[1]}` is the {other[0]} `{other[1]}`"
    return problem("G424", what=what, remedy=remedy)


def is_copy(a: Array, b: Array) -> bool:
    """Tell whether b = α + βa in all rows (n,), with β other than nought."""
    low, high = int(np.argmin(a)), int(np.argmax(a))
    if a[low] == a[high] or b[low] == b[high]:
        return False
    slope = (b[high] - b[low]) / (a[high] - a[low])
    bound = CLOSE * abs(b[high] - b[low])
    step = max(1, len(a) // LOOK)
    return all(
        bool((np.abs(b[rows] - b[low] - slope * (a[rows] - a[low])) <= bound).all())
        for rows in (slice(None, None, step), slice(None))
    )
