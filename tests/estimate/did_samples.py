"""Staggered panels with known effects, and nuisances cross-fitted by hand, for the tests of this room."""

from __future__ import annotations

import numpy as np

from gipspec.estimate import Clusters
from gipspec.estimate.did import NEVER, cell_effect, find_cells, outcome_change, stack_cells

PERIODS = np.arange(1, 7)
COHORTS = np.array([3, 4, 5, NEVER])
ADOPT = np.array([[-0.2, 0.5], [-0.4, 0.3], [-0.3, -0.3], [0.0, 0.0]])  # logits: constant, slope in x
EFFECT = {3: 2.0, 4: 0.5, 5: -1.0}  # on adoption; every later period adds a tenth of it


def att(g: int, t: int) -> float:
    return EFFECT[g] * (1 + 0.1 * (t - g)) if t >= g else 0.0


def adoption_shares(x: np.ndarray) -> np.ndarray:
    """Return P(G=g | x) (n, 4) for `COHORTS`, a multinomial logit."""
    odds = np.exp(ADOPT[:, 0] + x[:, None] * ADOPT[:, 1])
    return odds / odds.sum(axis=1, keepdims=True)


def event_truth(e: int) -> float:
    """Return θ_es(e) with P(G=g) integrated over a standard normal x (Gauss-Hermite)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    share = (weights / weights.sum()) @ adoption_shares(nodes)
    seen = [(p, att(g, g + e)) for g, p in zip(COHORTS[:3].tolist(), share, strict=False) if g + e <= 6]
    return sum(p * a for p, a in seen) / sum(p for p, _ in seen)


def simulate(units: int, rng: np.random.Generator, lost: float = 0.0):
    """Draw x (U,), the cohort (U,) and the outcome (U, 6), whose trend depends on x as adoption does."""
    x = rng.normal(size=units)
    draw = rng.random(units)[:, None]
    cohort = COHORTS[(draw > adoption_shares(x).cumsum(axis=1)).sum(axis=1)]
    untreated = 0.3 * np.outer(x, PERIODS) + 0.2 * PERIODS + rng.normal(size=(units, 1))
    effect = np.array([[att(g, t) if g != NEVER else 0.0 for t in PERIODS] for g in cohort.tolist()])
    y = untreated + effect + rng.normal(size=(units, len(PERIODS)))
    y[rng.random(y.shape) < lost] = np.nan
    return x, cohort, y


def least_squares(x: np.ndarray, target: np.ndarray, at: np.ndarray) -> np.ndarray:
    return at @ np.linalg.lstsq(x, target, rcond=None)[0]


def logit(x: np.ndarray, target: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Fit P(1 | x) by seven steps of Newton and predict it."""
    beta = np.zeros(x.shape[1])
    for _ in range(7):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (target - p))
    return 1 / (1 + np.exp(-at @ beta))


def estimate(x, cohort, y, rng: np.random.Generator, folds: int = 5, **settings):
    """Cross-fit both nuisances of every cell, by the same folds of units, and stack the effects."""
    found = find_cells(cohort, PERIODS, ~np.isnan(y), **settings)
    fold = rng.permutation(np.arange(len(x)) % folds)
    effects = []
    for cell in found.cells:
        features = np.column_stack([np.ones(len(cell.units)), x[cell.units]])
        change, within = outcome_change(cell, y, PERIODS), fold[cell.units]
        g0_hat, m_hat = np.empty(len(change)), np.empty(len(change))
        for k in range(folds):
            test, controls = within == k, (within != k) & ~cell.treated
            g0_hat[test] = least_squares(features[controls], change[controls], features[test])
            m_hat[test] = logit(features[~test], cell.treated[~test], features[test])
        effects.append(cell_effect(change, cell.treated, g0_hat, m_hat))
    return stack_cells(found, effects)


def units_as_clusters(units: int) -> Clusters:
    names = tuple(f"u{i:04d}" for i in range(units))
    return Clusters(dimensions=("unit",), names=(names,), codes=(np.arange(units, dtype=np.int64),))
