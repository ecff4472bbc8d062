"""The correction of correlated random effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gipspec.estimate import correct_by_unit


def test_unit_means_against_pandas():
    rng = np.random.default_rng(0)
    unit = rng.permutation(np.repeat(np.arange(9), rng.integers(1, 6, 9)))
    d, m_hat = rng.normal(size=len(unit)), rng.normal(size=len(unit))
    means = pd.DataFrame({"d": d, "m": m_hat}).groupby(unit).transform("mean")
    found = correct_by_unit(m_hat, d, unit)
    np.testing.assert_allclose(found, m_hat + means["d"] - means["m"], atol=1e-13)
    np.testing.assert_allclose(pd.Series(d - found).groupby(unit).mean(), 0, atol=1e-13)


def test_columns_are_corrected_one_by_one_and_gaps_in_codes_are_fine():
    rng = np.random.default_rng(1)
    unit = np.array([0, 0, 4, 4, 4, 7])
    d, m_hat = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    found = correct_by_unit(m_hat, d, unit)
    for j in range(2):
        np.testing.assert_array_equal(found[:, j], correct_by_unit(m_hat[:, j], d[:, j], unit))
