"""Scores and inference as pure array functions; DoubleML behind one door."""

from gipspec.estimate.aggregate import Aggregate, aggregate, infer, median_rule
from gipspec.estimate.correct import correct_by_unit
from gipspec.estimate.difference import difference, standard_errors
from gipspec.estimate.influence import Clusters, Influence, Split, cluster_influence, stack_influence
from gipspec.estimate.mediation import Mediation, MediationNuisances, mediation
from gipspec.estimate.mediation_linear import LinearMediation, mediation_linear
from gipspec.estimate.plr import plr
from gipspec.estimate.wald import Wald, covariance, wald

__all__ = [
    "Aggregate",
    "Clusters",
    "Influence",
    "LinearMediation",
    "Mediation",
    "MediationNuisances",
    "Split",
    "Wald",
    "aggregate",
    "cluster_influence",
    "correct_by_unit",
    "covariance",
    "difference",
    "infer",
    "median_rule",
    "mediation",
    "mediation_linear",
    "plr",
    "stack_influence",
    "standard_errors",
    "wald",
]
