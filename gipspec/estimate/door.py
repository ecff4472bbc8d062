"""The one door to DoubleML: nuisance predictions go in, estimates and scores come out.

Every function hands DoubleML cross-fitted predictions, all (n,), with one split whose test set is the whole
sample, and no clusters. On clustered data DoubleML would weigh each fold by one over its number of clusters,
in θ and in the variance; with folds of unequal size that θ is not the pooled one of docs/statistics.md, while
with equal folds both agree. The predictions are cross-fitted already and none is fitted here: the split has
no other part in it. Standard errors come from the scores: see `split_of`.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gipspec.estimate.influence import Array

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # DoubleML imports it; it warns of an unwritable home

NO_BOUND = 1e-300  # of propensities: smaller than any that is not 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What DoubleML makes of predictions: θ solves Σ ψ = 0.

    `psi` (n,) are the scores ψ_b + θ ψ_a at the estimate, `psi_a` (n,) their derivatives.
    """

    theta: float
    psi: Array
    psi_a: Array

    @property
    def psi_b(self) -> Array:
        """The part of the scores (n,) that θ does not multiply."""
        return np.asarray(self.psi - self.theta * self.psi_a, dtype=np.float64)


def score_plr(y: Array, d: Array, l_hat: Array, m_hat: Array) -> Scores:
    """Estimate the partially linear regression from E[Y|X] and E[D|X].

    The partialling-out score of Chernozhukov et al. (2018), equation (4.4): ψ = (Y - l̂ - θ(D - m̂))(D - m̂).
    """
    from doubleml import DoubleMLPLR

    predictions = {"ml_l": l_hat, "ml_m": m_hat}
    return _scores(DoubleMLPLR, _frame(y, d), predictions, regressors=("ml_l", "ml_m"))


def score_irm(y: Array, d: Array, g0_hat: Array, g1_hat: Array, m_hat: Array, target: str = "ate") -> Scores:
    """Estimate the interactive regression from E[Y|D=0,X], E[Y|D=1,X] and P(D=1|X), strictly within 0 and 1.

    The scores of Chernozhukov et al. (2018), section 5.1, for the `target` "ate" or "att"; ĝ1 is no part of
    the latter.
    """
    from doubleml import DoubleMLIRM

    y, g0_hat, g1_hat = _not_binary(y, g0_hat, g1_hat)
    return _scores(
        DoubleMLIRM,
        _frame(y, d),
        {"ml_g0": g0_hat, "ml_g1": g1_hat, "ml_m": m_hat},
        regressors=("ml_g",),
        classifiers=("ml_m",),
        score={"ate": "ATE", "att": "ATTE"}[target],
    )


def score_apo(y: Array, arm: Array, g_hat: Array, m_hat: Array) -> Scores:
    """Estimate E[Y(l)] of a treatment's level l from E[Y|D=l,X] and P(D=l|X), strictly within 0 and 1.

    `arm` (n,) is 1 where D=l and otherwise 0. The doubly robust score of Robins and Rotnitzky (1995), as in
    DoubleMLAPO: ψ = ĝ + 1{D=l}(Y - ĝ)/m̂ - θ.
    """
    from doubleml import DoubleMLAPO

    shifted, predicted = _not_binary(y, g_hat)
    found = _scores(
        DoubleMLAPO,
        _frame(shifted, arm),
        {"ml_g_d_lvl0": predicted, "ml_g_d_lvl1": predicted, "ml_m": m_hat},  # the first is no part of ψ
        regressors=("ml_g",),
        classifiers=("ml_m",),
        treatment_level=1,
    )
    return replace(found, theta=found.theta - float(shifted[0] - y[0]))


