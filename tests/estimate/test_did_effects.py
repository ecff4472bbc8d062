"""Effects of cells and their aggregates, against means, variances and weights by hand."""

from __future__ import annotations

import numpy as np
import pytest
from did_samples import PERIODS, estimate, simulate

from gipspec.diagnostics import GipError
from gipspec.estimate.did import NEVER, Cell, Effects, cell_effect, find_cells, stack_cells, summarize


def make_cell(n: int = 40, seed: int = 0):
    rng = np.random.default_rng(seed)
    treated = np.arange(n) % 3 == 0
    return rng.normal(size=n) + 2 * treated, treated, rng.normal(size=n), rng.uniform(0.05, 0.95, n)


def test_constant_predictions_give_the_difference_of_means():
    change, treated, _, _ = make_cell()
    found = cell_effect(change, treated, np.full(40, change[~treated].mean()), np.full(40, 0.3))
    ones, zeros = change[treated], change[~treated]
    assert found.theta == pytest.approx(ones.mean() - zeros.mean(), abs=1e-14)
    variance = ones.var() / len(ones) + zeros.var() / len(zeros)
    assert np.sum(found.influence**2) == pytest.approx(variance, rel=1e-12)


def test_the_score_by_hand():
    change, treated = np.array([4.0, 2.0, 1.0, 0.0]), np.array([True, True, False, False])
    found = cell_effect(change, treated, np.ones(4), np.array([0.9, 0.1, 0.5, 0.75]))
    # odds of the controls are 1 and 3, hence weights 1/4 and 3/4
    assert found.theta == pytest.approx((3 + 1) / 2 - (0 * 1 - 1 * 3) / 4)
    np.testing.assert_allclose(found.influence, [(3 - 2.75) / 2, (1 - 2.75) / 2, 0, 3 / 4])


def test_influence_adds_up_to_nought_and_a_common_trend_cancels():
    change, treated, g0_hat, m_hat = make_cell()
    found = cell_effect(change, treated, g0_hat, m_hat)
    moved = cell_effect(change + 7, treated, g0_hat + 7, m_hat)
    assert abs(found.influence.sum()) < 1e-14
    assert moved.theta == pytest.approx(found.theta, abs=1e-13)
    np.testing.assert_allclose(moved.influence, found.influence, atol=1e-14)


def test_propensities_are_held_within_bounds():
    change, treated, g0_hat, m_hat = make_cell()
    found = cell_effect(change, treated, g0_hat, m_hat, trim=0.2)
    bounded = cell_effect(change, treated, g0_hat, np.minimum(np.maximum(m_hat, 0.2), 0.8), trim=0.0)
    assert found.theta == pytest.approx(bounded.theta, abs=1e-14)
    assert found.theta != pytest.approx(cell_effect(change, treated, g0_hat, m_hat).theta, abs=1e-3)


@pytest.mark.parametrize(("position", "learner"), [(2, "learner_y"), (3, "learner_d")])
def test_predictions_must_be_finite(position, learner):
    arrays = list(make_cell())
    arrays[position][5] = np.nan
    with pytest.raises(GipError) as error:
        cell_effect(*arrays)
    assert error.value.problems[0].code == "G406"
    assert learner in error.value.problems[0].message


@pytest.mark.parametrize(("certain", "words"), [(1.0, "27 controls a probability of 1"), (0.0, "of 0")])
def test_without_bounds_controls_need_weights(certain, words):
    change, treated, g0_hat, _ = make_cell(41)
    m_hat = np.full(41, certain)
    with pytest.raises(GipError, match=words):
        cell_effect(change, treated, g0_hat, m_hat, trim=0.0)
    bounded = cell_effect(change, treated, g0_hat, m_hat)  # a propensity of 1% or 99% for all
    r = change - g0_hat
    assert bounded.theta == pytest.approx(r[treated].mean() - r[~treated].mean())


