"""Joint tests against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from estimate_samples import by_unit, make

from gipspec.diagnostics import GipError
from gipspec.estimate import covariance, plr, wald


def test_joint_test_of_three_treatments():
    y, d, l_hat, m_hat, unit = make(3)
    splits = plr(y, d, l_hat, m_hat, by_unit(unit))
    theta = np.array([s.theta for s in splits])
    matrix = np.column_stack([s.influence[0] for s in splits])
    joint = sm.OLS(y - l_hat, d - m_hat).fit(
        cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False}
    )
    expected = joint.wald_test(np.eye(3), use_f=False, scalar=True)
    found = wald(theta, (matrix,))
    np.testing.assert_allclose(covariance((matrix,)), joint.cov_params(), atol=1e-12)
    assert found.statistic == pytest.approx(float(expected.statistic), rel=1e-9)
    assert found.p == pytest.approx(float(expected.pvalue), rel=1e-8)
    assert found.df == 3


def test_one_parameter_is_the_square_of_t():
    found = wald(np.array([0.5]), (np.array([[0.15], [0.2]]),))
    assert found.statistic == pytest.approx(4.0)
    assert found.p == pytest.approx(0.04550026389635842, rel=1e-12)


def test_scales_do_not_matter():
    rng = np.random.default_rng(0)
    theta, matrix = rng.normal(size=2), rng.normal(size=(40, 2))
    scale = np.array([1e-9, 1e9])
    assert wald(theta * scale, (matrix * scale,)).statistic == pytest.approx(
        wald(theta, (matrix,)).statistic, rel=1e-9
    )


def test_redundant_parameters_are_refused():
    column = np.random.default_rng(0).normal(size=(30, 1))
    with pytest.raises(GipError) as error:
        wald(np.array([1.0, 2.0]), (np.hstack([column, 2 * column]),), names=("gip", "smart"))
    assert error.value.problems[0].code == "G411"
    assert "`gip` and `smart`" in error.value.problems[0].message
