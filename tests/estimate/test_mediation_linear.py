"""Mediation of the partially linear model against stacked regressions and the algebra of least squares."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from estimate_samples import by_unit, make

from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters
from gipspec.estimate.mediation_linear import mediation_linear


def sample(q: int):
    y, d, l_hat, m_hat, unit = make(1 + q)
    d[:, 1:] += 0.8 * (d - m_hat)[:, :1]  # the treatment moves the mediators
    return (y, d[:, 0], d[:, 1:], l_hat, m_hat[:, 0], m_hat[:, 1:]), unit


def residuals(arrays):
    y, d, m, l_hat, m_hat, mediators_hat = arrays
    return y - l_hat, d - m_hat, m - mediators_hat


@pytest.mark.parametrize("q", [1, 3])
def test_the_indirect_effect_is_the_sum_of_products(q):
    arrays, unit = sample(q)
    found = mediation_linear(*arrays, by_unit(unit))
    products = sum(e.theta * s.theta for e, s in zip(found.effects, found.slopes, strict=True))
    assert len(found.effects) == len(found.slopes) == q
    assert abs(found.indirect.theta - products) < 1e-10
    assert abs(found.indirect.theta) > 0.1
    influence = sum(
        s.theta * e.influence[0] + e.theta * s.influence[0]
        for e, s in zip(found.effects, found.slopes, strict=True)
    )
    np.testing.assert_allclose(found.indirect.influence[0], influence, atol=1e-10)


def stacked_fit(arrays, unit):
    """All equations in one regression, a block each, clustered by the unit that appears in every block.

    The parameters: total, direct, q slopes, q effects.
    """
    u, v, w = residuals(arrays)
    q = w.shape[1]
    columns = np.zeros(((2 + q) * len(u), 2 + 2 * q))
    blocks = [v[:, None], np.column_stack([v, w]), *([v[:, None]] * q)]
    row = column = 0
    for block in blocks:
        columns[row : row + len(u), column : column + block.shape[1]] = block
        row, column = row + len(u), column + block.shape[1]
    return sm.OLS(np.concatenate([u, u, *w.T]), columns).fit(
        cov_type="cluster", cov_kwds={"groups": np.tile(unit, 2 + q), "use_correction": False}
    )


@pytest.mark.parametrize("q", [1, 2])
def test_stacked_equations(q):
    arrays, unit = sample(q)
    fit = stacked_fit(arrays, unit)
    found = mediation_linear(*arrays, by_unit(unit))
    splits = [found.total, found.direct, *found.slopes, *found.effects]
    np.testing.assert_allclose([s.theta for s in splits], fit.params, atol=1e-11)
    np.testing.assert_allclose([s.se for s in splits], fit.bse, atol=1e-11)
    contrast = np.zeros(2 + 2 * q)
    contrast[:2] = 1, -1
    test = fit.t_test(contrast)
    assert found.indirect.theta == pytest.approx(test.effect[0], abs=1e-11)
    assert found.indirect.se == pytest.approx(test.sd[0, 0], abs=1e-11)


def test_the_share_by_the_delta_method():
    arrays, unit = sample(2)
    fit = stacked_fit(arrays, unit)
    found = mediation_linear(*arrays, by_unit(unit))
    total, direct = fit.params[:2]
    gradient = np.array([direct / total**2, -1 / total])
    assert found.share.theta == pytest.approx(1 - direct / total, abs=1e-11)
    expected = np.sqrt(gradient @ fit.cov_params()[:2, :2] @ gradient)
    assert found.share.se == pytest.approx(expected, abs=1e-11)


def test_each_estimate_by_ordinary_least_squares():
    arrays, unit = sample(2)
    u, v, w = residuals(arrays)
    found = mediation_linear(*arrays, by_unit(unit))
    by = {"cov_type": "cluster", "cov_kwds": {"groups": unit, "use_correction": False}}
    joint = sm.OLS(u, np.column_stack([v, w])).fit(**by)
    for k in range(2):
        effect = sm.OLS(w[:, k], v).fit(**by)
        assert found.effects[k].theta == pytest.approx(effect.params[0], abs=1e-12)
        assert found.effects[k].se == pytest.approx(effect.bse[0], abs=1e-12)
        assert found.slopes[k].theta == pytest.approx(joint.params[1 + k], abs=1e-12)
        assert found.slopes[k].se == pytest.approx(joint.bse[1 + k], abs=1e-12)


def test_units_of_a_mediator_do_not_move_the_indirect_effect():
    (y, d, m, l_hat, m_hat, mediators_hat), unit = sample(2)
    scale = np.array([1e6, -1e-6])
    one = mediation_linear(y, d, m, l_hat, m_hat, mediators_hat, by_unit(unit))
    other = mediation_linear(y, d, m * scale, l_hat, m_hat, mediators_hat * scale, by_unit(unit))
    for name in ("direct", "indirect", "share"):
        left, right = getattr(one, name), getattr(other, name)
        assert (left.theta, left.se) == pytest.approx((right.theta, right.se), rel=1e-8)


def test_without_clusters_errors_are_robust():
    arrays, _ = sample(1)
    u, v, w = residuals(arrays)
    found = mediation_linear(*arrays)
    joint = sm.OLS(u, np.column_stack([v, w])).fit(cov_type="HC0")
    assert found.direct.se == pytest.approx(joint.bse[0], abs=1e-12)
    assert found.indirect.influence[0].shape == u.shape
    rows = mediation_linear(*arrays, Clusters.of_rows(range(len(u))))
    assert rows.indirect.se == pytest.approx(found.indirect.se, rel=1e-12)


def test_a_mediator_that_is_the_treatment_is_refused():
    (y, d, _, l_hat, m_hat, _), unit = sample(1)
    with pytest.raises(GipError) as error:
        mediation_linear(
            y, d, 3 * d[:, None], l_hat, m_hat, 3 * m_hat[:, None], by_unit(unit),
            names=("patents",), treatment="gip",
        )  # fmt: skip
    assert [p.code for p in error.value.problems] == ["G418"]
    assert error.value.problems[0].message.startswith("the mediator `patents` cannot be told from `gip` once")


def test_mediators_that_repeat_each_other_are_refused():
    (y, d, m, l_hat, m_hat, mediators_hat), unit = sample(1)
    both, both_hat = np.column_stack([m, -2 * m]), np.column_stack([mediators_hat, -2 * mediators_hat])
    with pytest.raises(GipError) as error:
        mediation_linear(y, d, both, l_hat, m_hat, both_hat, by_unit(unit), names=("patents", "grants"))
    assert [p.code for p in error.value.problems] == ["G418"]
    assert "`patents` cannot be told from `grants`" in error.value.problems[0].message


def test_a_mediator_that_the_controls_determine_is_refused():
    (y, d, m, l_hat, m_hat, mediators_hat), unit = sample(2)
    mediators_hat[:, 1] = m[:, 1]
    with pytest.raises(GipError) as error:
        mediation_linear(y, d, m, l_hat, m_hat, mediators_hat, by_unit(unit), names=("patents", "upgrading"))
    assert [p.code for p in error.value.problems] == ["G418"]
    assert "`upgrading` is explained by the controls" in error.value.problems[0].message


def test_labels_for_a_mediator_of_0_and_1_name_its_learner():
    (y, d, m, l_hat, m_hat, _), unit = sample(1)
    binary, guess = (m > 0).astype(float), (m > 0.2).astype(float)
    with pytest.raises(GipError) as error:
        mediation_linear(y, d, binary, l_hat, m_hat, guess, by_unit(unit), names=("patents",))
    assert [p.code for p in error.value.problems] == ["G406"]
    assert "learner_m" in error.value.problems[0].message


def test_predictions_of_a_mediator_must_be_finite():
    (y, d, m, l_hat, m_hat, mediators_hat), unit = sample(2)
    mediators_hat[7, 1] = np.inf
    with pytest.raises(GipError) as error:
        mediation_linear(y, d, m, l_hat, m_hat, mediators_hat, by_unit(unit), names=("patents", "upgrading"))
    assert [p.code for p in error.value.problems] == ["G406"]
    assert "learner_m" in error.value.problems[0].message
    assert "upgrading" in error.value.problems[0].message
