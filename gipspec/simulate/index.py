"""What the entropy index does to an effect, computed apart from the function that specs use."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gipspec.simulate.parameters import COMPONENTS, SIGNS


def entropy_weights(frame: pd.DataFrame, signs: Mapping[str, int] = SIGNS) -> dict[str, float]:
    """Entropy weights of signed indicators, pooled over all rows; they sum to one.

    X' = (x - min)/(max - min), or its mirror image for a negative sign; P = X'/ΣX';
    E = -(1/ln n) Σ P ln P with 0·ln 0 = 0; w = (1 - E)/Σ(1 - E).
    """
    diversity = {}
    for name, sign in signs.items():
        x = frame[name].to_numpy(dtype=float)
        scaled = (x - x.min()) / (x.max() - x.min()) if sign > 0 else (x.max() - x) / (x.max() - x.min())
        p = scaled / scaled.sum()
        inside = p[p > 0]
        diversity[name] = 1 + float((inside * np.log(inside)).sum()) / np.log(len(x))
    total = sum(diversity.values())
    return {name: value / total for name, value in diversity.items()}


def entropy_scale(frame: pd.DataFrame, signs: Mapping[str, int] = SIGNS) -> float:
    """How much the entropy index moves when the latent resilience moves by one, at the rows of `frame`.

    Each component is affine in the latent resilience with loading b_j, so the index moves by
    Σ_j w_j |b_j| / (max_j - min_j): an effect on the index is this times the effect on `resilience_true`.
    Weights and ranges are those of `frame`, so pass all rows of the panel, as the index does.
    """
    weights = entropy_weights(frame, signs)
    return sum(
        weights[name] * sign * COMPONENTS[name][1] / float(frame[name].max() - frame[name].min())
        for name, sign in signs.items()
    )
