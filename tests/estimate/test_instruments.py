"""Several instruments, their strength, and confidence sets that hold when they are weak."""

from __future__ import annotations

import math

import numpy as np
import pytest
from estimate_samples import by_unit
from linearmodels.iv import IV2SLS
from scipy.stats import chi2

from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters, ConfidenceSet, anderson_rubin, first_stage_f, majority, pliv


def draw(q, *, strength=0.5, units=40, seed=0, effect=0.5):
    """Residuals of an endogenous treatment with `q` instruments, clustered."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(2, 9, units))
    n = len(unit)
    common = rng.normal(size=units)[unit]
    z = rng.normal(size=(n, q)) + 0.5 * rng.normal(size=(units, q))[unit]
    hidden = rng.normal(size=n) + common
    d = z @ np.full(q, strength) + hidden + rng.normal(size=n)
    y = effect * d + hidden + rng.normal(size=n)
    return y, d, z, unit


def run(y, d, z, unit, **names):
    nothing = np.zeros(len(y))
    return pliv(y, d, z, nothing, nothing, np.zeros_like(z), by_unit(unit), **names)


# ---------------------------------------------------------------- two-stage least squares


@pytest.mark.parametrize("q", [1, 2, 4])
def test_it_is_two_stage_least_squares(q):
    """With several instruments DoubleML's first stage has a constant, which then is an instrument too."""
    y, d, z, unit = draw(q)
    instruments = z if q == 1 else np.column_stack([np.ones(len(y)), z])
    expected = IV2SLS(y, None, d, instruments).fit(cov_type="clustered", clusters=unit, debiased=False)
    split = run(y, d, z, unit)
    assert split.theta == pytest.approx(expected.params.iloc[0], abs=1e-10)
    assert split.se == pytest.approx(expected.std_errors.iloc[0], abs=1e-10)


def test_a_mixture_of_the_instruments_is_the_same():
    y, d, z, unit = draw(3)
    mix = np.array([[1.0, 2.0, 0.0], [0.0, 1e6, 1.0], [1.0, 0.0, -1e-4]])
    one, other = run(y, d, z, unit), run(y, d, z @ mix, unit)
    assert (other.theta, other.se) == pytest.approx((one.theta, one.se), rel=1e-7)
    strengths = [first_stage_f(d, instruments, by_unit(unit)) for instruments in (z, z @ mix)]
    assert strengths[1] == pytest.approx(strengths[0], rel=1e-6)


def test_the_effective_f_is_the_formula_in_an_orthonormal_basis():
    """Montiel Olea and Pflueger (2013), equation (5): with Z'Z/n = I, F = n ‖Z'D/n‖² / tr Ŵ₂."""
    y, d, z, unit = draw(3)
    n = len(y)
    basis = np.linalg.qr(z)[0] * np.sqrt(n)
    slope = basis.T @ d / n
    scores = basis * (d - basis @ slope)[:, None]
    w2 = sum(np.outer(s, s) for u in range(unit.max() + 1) for s in [scores[unit == u].sum(axis=0)]) / n
    expected = n * slope @ slope / np.trace(w2)
    assert first_stage_f(d, z, by_unit(unit)) == pytest.approx(expected, rel=1e-10)


def test_with_errors_of_one_variance_the_f_is_the_usual_one():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(200_000, 2))
    d = z @ [0.02, 0.01] + rng.normal(size=len(z))
    slope, rss = np.linalg.lstsq(z, d, rcond=None)[:2]
    usual = (np.sum((z @ slope) ** 2) / 2) / (rss[0] / (len(d) - 2))
    assert first_stage_f(d, z) == pytest.approx(usual, rel=0.02)


# ---------------------------------------------------------------- failures


def failure(call):
    with pytest.raises(GipError) as error:
        call()
    return error.value.problems


