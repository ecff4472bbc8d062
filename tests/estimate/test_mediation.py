"""Efficient scores of mediation against the paper's formulas, a count of cells, a delta method by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import mediation_reference as reference
import numpy as np
import pytest
from estimate_samples import by_unit
from mediation_samples import design, expit, predictions

from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters
from gipspec.estimate.combine import combination, mean_of_scores, ratio
from gipspec.estimate.mediation import Mediation, MediationNuisances, mediation, potential_outcomes

EFFECTS = ("total", "direct_treated", "direct_control", "indirect_treated", "indirect_control")


def reference_scores(y, d, nuisances):
    n = nuisances
    return {
        "psi11": reference.score_same(y, d, 1, n.p_hat, n.m1),
        "psi00": reference.score_same(y, d, 0, 1 - n.p_hat, n.m0),
        "psi10": reference.score_cross(y, d, 1, n.p_hat, n.q_hat, n.mu1, n.omega10),
        "psi01": reference.score_cross(y, d, 0, 1 - n.p_hat, 1 - n.q_hat, n.mu0, n.omega01),
    }


def test_scores_are_those_of_the_paper():
    y, d, nuisances, _ = predictions()
    found = potential_outcomes(y, d, nuisances, trim=0.01)
    for name, expected in reference_scores(y, d, nuisances).items():
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-12)
    assert found.trimmed == 0


def test_effects_and_clustered_errors_are_means_and_sums_of_scores():
    y, d, nuisances, unit = predictions()
    psi = {name: np.array(values) for name, values in reference_scores(y, d, nuisances).items()}
    expected = {
        "total": psi["psi11"] - psi["psi00"],
        "direct_treated": psi["psi11"] - psi["psi01"],
        "direct_control": psi["psi10"] - psi["psi00"],
        "indirect_treated": psi["psi11"] - psi["psi10"],
        "indirect_control": psi["psi01"] - psi["psi00"],
    }
    found = mediation(y, d, nuisances, by_unit(unit))
    for name, score in expected.items():
        split = getattr(found, name)
        assert split.theta == pytest.approx(np.mean(score), abs=1e-12)
        assert split.se == pytest.approx(reference.clustered_se(score, unit), abs=1e-12)
        assert split.influence[0].shape == (unit.max() + 1,)


def test_effects_add_up():
    y, d, nuisances, unit = predictions()
    found = mediation(y, d, nuisances, by_unit(unit))
    for direct, indirect in (
        (found.direct_treated, found.indirect_control),
        (found.direct_control, found.indirect_treated),
    ):
        assert direct.theta + indirect.theta == pytest.approx(found.total.theta, abs=1e-12)
        np.testing.assert_allclose(
            direct.influence[0] + indirect.influence[0], found.total.influence[0], atol=1e-13
        )


def test_the_share_by_the_delta_method():
    y, d, nuisances, unit = predictions()
    found = mediation(y, d, nuisances, by_unit(unit))
    parts = [found.indirect_treated, found.indirect_control, found.total]
    covariance = np.cov(np.array([p.influence[0] for p in parts]), bias=True) * (unit.max() + 1)
    a, b, total = (p.theta for p in parts)
    gradient = np.array([0.5 / total, 0.5 / total, -(a + b) / 2 / total**2])
    assert found.share.theta == pytest.approx((a + b) / 2 / total, rel=1e-12)
    assert found.share.se == pytest.approx(np.sqrt(gradient @ covariance @ gradient), rel=1e-10)


def discrete(seed: int = 5, n: int = 600):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, n)
    d = (rng.uniform(size=n) < 0.3 + 0.15 * x).astype(int)
    m = rng.binomial(2, 0.25 + 0.1 * x + 0.25 * d)
    y = 1.0 * d + m + 0.7 * d * m + 0.5 * x + rng.normal(size=n)
    return y, d, m, x


def shares(flag, *cells):
    """The mean of `flag` among the rows that agree in all of `cells`."""
    key = np.column_stack(cells)
    _, code = np.unique(key, axis=0, return_inverse=True)
    code = code.ravel()
    return (np.bincount(code, weights=flag) / np.bincount(code))[code]


def saturated(y, d, m, x) -> MediationNuisances:
    """Nuisances by counting: means by cell of (D, M, X), predicted for every row."""

    def by_arm(arm, target, *cells):
        key = np.column_stack(cells)
        _, code = np.unique(key, axis=0, return_inverse=True)
        code, keep = code.ravel(), d == arm
        sums = np.bincount(code[keep], weights=target[keep], minlength=code.max() + 1)
        return (sums / np.bincount(code[keep], minlength=code.max() + 1))[code]

    mu1, mu0 = by_arm(1, y, m, x), by_arm(0, y, m, x)
    return MediationNuisances(
        p_hat=shares(d, x),
        q_hat=shares(d, m, x),
        mu1=mu1,
        mu0=mu0,
        omega10=by_arm(0, mu1, x),
        omega01=by_arm(1, mu0, x),
        m1=by_arm(1, y, x),
        m0=by_arm(0, y, x),
    )


def test_with_saturated_nuisances_the_mean_is_the_mediation_formula():
    y, d, m, x = discrete()
    scores = potential_outcomes(y, d.astype(float), saturated(y, d, m, x), trim=1e-6)
    assert np.mean(scores.psi10) == pytest.approx(reference.mediation_formula(y, d, m, x, 1), abs=1e-10)
    assert np.mean(scores.psi01) == pytest.approx(reference.mediation_formula(y, d, m, x, 0), abs=1e-10)
    assert scores.trimmed == 0


def test_densities_of_the_mediator_give_the_same_scores():
    y, d, m, x = discrete()
    nuisances = saturated(y, d, m, x)
    densities = np.empty((2, len(y)))
    for arm in (0, 1):
        for i in range(len(y)):
            densities[arm, i] = np.mean(m[(d == arm) & (x == x[i])] == m[i])
    scores = potential_outcomes(y, d.astype(float), nuisances, trim=1e-6)
    p = nuisances.p_hat
    for found, arm, p_d, mu, omega in (
        (scores.psi10, 1, p, nuisances.mu1, nuisances.omega10),
        (scores.psi01, 0, 1 - p, nuisances.mu0, nuisances.omega01),
    ):
        expected = reference.score_cross_by_density(
            y, d, arm, p_d, densities[arm], densities[1 - arm], mu, omega
        )
        np.testing.assert_allclose(found, expected, atol=1e-10)


def oracle(sample) -> MediationNuisances:
    """The true nuisances of `design` with interaction 0.4, effect 0.6, linear g and h."""
    x, m = sample.x, sample.m
    g, h = 0.7 * x[:, 0] - 0.4 * x[:, 1], 0.5 * x[:, 0] + x[:, 1]
    p = expit(0.5 * x[:, 0] - 0.3)
    odds = np.exp((0.6 * (m - g) - 0.18) / 1.25)  # of two normal densities of variance 1 + 0.5²
    return MediationNuisances(
        p_hat=p,
        q_hat=p * odds / (p * odds + 1 - p),
        mu1=0.5 + 1.4 * m + h,
        mu0=m + h,
        omega10=0.5 + 1.4 * g + h,
        omega01=g + 0.6 + h,
        m1=0.5 + 1.4 * (g + 0.6) + h,
        m0=g + h,
    )


WRONG = {"p_hat": 0.4, "q_hat": 0.6, "mu1": 0.7, "mu0": -0.5, "omega10": 1.0, "omega01": -1.0}


@pytest.mark.parametrize(
    "wrong", [(), ("mu1", "mu0", "omega10", "omega01"), ("q_hat", "omega10", "omega01"), ("p_hat", "q_hat")]
)
def test_multiple_robustness(wrong):
    """E[Y(d, M(1-d))] survives wrong outcome models, wrong q and ω, or wrong propensities."""
    sample = design(1, units=6000, periods=2, interaction=0.4)
    right = oracle(sample)
    nuisances = replace(right, **{name: np.full(len(sample.y), WRONG[name]) for name in wrong})
    scores = potential_outcomes(sample.y, sample.d, nuisances)
    for psi, truth in ((scores.psi10, sample.direct[1]), (scores.psi01, sample.indirect[1])):
        split = mean_of_scores(psi, by_unit(sample.unit))
        assert abs(split.theta - truth) < 4 * split.se
        assert split.se < 0.1


def test_everything_wrong_is_wrong():
    sample = design(1, units=6000, periods=2, interaction=0.4)
    constant = {name: np.full(len(sample.y), value) for name, value in WRONG.items()}
    scores = potential_outcomes(sample.y, sample.d, replace(oracle(sample), **constant))
    split = mean_of_scores(scores.psi10, by_unit(sample.unit))
    assert abs(split.theta - sample.direct[1]) > 4 * split.se


def test_no_weight_exceeds_one_over_the_bound():
    y, d, nuisances, _ = predictions()
    rng = np.random.default_rng(0)
    p, q = rng.uniform(-0.1, 1.1, size=(2, len(y)))  # a linear probability model leaves the interval
    nothing = {f.name: np.zeros(len(y)) for f in fields(nuisances)} | {"p_hat": p, "q_hat": q}
    scores = potential_outcomes(np.ones(len(y)), d, MediationNuisances(**nothing), trim=0.05)
    for psi in (scores.psi11, scores.psi00, scores.psi10, scores.psi01):
        assert np.max(psi) <= 20
        assert np.min(psi) >= 0


def test_the_rows_counted_as_trimmed_are_those_that_meddml_drops():
    y, d, nuisances, _ = predictions()
    rng = np.random.default_rng(0)
    p, q = rng.uniform(0, 1, size=(2, len(y)))
    kept = [
        (1 - q[i]) * p[i] >= 0.05 and 1 - p[i] >= 0.05 and p[i] >= 0.05 and q[i] * (1 - p[i]) >= 0.05
        for i in range(len(y))
    ]
    assert 0 < sum(kept) < len(y)
    bounded = potential_outcomes(y, d, replace(nuisances, p_hat=p, q_hat=q), trim=0.05)
    assert bounded.trimmed == pytest.approx(1 - sum(kept) / len(y))
    for name, expected in reference_scores(y, d, replace(nuisances, p_hat=p, q_hat=q)).items():
        np.testing.assert_allclose(getattr(bounded, name)[kept], np.array(expected)[kept], atol=1e-12)


def test_two_dimensions_of_clusters_add_up():
    y, d, nuisances, unit = predictions()
    time = np.arange(len(y)) % 6
    names = tuple(str(i) for i in range(unit.max() + 1))
    one, other = (
        Clusters(dimensions=("unit",), names=(names,), codes=(unit,)),
        Clusters(dimensions=("time",), names=(tuple("abcdef"),), codes=(time,)),
    )
    both = Clusters(dimensions=("unit", "time"), names=(names, tuple("abcdef")), codes=(unit, time))
    single = [mediation(y, d, nuisances, c) for c in (one, other)]
    joint = mediation(y, d, nuisances, both)
    for name in (*EFFECTS, "share"):
        expected = np.hypot(*(getattr(s, name).se for s in single))
        assert getattr(joint, name).se == pytest.approx(expected, rel=1e-12)


def test_rows_as_clusters_are_no_clusters():
    y, d, nuisances, _ = predictions()
    plain, rows = mediation(y, d, nuisances), mediation(y, d, nuisances, Clusters.of_rows(range(len(y))))
    for field in fields(Mediation):
        if field.name != "trimmed":
            assert getattr(plain, field.name).se == pytest.approx(getattr(rows, field.name).se, rel=1e-12)


def test_exchanging_the_arms_turns_the_effects_round():
    y, d, n, unit = predictions()
    exchanged = MediationNuisances(
        p_hat=1 - n.p_hat, q_hat=1 - n.q_hat, mu1=n.mu0, mu0=n.mu1,
        omega10=n.omega01, omega01=n.omega10, m1=n.m0, m0=n.m1,
    )  # fmt: skip
    one, other = mediation(y, d, n, by_unit(unit)), mediation(y, 1 - d, exchanged, by_unit(unit))
    for name, mirror in (
        ("total", "total"),
        ("direct_treated", "direct_control"),
        ("indirect_treated", "indirect_control"),
    ):
        left, right = getattr(one, name), getattr(other, mirror)
        assert (left.theta, left.se) == pytest.approx((-right.theta, right.se), abs=1e-12)


def test_a_ratio_to_nothing_is_not_a_number():
    nothing = combination((mean_of_scores(np.arange(3.0), Clusters()),) * 2, (1.0, -1.0))
    found = ratio(mean_of_scores(np.ones(3), Clusters()), nothing)
    assert np.isnan([found.theta, found.se]).all()
    assert np.isnan(found.influence[0]).all()


def code_of(error: pytest.ExceptionInfo[GipError]) -> str:
    (only,) = error.value.problems
    return only.code


@pytest.mark.parametrize(("field", "learner"), [("q_hat", "learner_d"), ("omega01", "learner_y")])
def test_predictions_must_be_finite(field, learner):
    y, d, nuisances, unit = predictions()
    values = getattr(nuisances, field).copy()
    values[4] = np.nan
    with pytest.raises(GipError) as error:
        mediation(y, d, replace(nuisances, **{field: values}), by_unit(unit), treatment="gip", outcome="ic")
    assert code_of(error) == "G406"
    assert learner in error.value.problems[0].message


def test_one_cluster_is_too_few():
    y, d, nuisances, unit = predictions()
    clusters = Clusters(dimensions=("city",), names=(("a",),), codes=(unit * 0,))
    with pytest.raises(GipError) as error:
        mediation(y, d, nuisances, clusters)
    assert code_of(error) == "G407"


def test_a_continuous_treatment_is_never_made_binary():
    y, d, nuisances, _ = predictions()
    with pytest.raises(ValueError, match="0 and 1"):
        mediation(y, d + 0.5, nuisances)
