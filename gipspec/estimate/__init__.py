"""Scores and inference as pure array functions; DoubleML behind one door."""

from gipspec.estimate.aggregate import Aggregate, aggregate, infer, median_rule
from gipspec.estimate.correct import correct_by_unit
from gipspec.estimate.difference import difference, standard_errors
from gipspec.estimate.influence import Clusters, Influence, Split, cluster_influence, stack_influence
from gipspec.estimate.mediation import Mediation, MediationNuisances, mediation
from gipspec.estimate.mediation_linear import LinearMediation, mediation_linear
from gipspec.estimate.multiple import (
    Adjusted,
    Band,
    adjust_p,
    joint_band,
)
from gipspec.estimate.placebo import (
    Paths,
    PermutationTest,
    PlaceboDraws,
    adoption_obstacle,
    adoption_paths,
    design_draws,
    known_propensity,
    lead_adoption,
    movable,
    observed_paths,
    permutation_test,
    permutations,
    permuted_treatment,
)
from gipspec.estimate.plr import plr
from gipspec.estimate.sensitivity import (
    Benchmark,
    Contours,
    Robustness,
    SensitivityBounds,
    SensitivityElements,
    irm_elements,
    plr_elements,
    robustness_value,
    sensitivity_benchmark,
    sensitivity_bounds,
    sensitivity_contours,
)
from gipspec.estimate.wald import Wald, covariance, wald

__all__ = [
    "Adjusted",
    "Aggregate",
    "Band",
    "Benchmark",
    "Clusters",
    "Contours",
    "Influence",
    "LinearMediation",
    "Mediation",
    "MediationNuisances",
    "Paths",
    "PermutationTest",
    "PlaceboDraws",
    "Robustness",
    "SensitivityBounds",
    "SensitivityElements",
    "Split",
    "Wald",
    "adjust_p",
    "adoption_obstacle",
    "adoption_paths",
    "aggregate",
    "cluster_influence",
    "correct_by_unit",
    "covariance",
    "design_draws",
    "difference",
    "infer",
    "irm_elements",
    "joint_band",
    "known_propensity",
    "lead_adoption",
    "median_rule",
    "mediation",
    "mediation_linear",
    "movable",
    "observed_paths",
    "permutation_test",
    "permutations",
    "permuted_treatment",
    "plr",
    "plr_elements",
    "robustness_value",
    "sensitivity_benchmark",
    "sensitivity_bounds",
    "sensitivity_contours",
    "stack_influence",
    "standard_errors",
    "wald",
]