def test_effects_stand_in_their_units_places():
    cohort = np.array([3, NEVER, 3, 4, NEVER, 4])
    found = find_cells(cohort, np.arange(1, 5), np.ones((6, 4), dtype=bool))
    change, treated = np.array([1.0, 0.0, 3.0, 0.0]), np.array([True, False, True, False])
    one = cell_effect(change, treated, np.zeros(4), np.full(4, 0.5))
    effects = stack_cells(found, [one] * len(found.cells))
    for k, cell in enumerate(found.cells):
        places = [0, 1, 2, 4] if cell.cohort == 3 else [1, 3, 4, 5]
        np.testing.assert_array_equal(effects.influence[places, k], one.influence)
        assert np.count_nonzero(effects.influence[:, k]) <= 4


def small_effects() -> Effects:
    """Two cohorts, 3 (two units) and 4 (three units), two never treated; four periods; numbers by hand."""
    cohort = np.array([3, 3, 4, 4, 4, NEVER, NEVER])
    keys = [(3, 2), (3, 3), (3, 4), (4, 2), (4, 3), (4, 4)]
    nobody, unknown = np.array([], dtype=np.int64), np.array([], dtype=bool)
    cells = tuple(Cell(cohort=g, period=t, base=1, units=nobody, treated=unknown) for g, t in keys)
    rng = np.random.default_rng(0)
    influence = rng.normal(size=(7, 6))
    return Effects(
        cells=cells,
        theta=np.array([0.1, 1.0, 2.0, -0.2, 0.3, 5.0]),
        influence=influence - influence.mean(axis=0),
        cohort=cohort,
    )


def test_aggregates_by_hand():
    effects = small_effects()
    event = summarize(effects, "event")
    assert event.labels == (-2, -1, 0, 1)
    np.testing.assert_allclose(event.theta, [-0.2, (2 * 0.1 + 3 * 0.3) / 5, (2 * 1 + 3 * 5) / 5, 2.0])
    assert event.overall == pytest.approx((17 / 5 + 2) / 2)
    cohort = summarize(effects, "cohort")
    assert cohort.labels == (3, 4)
    np.testing.assert_allclose(cohort.theta, [1.5, 5.0])
    assert cohort.overall == pytest.approx((2 * 1.5 + 3 * 5) / 5)
    period = summarize(effects, "period")
    assert period.labels == (3, 4)
    np.testing.assert_allclose(period.theta, [1.0, (2 * 2 + 3 * 5) / 5])
    assert period.overall == pytest.approx((1 + 19 / 5) / 2)


def test_influence_of_known_weights_by_hand():
    effects = small_effects()
    f = effects.influence
    event = summarize(effects, "event", weights="known")
    np.testing.assert_allclose(event.influence[:, 2], 0.4 * f[:, 1] + 0.6 * f[:, 5])
    np.testing.assert_allclose(event.overall_influence, (0.4 * f[:, 1] + 0.6 * f[:, 5] + f[:, 2]) / 2)
    cohort = summarize(effects, "cohort", weights="known")
    np.testing.assert_allclose(cohort.influence[:, 0], (f[:, 1] + f[:, 2]) / 2)
    np.testing.assert_allclose(cohort.overall_influence, 0.2 * (f[:, 1] + f[:, 2]) + 0.6 * f[:, 5])


def weight_influence(theta: np.ndarray, groups: list[int], cohort: np.ndarray) -> np.ndarray:
    """Callaway and Sant'Anna's term for p_k / Σ p_j, p_k = mean(G = g_k), written as derivatives of both."""
    p = np.array([np.mean(cohort == g) for g in groups])
    total = p.sum()
    out = np.zeros(len(cohort))
    for i, own in enumerate(cohort):
        deviation = np.array([float(own == g) for g in groups]) - p
        numerator = deviation / total
        denominator = deviation.sum() * p / total**2
        out[i] = (numerator - denominator) @ theta
    return out / len(cohort)


