"""Ways to look at an effect along a moderator, and the signals of two models that they are estimated from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.data import Grouping, panel_design
from gipspec.estimate import (
    Split,
    best_linear_predictor,
    doubly_robust,
    gate,
    group_effects,
    irm,
    linear_effects,
)
from gipspec.lang.study import Panel
from gipspec.learn import CrossFit
from gipspec.recipe.irm import irm_nuisances
from gipspec.recipe.moderator import stays_valid
from gipspec.recipe.piece import Piece, clusters_of, nuisance
from gipspec.recipe.plr import plr_nuisances, treatment_predictions, unit_corrected
from gipspec.recipe.work import Array, Codes, Nuisance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """The effect of each group: `codes` (m,) are positions in `keys`, -1 for a row of none of them."""

    codes: Codes
    keys: tuple[str, ...]

    @classmethod
    def of(cls, grouping: Grouping, kept: Sequence[int]) -> Groups:
        """Keep some groups, by position; rows of the others belong to none."""
        place = np.full(len(grouping.keys), -1, dtype=np.int64)
        place[list(kept)] = np.arange(len(kept))
        return cls(codes=place[grouping.codes], keys=tuple(grouping.keys[at] for at in kept))

    @property
    def values(self) -> Codes:
        """What must stay within units for products of residuals to be valid, (m,)."""
        return self.codes

    @property
    def factors(self) -> Array:
        """What the treatment is multiplied with, (m, k)."""
        return np.asarray(self.codes[:, None] == np.arange(len(self.keys)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """The effect as a line in a moderator `z` (m,): its value where z is nought, and its slope."""

    z: Array
    name: str

    @property
    def values(self) -> Array:
        return self.z

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def factors(self) -> Array:
        return self.z[:, None]


View = Groups | Line
Estimator = Callable[[Sequence[CrossFit]], list[tuple[Split, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signals:
    """The nuisances that views are estimated from, and how: from one repetition, a tuple of Splits a view.

    The first `common` nuisances are those of the whole sample.
    """

    nuisances: tuple[Nuisance, ...]
    common: int
    estimate: Estimator


def plr_signals(piece: Piece, views: Sequence[View], panel: Panel | None) -> Signals:
    """Regress what is left of the outcome on what is left of the treatment times each view's factors.

    Where that is not what removing effects leaves of the products, they are transformed and learned.
    """
    settings, treatment = piece.model.settings, piece.treatments[0]
    products = [
        None if stays_valid(v.values, piece.data.unit, settings, panel) else _transformed(piece, v, panel)
        for v in views
    ]
    common = plr_nuisances(piece)
    own = tuple(
        nuisance(piece, "interaction", f"{treatment}:{key}", column, settings.learner_d)
        for view, columns in zip(views, products, strict=True)
        if columns is not None
        for key, column in zip(view.keys, columns.T, strict=True)
    )

    def estimate(rep: Sequence[CrossFit]) -> list[tuple[Split, ...]]:
        y = piece.design.y - rep[0].prediction
        d = (piece.design.d - treatment_predictions(piece, rep[1:2]))[:, 0]
        left = list(rep[len(common) :])
        found: list[tuple[Split, ...]] = []
        for view, columns in zip(views, products, strict=True):
            residuals = None
            if columns is not None:
                mine, left = left[: columns.shape[1]], left[columns.shape[1] :]
                residuals = columns - unit_corrected(piece, columns, mine)
            found.append(_partially_linear(piece, view, y, d, residuals))
        return found

    return Signals(nuisances=(*common, *own), common=len(common), estimate=estimate)


def _transformed(piece: Piece, view: View, panel: Panel | None) -> Array:
    data = replace(piece.data, extra=piece.data.d[:, :1] * view.factors)
    return panel_design(data, piece.model.settings, panel).extra


def _partially_linear(
    piece: Piece, view: View, y: Array, d: Array, residuals: Array | None
) -> tuple[Split, ...]:
    clusters, treatment, rows = clusters_of(piece), piece.treatments[0], piece.design.rows
    if isinstance(view, Groups):
        return group_effects(
            y, d, view.codes[rows], clusters, keys=view.keys, treatment=treatment, interactions=residuals
        )
    names = (treatment, f"{treatment}:{view.name}")
    return linear_effects(y, d, view.factors[rows], clusters, names=names, interactions=residuals)


def irm_signals(piece: Piece, views: Sequence[View], panel: Panel | None) -> Signals:
    """Take the means of the doubly robust signal by group, or project it on a line."""
    nuisances, clusters = irm_nuisances(piece), clusters_of(piece)

    def estimate(rep: Sequence[CrossFit]) -> list[tuple[Split, ...]]:
        signal = doubly_robust_signal(piece, rep)
        return [
            gate(signal, view.codes, clusters, keys=view.keys)
            if isinstance(view, Groups)
            else best_linear_predictor(
                signal,
                np.column_stack([np.ones(len(view.z)), view.z]),
                clusters,
                names=(piece.treatments[0], f"{piece.treatments[0]}:{view.name}"),
            )
            for view in views
        ]

    return Signals(nuisances=nuisances, common=len(nuisances), estimate=estimate)


def doubly_robust_signal(piece: Piece, rep: Sequence[CrossFit]) -> Array:
    """Return the signal (n,) of the average effect from one repetition. Raises GipError as `irm` does."""
    y, d, trim = piece.design.y, piece.design.d[:, 0], piece.model.settings.trim
    g0, g1, m = (fit.prediction for fit in rep[:3])
    names = {"outcome": piece.outcome, "treatment": piece.treatments[0]}
    irm(y, d, g0, g1, m, clusters_of(piece), trim=trim, **names)  # whatever it refuses has no signal
    return doubly_robust(y, d, g0, g1, m, trim=trim)


SIGNALS: dict[str, Callable[[Piece, Sequence[View], Panel | None], Signals]] = {
    "plr": plr_signals,
    "irm": irm_signals,
}
