"""`fd`, `wg` and `cre` against DoubleMLPLPR, which transforms and fits by itself on the same folds.

Tolerance 1e-8, absolute, on θ and SE; what is measured is near 1e-15. Unit effects only, since DoubleMLPLPR
knows no others, and folds with equal numbers of units (test_parity_plr.py shows why). gipspec's side is the
whole way: a file, the data room's rows and transformation, the learn room's predictions, the estimate.
"""

from __future__ import annotations

import doubleml
import numpy as np
import pytest
from parity_rooms import estimate, room_design
from parity_samples import TWINS, equal_folds, make_panel, quietly, set_folds

TOLERANCE = 1e-8
UNITS, FOLDS = 30, 5
CONTROLS = ["x0", "x1", "x2", "x3"]
APPROACHES = {"fd": "fd_exact", "wg": "wg_approx", "cre": "cre_general"}


def run_doubleml(frame, approach, learner, folds):
    data = doubleml.DoubleMLPanelData(frame, "y", "d", "time", "unit", static_panel=True)
    with quietly():
        model = doubleml.DoubleMLPLPR(
            data,
            learner,
            learner,
            n_folds=FOLDS,
            n_rep=len(folds),
            approach=approach,
            draw_sample_splitting=False,
        )
        unit = np.asarray(model.data_transform.id_var).astype(int)
        set_folds(model, [fold[unit] for fold in folds], unit)
        return model.fit()


def gappy_panel():
    """A panel without some middle periods, no unit losing so much that it disappears."""
    frame = make_panel(units=UNITS)
    gap = ((frame["unit"] % 7 == 2) & (frame["time"] == 3)) | ((frame["unit"] % 5 == 1) & (frame["time"] < 2))
    return frame[~gap].reset_index(drop=True)


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("method", APPROACHES)
def test_balanced(method, name, tmp_path):
    check(make_panel(units=UNITS), method, name, tmp_path)


@pytest.mark.parametrize("method", APPROACHES)
def test_with_gaps(method, tmp_path):
    check(gappy_panel(), method, "gbm", tmp_path)


def check(frame, method, name, folder):
    ours, theirs = TWINS[name]
    folds = [equal_folds(UNITS, FOLDS, seed) for seed in (0, 1)]
    model = run_doubleml(frame, APPROACHES[method], theirs, folds)
    design = room_design(frame, folder, method, ("unit",), CONTROLS, ("unit", "time"))
    splits = [estimate(design, ours, fold) for fold in folds]
    np.testing.assert_allclose([s.theta for s in splits], model.all_coef[0], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose([s.se for s in splits], model.all_se[0], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("method", ["within", "dummies", *APPROACHES])
def test_order_of_rows_does_not_matter(method, tmp_path):
    frame = make_panel(units=UNITS)
    fold = equal_folds(UNITS, FOLDS, 0)
    found = []
    for rows in (frame, frame.sample(frac=1, random_state=0)):
        design = room_design(rows, tmp_path, method, ("unit",), CONTROLS, ("unit", "time"))
        found.append(estimate(design, TWINS["ols"][0], fold))
    assert (found[0].theta, found[0].se) == (found[1].theta, found[1].se)