def test_instruments_that_say_the_same_are_named():
    y, d, z, unit = draw(3)
    z[:, 2] = z[:, 0] - 2 * z[:, 1]
    (found,) = failure(lambda: run(y, d, z, unit, instruments=("quota", "distance", "rain")))
    assert found.code == "G417"
    assert "`quota` and `distance` and `rain` are collinear" in found.message


def test_an_instrument_that_is_the_treatment_is_refused():
    y, d, z, unit = draw(1)
    (found,) = failure(lambda: run(y, d, -3 * d[:, None], unit, treatment="gip", instruments=("park",)))
    assert (found.code, "`park` is the treatment `gip`" in found.message) == ("G417", True)
    (found,) = failure(lambda: run(y, d, np.column_stack([z[:, 0], d - z[:, 0]]), unit))
    assert (found.code, "combination" in found.message) == ("G417", True)


def test_an_instrument_that_the_controls_determine_is_refused():
    y, d, z, unit = draw(2)
    nothing = np.zeros(len(y))
    m_hat = np.column_stack([nothing, z[:, 1]])
    call = lambda: pliv(y, d, z, nothing, nothing, m_hat, by_unit(unit), instruments=("a", "b"))  # noqa: E731
    (found,) = failure(call)
    assert (found.code, "`b`" in found.message) == ("G416", True)


# ---------------------------------------------------------------- sets


def statistic(theta, y, d, z, unit):
    h = z * (y - theta * d)[:, None]
    sums = np.column_stack([np.bincount(unit, weights=column) for column in h.T])
    return h.sum(axis=0) @ np.linalg.solve(sums.T @ sums, h.sum(axis=0))


def moments(y, d, z):
    return z * y[:, None], z * d[:, None]


CASES = [
    (1, 0.5, 0),
    (1, 0.02, 2),
    (1, 0.0, 3),
    (2, 0.5, 0),
    (2, 0.03, 1),
    (3, 0.05, 4),
    (4, 0.0, 5),
    (5, 0.3, 6),
]


@pytest.mark.parametrize(("q", "strength", "seed"), CASES)
def test_the_set_holds_what_the_test_does_not_reject(q, strength, seed):
    y, d, z, unit = draw(q, strength=strength, seed=seed)
    for level in (0.8, 0.95):
        found = anderson_rubin(*moments(y, d, z), by_unit(unit), level=level)
        critical = chi2.ppf(level, q)
        for theta in np.tan(np.linspace(-1.57, 1.57, 801)):
            accepted = statistic(theta, y, d, z, unit) <= critical
            if abs(statistic(theta, y, d, z, unit) - critical) > 1e-6:
                assert found.holds(theta) == accepted
        for end in np.ravel(found.pieces):
            if math.isfinite(end):
                assert statistic(end, y, d, z, unit) == pytest.approx(critical, rel=1e-7)


def test_all_shapes_occur():
    shapes = set()
    for seed in range(60):
        for q, strength in ((1, 0.5), (1, 0.05), (2, 0.05), (3, 0.0)):
            y, d, z, unit = draw(q, strength=strength, seed=seed, units=15, effect=1.0)
            y = y + 0.4 * z[:, -1]  # an instrument that is none: sets may be empty
            pieces = anderson_rubin(*moments(y, d, z), by_unit(unit), level=0.7).pieces
            shapes.add((len(pieces), int(np.isfinite(np.ravel(pieces)).sum())))
    assert {(0, 0), (1, 0), (1, 2), (2, 2)} <= shapes


def test_a_strong_instrument_gives_nearly_the_usual_interval():
    y, d, z, unit = draw(1, strength=3.0, units=400)
    split = run(y, d, z, unit)
    (piece,) = anderson_rubin(*moments(y, d, z), by_unit(unit)).pieces
    assert piece == pytest.approx((split.theta - 1.96 * split.se, split.theta + 1.96 * split.se), abs=0.002)


