"""What predictions and clusters must be like before anything is estimated from them."""

from __future__ import annotations

import numpy as np

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.estimate.influence import Array, Clusters

SMOOTHER = "use a learner that smooths more: larger leaves, more trees or more neighbours"


def check_finite(prediction: Array, learner: str, target: str) -> None:
    """Refuse predictions (n,) that are not finite (G406). `learner` is the option that chose it."""
    lost = int(np.count_nonzero(~np.isfinite(prediction)))
    if lost:
        reason = f"{lost} of its predictions are not finite numbers"
        raise GipError(prediction_problem(learner, target, reason, "try another learner"))


def check_probabilities(target: Array, prediction: Array, learner: str, name: str) -> None:
    """Refuse labels where the probability of a target (n,) of 0 and 1 is due (G406)."""
    if all_binary(target) and all_binary(prediction) and np.any(target != prediction):
        reason = "it predicts only 0 and 1, and probabilities are needed"
        raise GipError(prediction_problem(learner, name, reason, SMOOTHER))


def check_clusters(clusters: Clusters) -> None:
    """Refuse a dimension of which the rows have one cluster only (G407)."""
    for dimension, codes in zip(clusters.dimensions, clusters.codes, strict=True):
        if len(codes) == 0 or np.all(codes == codes[0]):
            raise GipError(problem("G407", name=dimension))


def prediction_problem(learner: str, target: str, reason: str, remedy: str) -> Problem:
    return problem("G406", learner=learner, target=target, reason=reason, remedy=remedy)


def all_binary(values: Array) -> bool:
    """Tell whether all values are 0 or 1."""
    return bool(np.all((values == 0) | (values == 1)))
