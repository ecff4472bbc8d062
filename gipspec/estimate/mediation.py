"""Causal mediation of a binary treatment: from cross-fitted predictions to direct and indirect effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gipspec.estimate.checks import check_clusters, check_finite
from gipspec.estimate.combine import combination, mean_of_scores, ratio
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split
from gipspec.estimate.propensity import bounded, check_propensity


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationNuisances:
    """Cross-fitted predictions (n,) for all rows, whatever their treatment.

    With mediators M (one or several, jointly) and controls X: `p_hat` of P(D=1|X), `q_hat` of P(D=1|M,X),
    `mu1` and `mu0` of μ_d = E[Y|D=d,M,X], `omega10` of E[μ1|D=0,X], `omega01` of E[μ0|D=1,X], `m1` and `m0`
    of E[Y|D=d,X].
    """

    p_hat: Array
    q_hat: Array
    mu1: Array
    mu0: Array
    omega10: Array
    omega01: Array
    m1: Array
    m0: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialOutcomes:
    """Efficient scores (n,) of the mean potential outcomes E[Y(d, M(d'))], `psi10` of E[Y(1, M(0))].

    `trimmed` is the share of rows in which a denominator was raised to the bound.
    """

    psi11: Array
    psi00: Array
    psi10: Array
    psi01: Array
    trimmed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediation:
    """The effects of a binary treatment, with and without the way through the mediators.

    Direct effects θ(d) = E[Y(1, M(d)) - Y(0, M(d))]: `direct_treated` is θ(1), `direct_control` θ(0).
    Indirect effects δ(d) = E[Y(d, M(1)) - Y(d, M(0))]: `indirect_treated` is δ(1), `indirect_control` δ(0).
    `total` = θ(1) + δ(0) = θ(0) + δ(1). `share` is the share mediated, (δ(1) + δ(0)) / 2 over the total.
    `trimmed` is the share of rows with a propensity out of bounds.
    """

    total: Split
    direct_treated: Split
    direct_control: Split
    indirect_treated: Split
    indirect_control: Split
    share: Split
    trimmed: float


def mediation(
    y: Array,
    d: Array,
    nuisances: MediationNuisances,
    clusters: Clusters = NO_CLUSTERS,
    *,
    trim: float = 0.01,
    outcome: str = "y",
    treatment: str = "d",
) -> Mediation:
    """Estimate total, direct and indirect effects of a treatment `d` (n,) of 0 and 1 on `y` (n,).

    Effects are means of differences of the efficient scores of `potential_outcomes` (Farbmacher, Huber,
    Lafférs, Langen and Spindler 2022); their influence is the clusters' sum of the scores less the
    effect. The share mediated averages both indirect effects (Imai, Keele and Tingley
    2010) and has its standard error from the delta method, which means little where the total effect is not
    clearly different from nought. `outcome` and `treatment` are their names in messages. Raises GipError:
    G406 predictions that are not finite, or no propensity can be made of them, G407 fewer than two clusters.
    """
    for name in ("p_hat", "q_hat"):
        check_propensity(d, getattr(nuisances, name), trim=trim, learner="learner_d", name=treatment)
    for name in ("mu1", "mu0", "omega10", "omega01", "m1", "m0"):
        check_finite(getattr(nuisances, name), "learner_y", outcome)
    check_clusters(clusters)
    scores = potential_outcomes(y, d, nuisances, trim=trim)
    total = mean_of_scores(scores.psi11 - scores.psi00, clusters)
    indirect_treated = mean_of_scores(scores.psi11 - scores.psi10, clusters)
    indirect_control = mean_of_scores(scores.psi01 - scores.psi00, clusters)
    return Mediation(
        total=total,
        direct_treated=mean_of_scores(scores.psi11 - scores.psi01, clusters),
        direct_control=mean_of_scores(scores.psi10 - scores.psi00, clusters),
        indirect_treated=indirect_treated,
        indirect_control=indirect_control,
        share=ratio(combination((indirect_treated, indirect_control), (0.5, 0.5)), total),
        trimmed=scores.trimmed,
    )


def potential_outcomes(
    y: Array, d: Array, nuisances: MediationNuisances, *, trim: float = 0.01
) -> PotentialOutcomes:
    """Return the efficient scores of the four mean potential outcomes, as in docs/statistics.md.

    Farbmacher et al. (2022), the scores for E[Y(d, M(1-d))] in which Bayes' rule has replaced densities of
    the mediators by P(D=1|M,X), so that mediators may be many and continuous:

        ψ11 = m1 + D(Y-m1)/p                 ψ00 = m0 + (1-D)(Y-m0)/(1-p)
        ψ10 = D(1-q)/(q(1-p))·(Y-μ1) + (1-D)/(1-p)·(μ1-ω10) + ω10
        ψ01 = (1-D)q/((1-q)p)·(Y-μ0) + D/p·(μ0-ω01) + ω01

    No denominator is smaller than `trim`: p and q are bounded by `trim` and 1 - `trim`, and then the products
    q(1-p) and (1-q)p from below, so that no weight exceeds 1/`trim`. The rows counted as trimmed are those
    that `causalweight::medDML` drops for the same bound (its default is 5%); here they are kept with bounded
    weights, as DoubleML does with the propensity, since leaving them out would change the population that the
    effects are averaged over. Weights are not normalised, other than by medDML's default.

    Raises ValueError unless `d` holds 0 and 1 only.
    """
    if not np.all((d == 0) | (d == 1)):
        raise ValueError("the treatment must hold 0 and 1 only")
    p, q = bounded(nuisances.p_hat, trim), bounded(nuisances.q_hat, trim)
    below10, below01 = np.maximum(q * (1 - p), trim), np.maximum((1 - q) * p, trim)
    mu1, mu0, omega10, omega01 = nuisances.mu1, nuisances.mu0, nuisances.omega10, nuisances.omega01
    return PotentialOutcomes(
        psi11=nuisances.m1 + d * (y - nuisances.m1) / p,
        psi00=nuisances.m0 + (1 - d) * (y - nuisances.m0) / (1 - p),
        psi10=d * (1 - q) / below10 * (y - mu1) + (1 - d) / (1 - p) * (mu1 - omega10) + omega10,
        psi01=(1 - d) * q / below01 * (y - mu0) + d / p * (mu0 - omega01) + omega01,
        trimmed=_share_trimmed(nuisances.p_hat, nuisances.q_hat, trim),
    )


def _share_trimmed(p: Array, q: Array, trim: float) -> float:
    smallest = np.min([p, 1 - p, q * (1 - p), (1 - q) * p], axis=0)
    return float(np.mean(smallest < trim))
