"""Least squares over weights that are not negative and sum to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def simplex_weights(prediction: Array, target: Array) -> Array:
    """Return the weights (m,) of the convex combination of predictions (n, m) nearest to the target (n,).

    Since the weights sum to one, the residual is R w with R = target - prediction, column by column. With
    u = s w, s > 0, the non-negative least squares problem min |R u|² + (Σu - 1)² has, for each w, its best
    s = 1 / (1 + |R w|²) and there the value |R w|² / (1 + |R w|²), which rises with |R w|². Its solution,
    divided by its sum, is therefore the exact solution (the argument of Lawson and Hanson, 1974, ch. 23.4,
    for least distance programming). R is replaced by the triangle of its QR decomposition.
    """
    from scipy.optimize import nnls

    members = prediction.shape[1]
    triangle = np.asarray(np.linalg.qr(target[:, None] - prediction, mode="r"), dtype=np.float64)
    size = float(np.linalg.norm(triangle, axis=0).mean())
    if size == 0:
        return np.full(members, 1 / members)
    stacked = np.vstack([triangle / size, np.ones(members)])
    solution, _ = nnls(stacked, np.append(np.zeros(triangle.shape[0]), 1.0))
    weights: Array = solution / solution.sum()
    return weights