def test_units_of_measurement_move_the_set_with_them():
    y, d, z, unit = draw(2, strength=0.3, seed=3)
    ((low, high),) = anderson_rubin(*moments(y, d, z), by_unit(unit)).pieces
    scaled = anderson_rubin(*moments(1e6 * y, 1e-6 * d, z * [1e9, 1e-9]), by_unit(unit)).pieces
    assert scaled[0] == pytest.approx((1e12 * low, 1e12 * high), rel=1e-6)


def test_fewer_clusters_than_instruments_reject_nothing():
    y, d, z, unit = draw(4, units=3)
    assert anderson_rubin(*moments(y, d, z), by_unit(unit)).pieces == ((-math.inf, math.inf),)


def test_the_truth_is_covered_however_weak_the_instruments_are():
    """Coverage of 95% sets in 400 draws: within three standard errors of 95%; the usual interval fails."""
    covered, usual = 0, 0
    for seed in range(400):
        y, d, z, unit = draw(2, strength=0.03, seed=seed, units=120)
        covered += anderson_rubin(*moments(y, d, z), by_unit(unit)).holds(0.5)
        slope = np.linalg.lstsq(z, d, rcond=None)[0]
        fitted = z @ slope
        theta = fitted @ y / (fitted @ d)
        sums = np.bincount(unit, weights=fitted * (y - theta * d))
        usual += abs(theta - 0.5) <= 1.96 * np.sqrt(sums @ sums) / (fitted @ d)
    assert abs(covered / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)
    assert usual / 400 < 0.85


def test_two_dimensions_add_up():
    y, d, z, unit = draw(1, strength=2.0)
    time = np.arange(len(y)) % 6
    both = Clusters(
        dimensions=("unit", "time"),
        names=(by_unit(unit).names[0], tuple("abcdef")),
        codes=(unit, time),
    )
    (piece,) = anderson_rubin(*moments(y, d, z), both).pieces
    for end in piece:
        h = z[:, 0] * (y - end * d)
        spread = np.sum(np.bincount(unit, weights=h) ** 2) + np.sum(np.bincount(time, weights=h) ** 2)
        assert h.sum() ** 2 / spread == pytest.approx(chi2.ppf(0.95, 1), rel=1e-8)


INF = math.inf


@pytest.mark.parametrize(
    ("pieces", "ends"),
    [
        (((1.0, 2.0),), (1.0, 2.0)),
        (((-INF, INF),), (-INF, INF)),
        (((-INF, 1.0), (3.0, INF)), (3.0, 1.0)),
        (((1.0, 2.0), (4.0, 5.0)), (1.0, 5.0)),
        (((-INF, 1.0), (2.0, 3.0), (9.0, INF)), (9.0, 3.0)),
        (((-INF, 1.0),), (-INF, 1.0)),
        (((-INF, 1.0), (2.0, 3.0)), (-INF, 3.0)),
    ],
)
def test_ends_hold_all_pieces(pieces, ends):
    assert ConfidenceSet(pieces=pieces).ends == ends


def test_an_empty_set_has_no_ends():
    assert all(math.isnan(end) for end in ConfidenceSet(pieces=()).ends)


def test_a_majority_of_splits_decides():
    sets = [
        ConfidenceSet(pieces=pieces)
        for pieces in (((0.0, 2.0),), ((1.0, 3.0),), ((-INF, 0.5), (1.5, INF)), (), ((-INF, INF),))
    ]
    assert majority(sets[:1]).pieces == ((0.0, 2.0),)
    assert majority(sets[:2]).pieces == ((0.0, 3.0),)  # at least half of two
    assert majority(sets[:3]).pieces == ((0.0, 0.5), (1.0, 3.0))
    assert majority([sets[3]] * 2).pieces == ()
    assert majority([sets[4]] * 3).pieces == ((-INF, INF),)
    assert majority([sets[3], sets[4], sets[2]]).pieces == sets[2].pieces
