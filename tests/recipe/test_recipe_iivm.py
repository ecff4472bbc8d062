"""`model=iivm` through specs: by hand on the same folds, against a known truth, with takers of one kind."""

from __future__ import annotations

import numpy as np
import pytest
from interactive_samples import encouraged, out_of_fold, ratio, run

from gipspec.estimate import anderson_rubin

FRAME = encouraged()
Y, D, Z, X, FOLD = (FRAME[name].to_numpy() for name in ("y", "d", "z", ["x1", "x2"], "fold"))


def signal(target, m, frame=FRAME, constant=None):
    z, x, fold = (frame[name].to_numpy() for name in ("z", ["x1", "x2"], "fold"))
    arms = [out_of_fold(x, target, fold, rows=level == z) for level in (0, 1)]
    if constant is not None:
        arms[constant] = np.full(len(z), float(constant))
    return arms[1] - arms[0] + z * (target - arms[1]) / m - (1 - z) * (target - arms[0]) / (1 - m)


def test_it_is_the_ratio_of_effects_on_the_same_folds(tmp_path):
    found = run(tmp_path, FRAME, "m <- y ~ d | x1 + x2; model=iivm; iv=z; trim=2%")["m"]
    m = np.clip(out_of_fold(X, Z, FOLD), 0.02, 0.98)
    on_y, on_d, rows = signal(Y, m), signal(D, m), np.arange(len(Y))
    assert (found.coef, found.se) == pytest.approx(ratio(on_y, on_d, rows), rel=1e-8)
    measures = dict(found.measures)
    share, se = ratio(on_d, np.ones(len(Y)), rows)
    assert measures["first_stage.coef"] == pytest.approx(share, rel=1e-8)
    assert measures["first_stage_f"] == pytest.approx((share / se) ** 2, rel=1e-8)
    (piece,) = anderson_rubin(on_y[:, None], on_d[:, None]).pieces
    assert (measures["ar.low"], measures["ar.high"]) == pytest.approx(piece, rel=1e-8)


def test_the_effect_is_that_on_compliers(tmp_path):
    """1 on compliers, 3 on others, of whom many are treated; the kind drives treatment and outcome."""
    local = "local <- y ~ d | x1 + x2; model=iivm; iv=z; learner_d=logit; learner_z=logit"
    found = run(tmp_path, FRAME, f"{local}\nplain <- y ~ d | x1 + x2")
    assert abs(found["local"].coef - 1) < 3 * found["local"].se < 1
    assert abs(dict(found["local"].measures)["first_stage.coef"] - 0.6) < 0.05
    assert found["plain"].coef - 1 > 5 * found["plain"].se
    assert dict(found["local"].settings)["target"] == "late"


@pytest.mark.parametrize(("always", "roles"), [
    (0.2, ["treatment, unassigned", "treatment, assigned"]),
    (0.0, ["treatment, assigned"]),
    (0.4, ["treatment, unassigned"]),
])  # fmt: skip
def test_a_treatment_that_is_known_is_not_learned(always, roles, tmp_path):
    """Without always-takers nobody is treated unassigned; without never-takers everybody is, assigned."""
    frame = encouraged(always=always)
    found = run(tmp_path, frame, "m <- y ~ d | x1 + x2; model=iivm; iv=z; trim=2%")["m"]
    assert [f.role for f in found.nuisances if f.role.startswith("treatment")] == roles
    y, d, z = (frame[name].to_numpy() for name in ("y", "d", "z"))
    m = np.clip(out_of_fold(frame[["x1", "x2"]].to_numpy(), z, frame["fold"].to_numpy()), 0.02, 0.98)
    constant = {0.2: None, 0.0: 0, 0.4: 1}[always]
    expected = ratio(signal(y, m, frame), signal(d, m, frame, constant), np.arange(len(y)))
    assert (found.coef, found.se) == pytest.approx(expected, rel=1e-8)


def test_boosted_trees_tune_what_is_left_to_learn(tmp_path):
    """A search over parameters never meets a treatment of one value."""
    frame = encouraged(n=400, always=0.0)
    found = run(tmp_path, frame, "m <- y ~ d | x1; model=iivm; iv=z; learner=rf(trees=10); tune=2")["m"]
    assert np.isfinite(found.coef)
