"""The one door to DoubleML: nuisance predictions go in, estimates and scores come out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from gipspec.estimate.influence import Array, Codes

MOST_WORK = 2e9  # entries that DoubleML's clustered variance may touch: a second or two
LARGEST_CLUSTER = 5_000  # rows: DoubleML forms a square matrix of this size for each cluster, here 200 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What DoubleML makes of one treatment's predictions.

    `psi` (n,) are the scores at the estimate, `psi_a` (n,) their derivatives. `se` is clustered by the codes
    that were given.
    """

    theta: float
    se: float
    psi: Array
    psi_a: Array


def can_cluster(codes: tuple[Codes, ...]) -> bool:
    """Say whether DoubleML's clustered variance is feasible: n·C time, m² memory for a cluster of m rows."""
    work, largest = 0.0, 0
    for dimension in codes:
        sizes = np.bincount(dimension)
        work += float(np.count_nonzero(sizes)) * len(dimension) + float(np.sum(sizes.astype(float) ** 2))
        largest = max(largest, int(sizes.max()))
    return work <= MOST_WORK and largest <= LARGEST_CLUSTER


def score_plr(y: Array, d: Array, l_hat: Array, m_hat: Array, codes: tuple[Codes, ...]) -> Scores:
    """Let DoubleML's partially linear regression compute θ, SE and scores from predictions, all (n,).

    The partialling-out score of Chernozhukov et al. (2018), equation (4.4): ψ = (Y - l̂ - θ(D - m̂))(D - m̂).
    `codes` are the clusters' codes (n,) by dimension, at most two.

    DoubleML is handed one split whose test set is the whole sample. On clustered data it would otherwise
    weigh each fold by one over its number of clusters, in θ and in the variance; with folds of unequal size
    that θ is not the pooled one of DESIGN 4.1, while with equal folds both agree. The predictions are
    cross-fitted already and none is fitted here, so that the split has no other part in it. `n_folds=1`
    must be given on construction: `set_sample_splitting` does not reset the number of folds that the
    variance divides by.
    """
    import pandas as pd
    from doubleml import DoubleMLData, DoubleMLPLR
    from doubleml.utils import DMLDummyRegressor

    names = [f"cluster{j}" for j in range(len(codes))]
    columns = {"y": y, "d": d, "x": np.zeros(len(y))} | dict(zip(names, codes, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what has been checked, or about learners that are not used
        data = DoubleMLData(pd.DataFrame(columns), "y", "d", "x", cluster_cols=names or None)
        unused = DMLDummyRegressor()
        model = DoubleMLPLR(data, unused, unused, n_folds=1, draw_sample_splitting=False)
        nobody = np.array([], dtype=np.int64)
        model.set_sample_splitting(
            [[(nobody, np.arange(len(y)))]],
            [[([nobody] * len(codes), [np.unique(c) for c in codes])]] if codes else None,
        )
        model.fit(external_predictions={"d": {"ml_l": l_hat[:, None], "ml_m": m_hat[:, None]}})
    return Scores(
        theta=float(model.all_coef[0, 0]),
        se=float(model.all_se[0, 0]),
        psi=np.array(model.psi[:, 0, 0], dtype=np.float64),
        psi_a=np.array(model.psi_deriv[:, 0, 0], dtype=np.float64),
    )
