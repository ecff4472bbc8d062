"""The partially linear model on predictions: formulas by hand, failures, and what the door imports."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from estimate_samples import by_unit, make

from gipspec.diagnostics import GipError
from gipspec.estimate import Clusters, Split, plr, stack_influence


def squares(split: Split) -> float:
    return sum(float(np.sum(values**2)) for values in split.influence)


def test_one_treatment_without_clusters_is_the_formula():
    y, d, l_hat, m_hat, _ = make()
    (split,) = plr(y, d, l_hat, m_hat)
    u, v = y - l_hat, (d - m_hat)[:, 0]
    theta = (u @ v) / (v @ v)
    psi = v * (u - theta * v)
    assert split.theta == pytest.approx(theta, abs=1e-12)
    assert split.se == pytest.approx(np.sqrt(psi @ psi) / (v @ v), abs=1e-12)
    np.testing.assert_allclose(split.influence[0], psi / (v @ v), atol=1e-13)


def test_clustered_variance_is_the_formula_of_the_design():
    y, d, l_hat, m_hat, unit = make()
    (split,) = plr(y, d, l_hat, m_hat, by_unit(unit))
    u, v = y - l_hat, (d - m_hat)[:, 0]
    theta = (u @ v) / (v @ v)
    n, jacobian = len(y), -np.mean(v * v)
    total = 0.0
    for c in range(unit.max() + 1):
        total += sum(v[i] * (u[i] - theta * v[i]) for i in np.flatnonzero(unit == c)) ** 2
    assert split.theta == pytest.approx(theta, abs=1e-12)
    assert split.se**2 == pytest.approx(total / (jacobian**2 * n**2), abs=1e-14)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("ways", [0, 1, 2])
def test_influence_squares_to_the_variance(k, ways):
    y, d, l_hat, m_hat, unit = make(k)
    time = np.arange(len(y)) % 7
    clusters = Clusters(
        dimensions=("unit", "time")[:ways],
        names=(tuple(map(str, range(unit.max() + 1))), tuple("abcdefg"))[:ways],
        codes=(unit, time)[:ways],
    )
    for split in plr(y, d, l_hat, m_hat, clusters):
        assert len(split.influence) == max(ways, 1)
        assert np.sqrt(squares(split)) == pytest.approx(split.se, rel=1e-12, abs=0)
        assert sum(values.sum() for values in split.influence) == pytest.approx(0, abs=1e-12)


def test_names_without_rows_have_no_influence():
    y, d, l_hat, m_hat, unit = make()
    names = (*by_unit(unit).names[0], "absent")
    (split,) = plr(y, d, l_hat, m_hat, Clusters(dimensions=("unit",), names=(names,), codes=(unit,)))
    (plain,) = plr(y, d, l_hat, m_hat, by_unit(unit))
    assert split.influence[0][-1] == 0.0
    assert (split.theta, split.se) == (plain.theta, plain.se)


def test_rows_as_clusters_are_no_clusters():
    y, d, l_hat, m_hat, _ = make()
    rows = np.arange(len(y)) * 3
    (split,) = plr(y, d, l_hat, m_hat, Clusters.of_rows(rows))
    (plain,) = plr(y, d, l_hat, m_hat)
    assert split.theta == plain.theta
    assert split.se == pytest.approx(plain.se, rel=1e-12, abs=0)
    np.testing.assert_allclose(split.influence[0], plain.influence[0], atol=1e-15)


def test_order_of_rows_and_units_of_measurement_do_not_matter():
    y, d, l_hat, m_hat, unit = make(2)
    base = plr(y, d, l_hat, m_hat, by_unit(unit))
    at = np.random.default_rng(3).permutation(len(y))
    for one, other in zip(base, plr(y[at], d[at], l_hat[at], m_hat[at], by_unit(unit[at])), strict=True):
        assert (other.theta, other.se) == pytest.approx((one.theta, one.se), abs=1e-12)
    scale = np.array([1e9, 1e-9])
    for one, other, s in zip(
        base, plr(y, d * scale, l_hat, m_hat * scale, by_unit(unit)), scale, strict=True
    ):
        assert (other.theta * s, other.se * s) == pytest.approx((one.theta, one.se), rel=1e-9)


def test_stacked_influence_is_in_the_order_of_names():
    y, d, l_hat, m_hat, unit = make()
    names = tuple(reversed(by_unit(unit).names[0]))
    clusters = Clusters(dimensions=("unit",), names=(names,), codes=(unit,))
    splits = [plr(y, d, l_hat + shift, m_hat, clusters)[0] for shift in (0.0, 0.1)]
    influence = stack_influence(splits, clusters)
    assert influence.clusters[0] == tuple(sorted(names))
    assert influence.values[0].shape == (2, len(names))
    np.testing.assert_array_equal(influence.values[0][1], splits[1].influence[0][::-1])
    np.testing.assert_array_equal(influence.theta, [s.theta for s in splits])


def codes_of(error: pytest.ExceptionInfo[GipError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def test_nothing_left_of_a_treatment():
    y, d, l_hat, m_hat, _ = make(2)
    m_hat[:, 1] = d[:, 1] + 1e-13 * np.sin(np.arange(len(y)))
    with pytest.raises(GipError) as error:
        plr(y, d, l_hat, m_hat, names=("gip", "smart"))
    assert codes_of(error) == ["G408"]
    assert "`smart`" in error.value.problems[0].message


def test_a_constant_treatment_leaves_nothing():
    y, d, l_hat, m_hat, _ = make()
    d[:] = 0.1
    m_hat[:] = np.mean(d)
    with pytest.raises(GipError) as error:
        plr(y, d, l_hat, m_hat)
    assert codes_of(error) == ["G408"]


def test_a_treatment_with_a_large_mean_is_not_taken_for_constant():
    y, d, l_hat, m_hat, _ = make()
    (near,) = plr(y, d, l_hat, m_hat)
    (far,) = plr(y, d + 1e7, l_hat, m_hat + 1e7)
    assert far.theta == pytest.approx(near.theta, rel=1e-6)


def test_collinear_treatments_are_named():
    y, d, l_hat, m_hat, _ = make(3)
    d[:, 2], m_hat[:, 2] = 2 * d[:, 0], 2 * m_hat[:, 0]
    with pytest.raises(GipError) as error:
        plr(y, d, l_hat, m_hat, names=("gip", "smart", "gip2"))
    assert codes_of(error) == ["G411"]
    assert "`gip` and `gip2`" in error.value.problems[0].message


def test_predictions_must_be_finite():
    y, d, l_hat, m_hat, _ = make()
    l_hat[3] = np.nan
    with pytest.raises(GipError) as error:
        plr(y, d, l_hat, m_hat, outcome="resilience")
    assert codes_of(error) == ["G406"]
    assert "learner_y" in error.value.problems[0].message
    assert "resilience" in error.value.problems[0].message


def test_labels_are_not_probabilities():
    y, d, l_hat, m_hat, _ = make()
    d = (d > 0).astype(float)
    m_hat = (m_hat > 0).astype(float)
    with pytest.raises(GipError) as error:
        plr(y, d, l_hat, m_hat, names=("gip",))
    assert codes_of(error) == ["G406"]


def test_one_cluster_is_too_few():
    y, d, l_hat, m_hat, unit = make()
    with pytest.raises(GipError) as error:
        plr(y, d, l_hat, m_hat, Clusters(dimensions=("city",), names=(("a", "b"),), codes=(unit * 0 + 1,)))
    assert codes_of(error) == ["G407"]


def test_the_door_is_opened_by_estimation_only():
    heavy = ["doubleml", "pandas", "scipy", "sklearn"]
    script = f"import sys, gipspec.estimate; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
