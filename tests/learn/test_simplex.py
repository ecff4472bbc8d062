import numpy as np
import pytest

from gipspec.learn.simplex import simplex_weights


def grid(members: int, steps: int) -> np.ndarray:
    """All weights that are multiples of 1 / steps."""
    axes = np.meshgrid(*[np.arange(steps + 1)] * (members - 1), indexing="ij")
    points = np.column_stack([a.ravel() for a in axes])
    points = points[points.sum(axis=1) <= steps]
    return np.column_stack([points, steps - points.sum(axis=1)]) / steps


def loss(w, z, y):
    return ((y - z @ w) ** 2).sum()


@pytest.mark.parametrize("members", [2, 3, 4])
@pytest.mark.parametrize("seed", range(8))
def test_no_point_of_a_grid_is_better(members, seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=60) * 10.0 ** rng.integers(-3, 4)
    z = y[:, None] * rng.uniform(0, 1.5, members) + rng.normal(size=(60, members)) * y.std() * rng.uniform(
        0, 2
    )
    w = simplex_weights(z, y)
    points = grid(members, {2: 2000, 3: 100, 4: 40}[members])
    losses = ((y[:, None] - z @ points.T) ** 2).sum(axis=0)
    best = points[losses.argmin()]
    assert w.min() >= 0
    assert w.sum() == pytest.approx(1, abs=1e-12)
    assert loss(w, z, y) <= losses.min() * (1 + 1e-10)
    assert np.abs(w - best).max() < 0.1


@pytest.mark.parametrize("seed", range(10))
def test_the_conditions_of_karush_kuhn_and_tucker_hold(seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=80)
    z = 0.5 * y[:, None] + rng.normal(size=(80, 7)) + rng.normal(size=7)
    w = simplex_weights(z, y)
    gradient = z.T @ (z @ w - y)
    multiplier = gradient[w > 0].mean()
    assert np.abs(gradient[w > 0] - multiplier).max() < 1e-8 * np.abs(gradient).max()
    assert (gradient[w == 0] >= multiplier - 1e-8 * np.abs(gradient).max()).all()


def test_known_solutions():
    y = np.array([1.0, 2.0, 4.0])
    noise = np.array([1.0, -2.0, 1.0])
    np.testing.assert_allclose(simplex_weights(np.column_stack([y, noise]), y), [1, 0], atol=1e-12)
    # errors e and -e cancel at one half each
    np.testing.assert_allclose(simplex_weights(np.column_stack([y + noise, y - noise]), y), [0.5, 0.5])
    # errors e and -3e cancel at 3/4 and 1/4
    np.testing.assert_allclose(simplex_weights(np.column_stack([y + noise, y - 3 * noise]), y), [0.75, 0.25])


def test_weights_do_not_depend_on_units_of_measurement():
    rng = np.random.default_rng(1)
    y, z = rng.normal(size=50), rng.normal(size=(50, 3))
    base = simplex_weights(z, y)
    np.testing.assert_allclose(simplex_weights(1e8 * z, 1e8 * y), base, atol=1e-12)
    np.testing.assert_allclose(simplex_weights(1e-8 * z, 1e-8 * y), base, atol=1e-12)
    np.testing.assert_allclose(simplex_weights(z + 5, y + 5), base, atol=1e-10)


def test_members_alike_and_members_without_error():
    y = np.array([1.0, 2.0, 4.0])
    np.testing.assert_allclose(simplex_weights(np.column_stack([y, y]), y), [0.5, 0.5])
    twins = np.column_stack([y + 1, y + 1])
    assert simplex_weights(twins, y).sum() == pytest.approx(1)