def test_influence_of_estimated_weights():
    effects = small_effects()
    known, estimated = (summarize(effects, "event", weights=w) for w in ("known", "estimated"))
    np.testing.assert_array_equal(known.theta, estimated.theta)
    extra = estimated.influence - known.influence
    np.testing.assert_allclose(extra[:, [0, 3]], 0, atol=1e-15)  # a single cohort has no weights
    expected = weight_influence(np.array([1.0, 5.0]), [3, 4], effects.cohort)
    np.testing.assert_allclose(extra[:, 2], expected, atol=1e-15)
    by_hand = np.array([1 - 3.4] * 2 + [5 - 3.4] * 3 + [0] * 2) / 5
    np.testing.assert_allclose(expected, by_hand, atol=1e-15)


def test_estimated_weights_within_a_cohort_and_over_cohorts():
    effects = small_effects()
    known, estimated = (summarize(effects, "cohort", weights=w) for w in ("known", "estimated"))
    np.testing.assert_allclose(known.influence, estimated.influence, atol=1e-15)
    expected = weight_influence(np.array([1.5, 5.0]), [3, 4], effects.cohort)
    np.testing.assert_allclose(estimated.overall_influence - known.overall_influence, expected, atol=1e-15)


@pytest.mark.parametrize("by", ["event", "cohort", "period"])
def test_repeated_samples_of_units_find_the_estimated_weights_alone(by):
    """The jackknife over units, with cells' effects held, is the derivative that the extra term claims."""
    effects = small_effects()
    known, estimated = (summarize(effects, by, weights=w) for w in ("known", "estimated"))
    n, step = len(effects.cohort), 1_000_000
    for i in range(n):
        counts = np.full(n, step)
        counts[i] += 1  # the sample with one unit a millionth more often
        moved = summarize_with_counts(effects, by, counts)
        slope = (moved - np.append(known.theta, known.overall)) * step
        extra = np.append(
            estimated.influence[i] - known.influence[i],
            estimated.overall_influence[i] - known.overall_influence[i],
        )
        np.testing.assert_allclose(slope, extra, atol=1e-5)


def summarize_with_counts(effects: Effects, by: str, counts: np.ndarray) -> np.ndarray:
    """Aggregate by loops, with unit i in the sample counts[i] times; the overall effect comes last."""
    size = {g: counts[effects.cohort == g].sum() for g in (3, 4)}
    groups: dict[int, list[tuple[float, float]]] = {}
    for cell, theta in zip(effects.cells, effects.theta, strict=True):
        if by != "event" and cell.event < 0:
            continue
        label = {"event": cell.event, "cohort": cell.cohort, "period": cell.period}[by]
        groups.setdefault(label, []).append((size[cell.cohort], theta))
    means = {k: sum(s * t for s, t in v) / sum(s for s, _ in v) for k, v in sorted(groups.items())}
    if by == "cohort":
        overall = sum(size[g] * m for g, m in means.items()) / sum(size[g] for g in means)
    else:
        overall = float(np.mean([m for k, m in means.items() if by == "period" or k >= 0]))
    return np.array([*means.values(), overall])


def test_nothing_after_adoption():
    effects = small_effects()
    early = Effects(
        cells=effects.cells[:1],
        theta=effects.theta[:1],
        influence=effects.influence[:, :1],
        cohort=effects.cohort,
    )
    event = summarize(early, "event")
    assert event.labels == (-1,)
    assert np.isnan(event.overall)
    assert not event.overall_influence.any()
    for by in ("cohort", "period"):
        assert summarize(early, by).labels == ()
        assert np.isnan(summarize(early, by).overall)


def test_the_order_of_units_moves_nothing():
    x, cohort, y = simulate(120, np.random.default_rng(3), lost=0.1)
    order = np.random.default_rng(4).permutation(120)
    found = find_cells(cohort, PERIODS, ~np.isnan(y), control="notyet")
    again = find_cells(cohort[order], PERIODS, ~np.isnan(y[order]), control="notyet")
    for one, other in zip(found.cells, again.cells, strict=True):
        assert (one.cohort, one.period, one.base) == (other.cohort, other.period, other.base)
        assert set(one.units) == set(order[other.units])
    effects = estimate(x, cohort, y, np.random.default_rng(5), control="notyet")
    assert np.all(np.abs(effects.influence.sum(axis=0)) < 1e-13)
