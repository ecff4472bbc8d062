"""Scores and inference as pure array functions; DoubleML behind one door."""

from gipspec.estimate.aggregate import Aggregate, aggregate, infer, median_rule
from gipspec.estimate.apo import PotentialMeans, potential_means
from gipspec.estimate.balance import (
    correlations,
    mean_difference,
    pooled_deviation,
    score_weights,
    slopes,
)
from gipspec.estimate.correct import correct_by_unit
from gipspec.estimate.curve import Curve, critical_value, effect_curve, linear_basis
from gipspec.estimate.difference import difference, standard_errors
from gipspec.estimate.heterogeneity import (
    Standardized,
    differences,
    gate,
    group_effects,
    linear_effects,
    standardize,
)
from gipspec.estimate.iivm import InstrumentNuisances, compliers, iivm, instrument_effects
from gipspec.estimate.influence import Clusters, Influence, Split, cluster_influence, stack_influence
from gipspec.estimate.irm import doubly_robust, irm
from gipspec.estimate.joint import Joint, equality, joint_test, median_covariance, side_by_side
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
    refit_draws,
)
from gipspec.estimate.pliv import check_distinct, first_stage, pliv
from gipspec.estimate.plr import plr
from gipspec.estimate.policy import (
    Policy,
    PolicyNode,
    PolicyValue,
    learn_policy,
    policy_value,
    residual_signal,
)
from gipspec.estimate.policy_search import Rule, best_rule, treated_by
from gipspec.estimate.projection import best_linear_predictor
from gipspec.estimate.propensity import Overlap, bounded, overlap
from gipspec.estimate.qte import QuantileEffect, potential_quantile, quantile_effect
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
from gipspec.estimate.spread import Calibration, calibration, counts
from gipspec.estimate.wald import Wald, covariance, wald
from gipspec.estimate.weak import ConfidenceSet, anderson_rubin, first_stage_f, majority

__all__ = [
    "Adjusted",
    "Aggregate",
    "Band",
    "Benchmark",
    "Calibration",
    "Clusters",
    "ConfidenceSet",
    "Contours",
    "Curve",
    "Influence",
    "InstrumentNuisances",
    "Joint",
    "LinearMediation",
    "Mediation",
    "MediationNuisances",
    "Overlap",
    "Paths",
    "PermutationTest",
    "PlaceboDraws",
    "Policy",
    "PolicyNode",
    "PolicyValue",
    "PotentialMeans",
    "QuantileEffect",
    "Robustness",
    "Rule",
    "SensitivityBounds",
    "SensitivityElements",
    "Split",
    "Standardized",
    "Wald",
    "adjust_p",
    "adoption_obstacle",
    "adoption_paths",
    "aggregate",
    "anderson_rubin",
    "best_linear_predictor",
    "best_rule",
    "bounded",
    "calibration",
    "check_distinct",
    "cluster_influence",
    "compliers",
    "correct_by_unit",
    "correlations",
    "counts",
    "covariance",
    "critical_value",
    "design_draws",
    "difference",
    "differences",
    "doubly_robust",
    "effect_curve",
    "equality",
    "first_stage",
    "first_stage_f",
    "gate",
    "group_effects",
    "iivm",
    "infer",
    "instrument_effects",
    "irm",
    "irm_elements",
    "joint_band",
    "joint_test",
    "known_propensity",
    "lead_adoption",
    "learn_policy",
    "linear_basis",
    "linear_effects",
    "majority",
    "mean_difference",
    "median_covariance",
    "median_rule",
    "mediation",
    "mediation_linear",
    "movable",
    "observed_paths",
    "overlap",
    "permutation_test",
    "permutations",
    "permuted_treatment",
    "pliv",
    "plr",
    "plr_elements",
    "policy_value",
    "pooled_deviation",
    "potential_means",
    "potential_quantile",
    "quantile_effect",
    "refit_draws",
    "residual_signal",
    "robustness_value",
    "score_weights",
    "sensitivity_benchmark",
    "sensitivity_bounds",
    "sensitivity_contours",
    "side_by_side",
    "slopes",
    "stack_influence",
    "standard_errors",
    "standardize",
    "treated_by",
    "wald",
]
