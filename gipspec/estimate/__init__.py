"""Scores and inference as pure array functions; DoubleML behind one door."""

from gipspec.estimate.aggregate import Aggregate, aggregate, infer, median_rule
from gipspec.estimate.correct import correct_by_unit
from gipspec.estimate.difference import difference, standard_errors
from gipspec.estimate.influence import Clusters, Influence, Split, cluster_influence, stack_influence
from gipspec.estimate.plr import plr
from gipspec.estimate.wald import Wald, covariance, wald

__all__ = [
    "Aggregate",
    "Clusters",
    "Influence",
    "Split",
    "Wald",
    "aggregate",
    "cluster_influence",
    "correct_by_unit",
    "covariance",
    "difference",
    "infer",
    "median_rule",
    "plr",
    "stack_influence",
    "standard_errors",
    "wald",
]
