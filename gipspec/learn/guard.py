"""The conditions under which every fit runs: one thread, no chatter, failures as problems."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Learner
from gipspec.learn.task import label_of, target_phrase

NUMERICAL_FAILURES = (ValueError, np.linalg.LinAlgError, FloatingPointError, OverflowError)
_REMEDY = "use another learner or other parameters, or look for extreme values among the variables"


@contextmanager
def fitting(learner: Learner, name: str) -> Iterator[None]:
    """Run fits of a learner on the target `name`.

    One thread, because sums over threads differ in their last digits. Libraries' warnings, of convergence
    above all, are kept off stderr: what they warn of shows in the out-of-fold fit. Numerical failures become
    GipError G406.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except NUMERICAL_FAILURES as error:
            raise failed(learner, name, first_line(error)) from error


def failed(learner: Learner, name: str, reason: str) -> GipError:
    return GipError(
        problem("G406", learner=label_of(learner), target=target_phrase(name), reason=reason, remedy=_REMEDY)
    )


def first_line(error: BaseException) -> str:
    """Return what a library says of its failure, without the advice that follows."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
