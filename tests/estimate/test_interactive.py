"""Interactive models on predictions: formulas by hand, propensities, failures."""

from __future__ import annotations

import numpy as np
import pytest
from estimate_samples import by_unit

from gipspec.diagnostics import GipError
from gipspec.estimate import (
    Clusters,
    InstrumentNuisances,
    bounded,
    doubly_robust,
    iivm,
    instrument_effects,
    irm,
    overlap,
)


def draw(seed=0, units=40):
    """Two variables of 0 and 1 in unequal clusters, and predictions that are neither perfect nor useless."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(2, 12, units))
    n = len(unit)
    m = rng.uniform(0.003, 0.997, n)
    z = (rng.random(n) < m).astype(float)
    d = np.where(rng.random(n) < 0.7, z, rng.random(n) < 0.5).astype(float)
    g = rng.normal(size=(2, n))
    y = g[0] + 0.5 * d + rng.normal(size=n) + rng.normal(size=units)[unit]
    return y, d, z, g[0], g[1], m, unit


def ratio_by_hand(numerator, denominator, unit):
    """θ = Σa / Σb with its clustered delta-method standard error."""
    theta = numerator.sum() / denominator.sum()
    sums = np.bincount(unit, weights=numerator - theta * denominator)
    return theta, np.sqrt(np.sum(sums**2)) / abs(denominator.sum())


@pytest.mark.parametrize("trim", [0.01, 0.1])
def test_mean_effects_are_the_formulas(trim):
    y, _, d, g0, g1, m_hat, unit = draw()
    m = np.clip(m_hat, trim, 1 - trim)
    ate = g1 - g0 + d * (y - g1) / m - (1 - d) * (y - g0) / (1 - m)
    att = d * (y - g0) - (1 - d) * m / (1 - m) * (y - g0)
    for target, expected in (
        ("ate", ratio_by_hand(ate, np.ones(len(y)), unit)),
        ("att", ratio_by_hand(att, d, unit)),
    ):
        split = irm(y, d, g0, g1, m_hat, by_unit(unit), target=target, trim=trim)
        assert (split.theta, split.se) == pytest.approx(expected, rel=1e-10)
    np.testing.assert_allclose(doubly_robust(y, d, g0, g1, m_hat, trim=trim), ate, rtol=1e-12)


def test_the_effect_on_the_treated_knows_nothing_of_their_predictions():
    y, _, d, g0, g1, m_hat, unit = draw()
    with_ = irm(y, d, g0, g1, m_hat, by_unit(unit), target="att")
    without = irm(y, d, g0, None, m_hat, by_unit(unit), target="att")
    assert (without.theta, without.se) == pytest.approx((with_.theta, with_.se), rel=1e-12)


def test_a_binary_outcome_may_have_linear_predictions():
    y, _, d, g0, g1, m_hat, unit = draw()
    y = (y > 0).astype(float)
    split = irm(y, d, g0, g1, m_hat, by_unit(unit))
    signal = doubly_robust(y, d, g0, g1, m_hat)
    assert (split.theta, split.se) == pytest.approx(ratio_by_hand(signal, np.ones(len(y)), unit), rel=1e-10)
    labels = irm(y, d, (g0 > 0).astype(float), (g1 > 0).astype(float), m_hat, by_unit(unit))
    assert np.isfinite(labels.theta)


def test_the_effect_on_compliers_is_a_ratio_of_effects():
    y, d, z, g0, g1, m_hat, unit = draw()
    rng = np.random.default_rng(1)
    r0, r1 = rng.uniform(0.1, 0.5, len(y)), rng.uniform(0.5, 0.9, len(y))
    nuisances = InstrumentNuisances(g0_hat=g0, g1_hat=g1, r0_hat=r0, r1_hat=r1, m_hat=m_hat)
    m = np.clip(m_hat, 0.05, 0.95)
    on_y = g1 - g0 + z * (y - g1) / m - (1 - z) * (y - g0) / (1 - m)
    on_d = r1 - r0 + z * (d - r1) / m - (1 - z) * (d - r0) / (1 - m)
    split = iivm(y, d, z, nuisances, by_unit(unit), trim=0.05)
    assert (split.theta, split.se) == pytest.approx(ratio_by_hand(on_y, on_d, unit), rel=1e-10)
    for found, expected in zip(instrument_effects(y, d, z, nuisances, trim=0.05), (on_y, on_d), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_perfect_instrument_gives_the_mean_effect():
    y, _, d, g0, g1, m_hat, unit = draw()
    known = InstrumentNuisances(
        g0_hat=g0, g1_hat=g1, r0_hat=np.zeros(len(y)), r1_hat=np.ones(len(y)), m_hat=m_hat
    )
    local, mean = iivm(y, d, d, known, by_unit(unit)), irm(y, d, g0, g1, m_hat, by_unit(unit))
    assert (local.theta, local.se) == pytest.approx((mean.theta, mean.se), rel=1e-10)


def test_order_of_rows_does_not_matter():
    y, _, d, g0, g1, m_hat, unit = draw()
    base = irm(y, d, g0, g1, m_hat, by_unit(unit))
    at = np.random.default_rng(3).permutation(len(y))
    moved = irm(y[at], d[at], g0[at], g1[at], m_hat[at], by_unit(unit[at]))
    assert (moved.theta, moved.se) == pytest.approx((base.theta, base.se), rel=1e-12)


# ---------------------------------------------------------------- propensities


def test_bounds_and_overlap():
    m_hat = np.array([0.001, 0.2, 0.5, 0.5, 0.999, 0.9])
    d = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
    np.testing.assert_array_equal(bounded(m_hat, 0.01), [0.01, 0.2, 0.5, 0.5, 0.99, 0.9])
    found = overlap(d, m_hat, trim=0.01)
    assert (found.low, found.high, found.trimmed) == (0.001, 0.999, pytest.approx(2 / 6))
    without, with_ = np.array([1 / 0.99, 2.0, 10.0]), np.array([5.0, 2.0, 1 / 0.99])
    expected = [w.sum() ** 2 / (w**2).sum() for w in (without, with_)]
    assert found.effective == pytest.approx(expected, rel=1e-12)
    odds = np.array([0.01 / 0.99, 1.0, 9.0])
    treated = overlap(d, m_hat, trim=0.01, target="att").effective
    assert treated == pytest.approx([odds.sum() ** 2 / (odds**2).sum(), 3.0], rel=1e-12)


def test_equal_weights_are_as_good_as_the_rows():
    d = np.repeat([0.0, 1.0], [30, 20])
    assert overlap(d, np.full(50, 0.4), trim=0.01).effective == pytest.approx((30, 20))


# ---------------------------------------------------------------- failures


def failure(call):
    with pytest.raises(GipError) as error:
        call()
    (found,) = error.value.problems
    return found


def test_predictions_must_be_finite():
    y, _, d, g0, g1, m_hat, unit = draw()
    g1[4] = np.inf
    found = failure(lambda: irm(y, d, g0, g1, m_hat, by_unit(unit), outcome="resilience"))
    assert found.code == "G406"
    assert "learner_y" in found.message
    assert "resilience" in found.message


def test_labels_are_no_propensities():
    y, d, z, g0, g1, m_hat, unit = draw()
    labels = (m_hat > 0.5).astype(float)
    found = failure(lambda: irm(y, d, g0, g1, labels, by_unit(unit), treatment="gip"))
    assert (found.code, "learner_d" in found.message) == ("G406", True)
    nuisances = InstrumentNuisances(g0_hat=g0, g1_hat=g1, r0_hat=m_hat, r1_hat=m_hat, m_hat=labels)
    found = failure(lambda: iivm(y, d, z, nuisances, by_unit(unit), instrument="quota"))
    assert (found.code, "learner_z" in found.message, "quota" in found.message) == ("G406", True, True)


def test_a_propensity_of_one_needs_a_bound():
    y, _, d, g0, g1, m_hat, unit = draw()
    m_hat[7] = 1.0
    assert failure(lambda: irm(y, d, g0, g1, m_hat, by_unit(unit), trim=0.0)).code == "G406"
    assert np.isfinite(irm(y, d, g0, g1, m_hat, by_unit(unit), trim=0.001).theta)


def test_one_cluster_is_too_few():
    y, _, d, g0, g1, m_hat, unit = draw()
    one = Clusters(dimensions=("city",), names=(("a", "b"),), codes=(unit * 0,))
    assert failure(lambda: irm(y, d, g0, g1, m_hat, one)).code == "G407"
