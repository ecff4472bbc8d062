"""The interactive model with an instrument: the mean effect on those whom the instrument moves."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gipspec.estimate.checks import check_clusters, check_finite
from gipspec.estimate.combine import mean_of_scores
from gipspec.estimate.door import score_iivm
from gipspec.estimate.influence import NO_CLUSTERS, Array, Clusters, Split, split_of
from gipspec.estimate.irm import doubly_robust
from gipspec.estimate.propensity import bounded, check_propensity


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentNuisances:
    """Cross-fitted predictions (n,) for all rows, whatever their instrument.

    `g0_hat`, `g1_hat` of E[Y|Z=z,X]; `r0_hat`, `r1_hat` of E[D|Z=z,X], nought where nobody takes the
    treatment without the instrument, one where everybody takes it with the instrument; `m_hat` of P(Z=1|X).
    """

    g0_hat: Array
    g1_hat: Array
    r0_hat: Array
    r1_hat: Array
    m_hat: Array


LEARNERS = {
    "g0_hat": "learner_y",
    "g1_hat": "learner_y",
    "r0_hat": "learner_d",
    "r1_hat": "learner_d",
    "m_hat": "learner_z",
}


def iivm(
    y: Array,
    d: Array,
    z: Array,
    nuisances: InstrumentNuisances,
    clusters: Clusters = NO_CLUSTERS,
    *,
    trim: float = 0.01,
    outcome: str = "y",
    treatment: str = "d",
    instrument: str = "z",
) -> Split:
    """Estimate the local average effect of `d` on `y` with the instrument `z`, (n,) each.

    Treatment and instrument hold 0 and 1. θ = E[ψ_Y] / E[ψ_D], the effect of the instrument on Y over that on
    D, each by its doubly robust signal (`instrument_effects`): the mean effect on compliers, whom the
    instrument moves, if it moves nobody the other way (Imbens and Angrist 1994). The score is that of
    Chernozhukov et al. (2018), section 5.2. `trim` and 1 - `trim` bound the propensity of the instrument.
    Standard errors are clustered as in `plr`; names are for messages. Raises GipError: G406 a prediction is
    not finite, or no propensity can be made of it; G407 too few clusters.
    """
    targets = {"learner_y": outcome, "learner_d": treatment, "learner_z": instrument}
    for field in fields(nuisances):
        learner = LEARNERS[field.name]
        check_finite(getattr(nuisances, field.name), learner, targets[learner])
    check_propensity(z, nuisances.m_hat, trim=trim, learner="learner_z", name=instrument)
    check_clusters(clusters)
    n = nuisances
    scores = score_iivm(y, d, z, n.g0_hat, n.g1_hat, n.r0_hat, n.r1_hat, bounded(n.m_hat, trim))
    return split_of(scores.theta, scores.psi, scores.psi_a, clusters)


def instrument_effects(
    y: Array, d: Array, z: Array, nuisances: InstrumentNuisances, *, trim: float = 0.01
) -> tuple[Array, Array]:
    """Return the signals (n,) of what the instrument does to Y and to D; see `doubly_robust`."""
    n = nuisances
    return (
        doubly_robust(y, z, n.g0_hat, n.g1_hat, n.m_hat, trim=trim),
        doubly_robust(d, z, n.r0_hat, n.r1_hat, n.m_hat, trim=trim),
    )


def compliers(signal_d: Array, clusters: Clusters = NO_CLUSTERS) -> Split:
    """Estimate the share of compliers, the mean of the signals (n,) of what the instrument does to D.

    Its squared t statistic is the F of the first stage.
    """
    return mean_of_scores(np.asarray(signal_d), clusters)
