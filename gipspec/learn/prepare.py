"""Features as a learner wants them: dummies for codes, columns on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Scale = Literal["none", "small", "numbers", "all"]
TargetScale = Literal["none", "small", "standard"]
SMALL = (
    2.0**-10
)  # trees of scikit-learn take a range of 1e-7 for a constant, and a variance of 2e-16 for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What was learnt from training features (n, p): how to turn others into the learner's (n, q).

    `encoder` and `scaler` are fitted scikit-learn transformers, or None. With `scale_all`, dummies are scaled
    too, as penalties want; distances and networks want them at 0 and 1.
    """

    numbers: tuple[int, ...]
    codes: tuple[int, ...]
    encoder: Any
    scaler: Any
    scale_all: bool

    def apply(self, x: Array) -> Array:
        if self.encoder is None:
            return _scaled(self.scaler, x)
        numbers = x[:, self.numbers]
        dummies = self.encoder.transform(x[:, self.codes])
        if self.scale_all:
            return _scaled(self.scaler, np.hstack([numbers, dummies]))
        return np.hstack([_scaled(self.scaler, numbers), dummies])


def learn_preparation(x: Array, *, codes: tuple[int, ...], scale: Scale) -> Preparation:
    """Learn dummies and scales from training features (n, p).

    `codes` are the positions of columns that become dummies; a code that training has not seen becomes a row
    of zeros. Constant columns are centred and keep their scale.
    """
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = tuple(j for j in range(x.shape[1]) if j not in codes)
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(x[:, codes]) if codes else None
    unscaled = Preparation(
        numbers=numbers, codes=codes, encoder=encoder, scaler=None, scale_all=scale == "all"
    )
    scaled_part = x[:, numbers] if scale == "numbers" else unscaled.apply(x)
    if scale == "none" or not scaled_part.shape[1]:
        return unscaled
    scaler = Enlarged.of(scaled_part) if scale == "small" else StandardScaler().fit(scaled_part)
    return Preparation(
        numbers=numbers,
        codes=codes,
        encoder=encoder,
        scaler=scaler,
        scale_all=unscaled.scale_all,
    )


def enlargement(spread: float) -> float:
    """Return the power of two that brings a `spread` under `SMALL` between 1 and 2, for others 1.

    Trees see the order and the distances of values alone, and a power of two moves no digit of them.
    """
    return 2.0 ** -int(np.floor(np.log2(spread))) if 0 < spread < SMALL else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlarged:
    """A scaler for trees, which enlarges columns of small values by `factor` (p,)."""

    factor: Array

    @classmethod
    def of(cls, x: Array) -> Enlarged:
        return cls(factor=np.array([enlargement(float(spread)) for spread in np.ptp(x, axis=0)]))

    def transform(self, x: Array) -> Array:
        return x if (self.factor == 1).all() else x * self.factor


def _scaled(scaler: Any, x: Array) -> Array:
    return x if scaler is None else np.asarray(scaler.transform(x))