def score_pliv(y: Array, d: Array, z: Array, l_hat: Array, r_hat: Array, m_hat: Array) -> Scores:
    """Estimate the partially linear IV model from E[Y|X], E[D|X] and E[Z|X]; `z` and `m_hat` are (n, q).

    The score of Chernozhukov et al. (2018), section 4.2: ψ = (Y - l̂ - θ(D - r̂))(Z - m̂). Where there are
    several instruments, the fitted value of a regression of D - r̂ on all of Z - m̂ and a constant takes the
    place of Z - m̂ (two-stage least squares).
    """
    from doubleml import DoubleMLPLIV

    q = z.shape[1]
    named = ["ml_m"] if q == 1 else [f"ml_m_{_instrument(j)}" for j in range(q)]
    predictions = {"ml_l": l_hat, "ml_r": r_hat} | {name: m_hat[:, j] for j, name in enumerate(named)}
    return _scores(DoubleMLPLIV, _frame(y, d, z), predictions, regressors=("ml_l", "ml_m", "ml_r"))


def score_iivm(
    y: Array,
    d: Array,
    z: Array,
    g0_hat: Array,
    g1_hat: Array,
    r0_hat: Array,
    r1_hat: Array,
    m_hat: Array,
) -> Scores:
    """Estimate the interactive IV model from E[Y|Z=z,X], E[D|Z=z,X] and P(Z=1|X), strictly within 0 and 1.

    The score of Chernozhukov et al. (2018), section 5.2, for the local average treatment effect.
    """
    from doubleml import DoubleMLIIVM

    y, g0_hat, g1_hat = _not_binary(y, g0_hat, g1_hat)
    return _scores(
        DoubleMLIIVM,
        _frame(y, d, z[:, None]),
        {"ml_g0": g0_hat, "ml_g1": g1_hat, "ml_m": m_hat, "ml_r0": r0_hat, "ml_r1": r1_hat},
        regressors=("ml_g",),
        classifiers=("ml_m", "ml_r"),
    )


def _instrument(j: int) -> str:
    return f"z{j}"


def _frame(y: Array, d: Array, z: Array | None = None) -> dict[str, Array]:
    columns = {"y": y, "d": d, "x": np.zeros(len(y))}
    if z is None:
        return columns
    return columns | {_instrument(j): z[:, j] for j in range(z.shape[1])}


def _not_binary(y: Array, *predictions: Array) -> tuple[Array, ...]:
    """Shift outcomes of 0 and 1 and their predictions, of which DoubleML wants probabilities.

    The scores depend on differences between them only, and a linear probability model is fine.
    """
    shift = 0.5 if np.all((y == 0) | (y == 1)) else 0.0
    return y + shift, *(p + shift for p in predictions)


def _scores(
    model_class: Any,
    frame: dict[str, Array],
    predictions: dict[str, Array],
    *,
    regressors: tuple[str, ...],
    classifiers: tuple[str, ...] = (),
    **options: Any,
) -> Scores:
    """Run a model of DoubleML whose learners go unused.

    `n_folds=1` must be given on construction: `set_sample_splitting` does not reset the number of folds that
    the variance divides by. The split is set past that method, which makes a Python set of the numbers of all
    rows: for five million more memory and time than all else here. Propensities have their bounds already;
    DoubleML's own are out of the way.
    """
    import pandas as pd
    from doubleml import DoubleMLData
    from doubleml.utils import DMLDummyClassifier, DMLDummyRegressor, PSProcessorConfig

    learners = {name: DMLDummyRegressor() for name in regressors}
    learners |= {name: DMLDummyClassifier() for name in classifiers}
    if classifiers:
        options |= {"ps_processor_config": PSProcessorConfig(clipping_threshold=NO_BOUND)}
    instruments = [name for name in frame if name.startswith("z")] or None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what has been checked, or about learners that are not used
        data = DoubleMLData(pd.DataFrame(frame, copy=False), "y", "d", "x", instruments)
        model = model_class(data, **learners, n_folds=1, draw_sample_splitting=False, **options)
        nobody, everybody = np.array([], dtype=np.int64), np.arange(len(frame["y"]))
        model._smpls = [[(nobody, everybody)]]
        model.fit(
            external_predictions={"d": {name: p[:, None] for name, p in predictions.items()}},
            store_predictions=False,
            store_models=False,
        )
    return Scores(
        theta=float(model.all_coef[0, 0]),
        psi=np.array(model.psi[:, 0, 0], dtype=np.float64),
        psi_a=np.array(model.psi_deriv[:, 0, 0], dtype=np.float64),
    )
