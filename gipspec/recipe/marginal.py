"""The effect of a treatment along the variable that it is multiplied with: `y ~ d * w | x`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gipspec.data import Dataset, evaluate
from gipspec.data.transforms import without_tails
from gipspec.data.vector import number_text
from gipspec.estimate import (
    Influence,
    critical_value,
    effect_curve,
    linear_basis,
    median_rule,
    standard_errors,
)
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Binary
from gipspec.learn import derive_seed
from gipspec.recipe.found import Found, Made, Series
from gipspec.recipe.piece import Piece
from gipspec.recipe.work import Array

KIND = "marginal"
POINTS, TAILS = 51, 0.01  # of the curve: equally spaced, between quantiles of the rows
FEW = 7  # distinct values up to which each is a point
QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Complement:
    """What the treatment is multiplied with, and its values (n,) on the rows of the model."""

    name: str
    values: Array


def complement_of(piece: Piece, dataset: Dataset) -> Complement | None:
    """Return w of a model whose treatments are d and d × w, and no others; None for any other model."""
    match piece.model.treatments:
        case (d, Binary(op="*", left=left, right=w)) if print_expr(left) == print_expr(d):
            values = np.asarray(evaluate(w, dataset).values[piece.rows], dtype=np.float64)
            return Complement(name=print_expr(w), values=without_tails(values, piece.model.settings.winsor))
        case _:
            return None


def with_marginal(made: Made, piece: Piece, complement: Complement | None) -> Made:
    """Add the effect of d along w: a curve with its band, and the effects at the values or quartiles of w.

    The effect at w is θ_d + w θ_dw, whose standard error contains the covariance of the two (`effect_curve`).
    """
    if complement is None:
        return made
    main, product = made.found
    points = tuple(_at(main, product, piece, complement, point) for point in _named_points(complement))
    return replace(
        made, found=(*made.found, *points), series=(*made.series, _curve(main, product, piece, complement))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of w with an entry of its own: `at.median`, or `at.1` where w has few values."""

    key: str
    w: float
    said: str


def _named_points(complement: Complement) -> list[Point]:
    distinct = np.unique(complement.values).tolist()
    if len(distinct) <= FEW:
        texts = [number_text(w) for w in distinct]
        keys = [text.replace("-", "minus_").replace(".", "_") for text in texts]
        return [Point(key=k, w=w, said=f" = {t}") for k, w, t in zip(keys, distinct, texts, strict=True)]
    quartiles = np.quantile(complement.values, list(QUARTILES.values())).tolist()
    named = zip(QUARTILES, quartiles, strict=True)
    return [Point(key=name, w=w, said=f", {_WORDS[name]}") for name, w in named]


def _at(main: Found, product: Found, piece: Piece, complement: Complement, point: Point) -> Found:
    influence = _combined(main.influence, product.influence, point.w)
    level = piece.model.settings.level
    return replace(
        main,
        key=f"at.{point.key}",
        kind=KIND,
        term=f"at.{point.key}",
        term_label=f"{main.term_label} at {piece.label(complement.name)}{point.said}",
        aggregate=median_rule(influence.theta, standard_errors(influence), level),
        influence=influence,
        measures=(("at", point.w),),
    )


_WORDS = {"q1": "first quartile", "median": "median", "q3": "third quartile"}


def _combined(main: Influence, product: Influence, w: float) -> Influence:
    return replace(
        main,
        theta=main.theta + w * product.theta,
        values=tuple(a + w * b for a, b in zip(main.values, product.values, strict=True)),
    )


def _curve(main: Found, product: Found, piece: Piece, complement: Complement) -> Series:
    settings = piece.model.settings
    at = _points(complement.values)
    effects, basis = (main.influence, product.influence), linear_basis(at)
    seed = derive_seed(settings.seed, KIND)
    critical = critical_value(effects, basis, level=settings.level, seed=seed)
    curve = effect_curve(effects, basis, at, level=settings.level, critical=critical)
    columns = {
        "at": curve.at,
        "coef": curve.effect,
        "se": curve.se,
        "low": curve.low,
        "high": curve.high,
        "joint_low": curve.joint_low,
        "joint_high": curve.joint_high,
    }
    return Series(key="", kind=KIND, columns=tuple((name, tuple(v.tolist())) for name, v in columns.items()))


def _points(values: Array) -> Array:
    distinct = np.unique(values)
    if len(distinct) <= FEW:
        return distinct
    low, high = np.quantile(values, [TAILS, 1 - TAILS])
    return np.linspace(low, high, POINTS)
