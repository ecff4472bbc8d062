"""Localized nuisances against the same made by hand, fold by fold and half by half."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from learn_samples import learner, quick
from scipy.stats import norm

from gipspec.diagnostics import GipError
from gipspec.engine.tasks import FitTask
from gipspec.learn import QuantileFit, cross_fit_quantile
from gipspec.learn.quantile import weighted_quantile

UNITS, PERIODS, FOLDS = 24, 8, 3
RNG = np.random.default_rng(11)
UNIT = np.repeat(np.arange(UNITS), PERIODS)
FOLD = UNIT % FOLDS
X = RNG.normal(size=(UNIT.size, 3))
D = RNG.uniform(size=UNIT.size) < 1 / (1 + np.exp(-X[:, 0]))
Y = 0.5 * D + X[:, 0] + X[:, 1] + RNG.normal(size=UNIT.size)


def fit(one=None, *, y=Y, arm=D, quantile=0.5, x=X, **more):
    arguments = {"propensity_learner": quick("ols"), "fold": FOLD, "group": UNIT, "seed": 7}
    return cross_fit_quantile(one or quick("ols"), x, y, arm=arm, quantile=quantile, **(arguments | more))


def least_squares(x, y, x_new):
    b = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x]), np.asarray(y, dtype=float), rcond=None)[0]
    return b[0] + x_new @ b[1:]


def deal(rows, arm):
    """Deal the units of some rows to two parts, in turn, in the order of their share of the arm."""
    units = sorted(set(UNIT[rows]), key=lambda u: (arm[rows & (u == UNIT)].mean(), u))
    part = {unit: place % 2 for place, unit in enumerate(units)}
    return np.array([part.get(u, -1) for u in UNIT])


def by_hand(arm, quantile, y=Y):
    out = np.empty(UNIT.size)
    for k in range(FOLDS):
        train = k != FOLD
        half = deal(train, arm)
        first, second = half == 0, half == 1
        inner = deal(first, arm)
        weight = np.zeros(UNIT.size)
        for j in range(2):
            learn, held_out = first & (inner != j), first & (inner == j)
            p = least_squares(X[learn], arm[learn], X[held_out]).clip(0.1, 0.9)
            weight[held_out] = arm[held_out] / p
        below = [y0 for y0 in np.sort(y[first & arm]) if weight[y <= y0].sum() >= quantile * weight.sum()]
        learn = second & arm
        out[~train] = least_squares(X[learn], y[learn] <= below[0], X[~train])
    return out


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("arm", [D, ~D], ids=["treated", "untreated"])
def test_least_squares_throughout(arm, quantile):
    found = fit(arm=arm, quantile=quantile)
    np.testing.assert_allclose(found.prediction, by_hand(arm, quantile), atol=1e-10)
    assert (found.task, found.weights) == ("regression", ())


def test_it_learns_the_conditional_probability_at_the_potential_quantile():
    """Confounded: the treated have larger X, and only weights tell the median of Y(1), which is 1."""
    rng = np.random.default_rng(3)
    n = 20_000
    x = rng.normal(size=(n, 1))
    d = rng.uniform(size=n) < 1 / (1 + np.exp(-1.5 * x[:, 0]))
    y = 1 + x[:, 0] + rng.normal(size=n)
    found = fit(
        quick("logit"),
        x=x,
        y=np.where(d, y, np.nan),
        arm=d,
        propensity_learner=quick("logit"),
        fold=np.arange(n) % 4,
        group=np.arange(n),
    )
    truth = norm.cdf(1 - 1 - x[:, 0])
    assert np.abs(found.prediction - truth).mean() < 0.02
    raw = norm.cdf(np.median(y[d]) - 1 - x[:, 0])  # at the median of the treated's outcomes
    assert np.abs(raw - truth).mean() > 0.1
    assert found.task == "classification"


def test_only_the_order_of_outcomes_counts():
    one = fit(quick("gbm"), propensity_learner=quick("gbm"))
    assert np.array_equal(
        one.prediction, fit(quick("gbm"), y=np.exp(Y), propensity_learner=quick("gbm")).prediction
    )


def test_no_row_is_predicted_from_its_own_fold():
    base = fit(quick("rf")).prediction
    other = fit(quick("rf"), y=np.where(FOLD == 1, -Y, Y)).prediction
    assert np.array_equal(base[FOLD == 1], other[FOLD == 1])
    assert not np.array_equal(base[FOLD != 1], other[FOLD != 1])


def test_outcomes_of_the_other_arm_do_not_count():
    assert np.array_equal(fit().prediction, fit(y=np.where(D, Y, 0.0)).prediction)


def test_a_half_on_one_side_of_the_quantile_predicts_what_it_has():
    y = np.where(D, 5.0, Y)
    assert np.array_equal(fit(quick("logit"), y=y).prediction, np.ones(UNIT.size))


def test_a_stack_has_weights_and_a_short_one_a_single_set():
    members = (quick("ols"), quick("gbm"))
    long = fit(learner("stack", *members, folds=3))
    short = fit(learner("stack", *members, short=True))
    for one in (long, short):
        assert one.task == "classification"
        assert [name for name, _ in one.weights] == ["ols", "gbm"]
        assert sum(w for _, w in one.weights) == pytest.approx(1)
    parts = [fit(m).prediction for m in members]
    w = dict(short.weights)
    expected = w["ols"] * parts[0].clip(0, 1) + w["gbm"] * parts[1]
    np.testing.assert_allclose(short.prediction, expected, atol=1e-12)


def test_the_weighted_quantile_repeats_rows():
    values = np.array([3.0, 1.0, 2.0, 5.0])
    counts = np.array([1, 4, 2, 3])
    repeated = np.sort(np.repeat(values, counts))
    for q in (0.05, 0.35, 0.4, 0.45, 0.61, 0.95):
        expected = repeated[int(np.ceil(q * 10 - 1e-9)) - 1]
        assert weighted_quantile(values, counts.astype(float), q) == expected


def test_too_few_units_and_rows_are_told():
    with pytest.raises(GipError) as units:
        fit(fold=UNIT // 6 % 2, group=UNIT // 6)
    assert [p.code for p in units.value.problems] == ["G403"]
    few = np.zeros(UNIT.size, dtype=bool)
    few[[0, 9, 70]] = True
    with pytest.raises(GipError) as rows:
        fit(arm=few, name="y")
    assert [p.code for p in rows.value.problems] == ["G414"]


def test_a_request_does_what_the_function_does_and_every_field_counts():
    request = QuantileFit(
        learner=quick("ols"),
        propensity_learner=quick("ols"),
        x=X,
        outcome=Y,
        arm=D,
        quantile=0.25,
        fold=FOLD,
        group=UNIT,
        seed=7,
    )
    assert np.array_equal(request.perform().prediction, fit(quantile=0.25).prediction)

    def key(**change):
        return FitTask(request=replace(request, **change), estimate="m").key

    others = [
        key(quantile=0.26),
        key(arm=~D),
        key(propensity_learner=quick("logit")),
        key(outcome=Y + 1),
        key(seed=8),
    ]
    assert len({key(), *others}) == 6
    assert key(name="other") == key()
