"""Known truth: mediation from data to effects, over draws of panels with clustered errors."""

from __future__ import annotations

import numpy as np
import pytest
from estimate_samples import by_unit
from mediation_samples import Design, design

from gipspec.estimate.mediation import Mediation, MediationNuisances, mediation
from gipspec.estimate.mediation_linear import LinearMediation, mediation_linear
from gipspec.lang.study import Learner
from gipspec.learn import cross_fit, fold_map
from gipspec.learn.nested import cross_fit_nested

OLS, LOGIT = Learner(name="ols"), Learner(name="logit")
DRAWS, FOLDS = 30, 3
EFFECTS = ("total", "direct_treated", "direct_control", "indirect_treated", "indirect_control")


def features(x):
    """What both designs are linear in."""
    return np.column_stack([x, x[:, 0] ** 2, x[:, 0] * x[:, 1]])


def estimate(sample: Design, draw: int) -> Mediation:
    x = features(sample.x)
    mx = np.column_stack([sample.m, x])
    treated, control = sample.d == 1, sample.d == 0
    fold = fold_map(sample.unit.max() + 1, FOLDS, 42, draw)[sample.unit]
    where = {"fold": fold, "group": sample.unit, "seed": 1}

    def mean(features, arm):
        return cross_fit(OLS, features, sample.y, teach=arm, **where).prediction

    def nested(arm, inner_arm):
        return cross_fit_nested(
            OLS, x, OLS, mx, sample.y, teach=arm, inner_teach=inner_arm, **where
        ).prediction

    nuisances = MediationNuisances(
        p_hat=cross_fit(LOGIT, x, sample.d, **where).prediction,
        q_hat=cross_fit(LOGIT, mx, sample.d, **where).prediction,
        mu1=mean(mx, treated),
        mu0=mean(mx, control),
        omega10=nested(control, treated),
        omega01=nested(treated, control),
        m1=mean(x, treated),
        m0=mean(x, control),
    )
    return mediation(sample.y, sample.d, nuisances, by_unit(sample.unit))


def check(splits, truth):
    """The mean over draws is near the truth, intervals cover it as often as they say, errors are honest."""
    theta, se = np.array([s.theta for s in splits]), np.array([s.se for s in splits])
    spread = np.std(theta, ddof=1)
    assert abs(np.mean(theta) - truth) < 3.5 * spread / np.sqrt(len(theta))
    assert np.mean(np.abs(theta - truth) < 1.96 * se) >= 0.83  # five of thirty miss once in 60 runs
    assert 0.65 < np.mean(se) / spread < 1.5


@pytest.mark.parametrize(
    "shape",
    [{}, {"linear": False, "interaction": 0.4}, {"effect": 0.0, "interaction": 0.4}],
    ids=["linear", "with squares and an interaction", "a mediator that the treatment does not move"],
)
def test_efficient_scores_find_the_effects(shape):
    samples = [design(draw, **shape) for draw in range(DRAWS)]
    found = [estimate(sample, draw) for draw, sample in enumerate(samples)]
    truth = dict(zip(EFFECTS, (samples[0].total, *samples[0].direct, *samples[0].indirect), strict=True))
    for name, value in truth.items():
        check([getattr(f, name) for f in found], value)
    share = (truth["indirect_treated"] + truth["indirect_control"]) / 2 / truth["total"]
    covered = [abs(f.share.theta - share) < 1.96 * f.share.se for f in found]
    assert np.mean(covered) >= 0.83


def within(values, unit):
    """Values (n,) or (n, k) minus their means by unit."""
    counts = np.bincount(unit)
    columns = values.reshape(len(values), -1).T
    means = np.column_stack([np.bincount(unit, weights=c) / counts for c in columns])[unit]
    return values - means.reshape(values.shape)


def draw_panel(seed: int, effect: float, units: int = 60, periods: int = 6):
    """Two mediators and unit effects that drive all: direct 0.5, slopes 1 and -0.5, effects `effect`, 0.3."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    alpha, x = rng.normal(size=units)[unit], rng.normal(size=(unit.size, 2))
    d = 0.6 * x[:, 0] + alpha + rng.normal(size=unit.size)
    m1 = effect * d + x[:, 1] + alpha + rng.normal(size=unit.size)
    m2 = 0.3 * d - x[:, 0] + alpha + rng.normal(size=unit.size)
    y = 0.5 * d + m1 - 0.5 * m2 + x @ [0.5, 0.5] + 2 * alpha + rng.normal(size=unit.size)
    return y, d, np.column_stack([m1, m2]), x, unit


def estimate_linear(seed: int, effect: float) -> LinearMediation:
    y, d, m, x, unit = draw_panel(seed, effect)
    y, d, m, x = (within(values, unit) for values in (y, d, m, x))
    where = {"fold": fold_map(unit.max() + 1, FOLDS, 42, seed)[unit], "group": unit, "seed": 1}
    l_hat, m_hat, *mediators_hat = (cross_fit(OLS, x, target, **where).prediction for target in (y, d, *m.T))
    return mediation_linear(y, d, m, l_hat, m_hat, np.column_stack(mediators_hat), by_unit(unit))


@pytest.mark.parametrize("effect", [0.6, 0.0], ids=["moved", "not moved"])
def test_the_linear_analogue_finds_the_effects(effect):
    found = [estimate_linear(seed, effect) for seed in range(DRAWS)]
    indirect = effect - 0.5 * 0.3
    check([f.total for f in found], 0.5 + indirect)
    check([f.direct for f in found], 0.5)
    check([f.indirect for f in found], indirect)
    check([f.share for f in found], indirect / (0.5 + indirect))
    for k, (of_treatment, of_mediator) in enumerate(((effect, 1.0), (0.3, -0.5))):
        check([f.effects[k] for f in found], of_treatment)
        check([f.slopes[k] for f in found], of_mediator)


def test_a_mediator_without_effect_and_slope_has_no_indirect_effect():
    """Where effect and slope are both nought the delta method is not sharp: intervals cover too often."""
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(DRAWS):
        y, d, m, x, unit = draw_panel(seed, 0.6)
        noise = rng.normal(size=(len(y), 1))
        y, d, m, x = (within(values, unit) for values in (y, d, noise, x))
        found = mediation_linear(y, d, m, 0.8 * x[:, 0], 0.6 * x[:, 0], m * 0, by_unit(unit))
        covered += abs(found.indirect.theta) < 1.96 * found.indirect.se
    assert covered >= DRAWS - 2
