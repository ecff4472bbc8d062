"""Mean potential outcomes of several levels under known nuisances, and their scores by hand."""

from __future__ import annotations

import numpy as np
import pytest
from estimate_samples import by_unit

from gipspec.diagnostics import GipError
from gipspec.estimate.apo import potential_means

N, LEVELS, DRAWS = 300, 3, 60


def make(seed=0, n=N):
    """Y(l) = l + x + e, whose mean is l; the nuisances are those that are true."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    odds = np.exp(np.column_stack([np.zeros(n), 0.7 * x, -0.7 * x]))
    m = odds / odds.sum(axis=1, keepdims=True)
    level = (rng.uniform(size=n)[:, None] > m.cumsum(axis=1)).sum(axis=1)
    y = level + x + rng.normal(size=n)
    return y, level, np.column_stack([x + j for j in range(LEVELS)]), m


def test_estimates_and_standard_errors_under_true_nuisances():
    found = [potential_means(*make(seed)) for seed in range(DRAWS)]
    for read, value in (
        (lambda f: f.levels[2], 2),
        (lambda f: f.contrasts[0], 1),
        (lambda f: f.contrasts[1], 2),
    ):
        theta, se = (np.array([getattr(read(f), name) for f in found]) for name in ("theta", "se"))
        assert abs(theta.mean() - value) < 3 * theta.std() / DRAWS**0.5
        assert se.mean() == pytest.approx(theta.std(), rel=0.3)
        assert np.mean(np.abs(theta - value) < 1.96 * se) > 0.85


def test_scores_by_hand_with_clusters_and_bounds():
    y, level, g_hat, m_hat = make(3)
    unit = np.arange(N) // 5
    found = potential_means(y, level, g_hat, m_hat, by_unit(unit), trim=0.2)
    arm = level[:, None] == np.arange(LEVELS)
    psi = g_hat + arm * (y[:, None] - g_hat) / m_hat.clip(0.2, 0.8)
    for j, split in enumerate(found.levels):
        sums = np.bincount(unit, psi[:, j] - psi[:, j].mean())
        assert split.theta == pytest.approx(psi[:, j].mean(), rel=1e-12)
        assert split.se == pytest.approx(np.sqrt(np.sum(sums**2)) / N, rel=1e-10)
    for j, split in enumerate(found.contrasts, start=1):
        gap = psi[:, j] - psi[:, 0]
        sums = np.bincount(unit, gap - gap.mean())
        assert split.theta == pytest.approx(gap.mean(), rel=1e-12)
        assert split.se == pytest.approx(np.sqrt(np.sum(sums**2)) / N, rel=1e-10)


def test_an_outcome_of_0_and_1_may_have_predictions_beyond_them():
    y, level, g_hat, m_hat = make(4)
    y = (y > 1).astype(float)
    g_hat = 0.4 * g_hat  # a linear probability model leaves the interval
    found = potential_means(y, level, g_hat, m_hat)
    psi = g_hat[:, 1] + (level == 1) * (y - g_hat[:, 1]) / m_hat[:, 1].clip(0.01, 0.99)
    assert found.levels[1].theta == pytest.approx(psi.mean(), rel=1e-12)
    assert found.levels[1].se == pytest.approx(psi.std() / N**0.5, rel=1e-10)


def code(*args, **more):
    with pytest.raises(GipError) as error:
        potential_means(*args, **more)
    return [(p.code, "high" in p.message) for p in error.value.problems]


def test_what_cannot_be_estimated_is_refused():
    y, level, g_hat, m_hat = make(5)
    names = ["low", "middle", "high"]
    lost = np.where(np.arange(LEVELS) == 2, np.nan, m_hat)
    assert code(y, level, g_hat, lost, names=names) == [("G406", True)]
    certain = np.where(np.arange(LEVELS) == 2, (level != 2)[:, None], m_hat)
    assert code(y, level, g_hat, certain, names=names) == [("G406", True)]
    one = by_unit(np.zeros(N, dtype=np.int64))
    assert code(y, level, g_hat, m_hat, one) == [("G407", False)]
