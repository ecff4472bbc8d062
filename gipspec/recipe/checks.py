"""What the variables of a model must be like, beyond having values."""

from __future__ import annotations

import numpy as np

from gipspec.data.design import NOTHING_LEFT
from gipspec.data.vector import rows_text
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.estimate import check_distinct
from gipspec.lang.printer import print_expr
from gipspec.lang.syntax import Expr
from gipspec.learn.task import is_binary
from gipspec.recipe.piece import Piece
from gipspec.recipe.work import Array

INSTEAD = {  # models for what is not binary
    "irm": "`model=plr`",
    "iivm": "`model=pliv`",
    "did": "`model=plr`",
    "qte": "`model=plr`",
}
FEWEST_VALUES = 20  # of an outcome whose quantiles are estimated


def check_binary(piece: Piece, expr: Expr, values: Array, role: str) -> None:
    """Refuse a treatment or an instrument (n,) that holds anything but 0 and 1 (G415).

    A variable is never made binary in silence.
    """
    if is_binary(values):
        return
    model, name = piece.model.settings.model, print_expr(expr)
    distinct = np.unique(values)
    reason = f"holds {distinct[0]:g} and {distinct[1]:g}"
    remedy = f"code it 0 and 1, for example `let on = {name} == {distinct[1]:g}`"
    if len(distinct) > 2:
        reason = f"has {len(distinct)} values"
        cut = f"`let high = {name} > {float(np.median(values)):.4g}`"  # its median
        remedy = f"use {INSTEAD[model]}, or say what counts as 1, for example {cut}"
    raise GipError(
        problem("G415", expr.span, model=model, role=role, name=name, reason=reason, remedy=remedy)
    )


def check_continuous(piece: Piece) -> None:
    """Refuse an outcome with few distinct values, whose quantiles have no density (G421)."""
    count = len(np.unique(piece.design.y))
    if count < FEWEST_VALUES:
        remedy, outcome = "use `model=irm`, for the effect on its mean", piece.model.outcome
        raise GipError(
            problem("G421", outcome.span, name=piece.outcome, count=count, bound=FEWEST_VALUES, remedy=remedy)
        )


def check_instruments(piece: Piece) -> None:
    """Refuse instruments that are constant on the model's rows, or once effects are removed (G416).

    Also those that are the treatment or each other, up to a factor and a constant (G417).
    """
    wrong: list[Problem] = []
    remedy = "look at the sample and the rows lost, or name another instrument"
    for j, expr in enumerate(piece.model.settings.iv):
        before, after = piece.data.extra[:, j], piece.design.extra[:, j]
        if before.max() == before.min():
            where = f" in {rows_text(len(before))}"
        elif after.std() <= NOTHING_LEFT * np.abs(before).max():
            where = " once the effects are removed"
            effects = " + ".join(":".join(e) for e in piece.model.settings.fe)
            remedy = f"use fewer effects than `fe={effects}`, or name another instrument"
        else:
            continue
        wrong.append(problem("G416", expr.span, name=print_expr(expr), where=where, remedy=remedy))
    if wrong:
        raise GipError(*wrong)
    _check_distinct(piece)


def _check_distinct(piece: Piece) -> None:
    """Refuse instruments that are the treatment or each other, before learners blur it (G417)."""
    names = [print_expr(z) for z in piece.model.settings.iv]
    d, z = (values - np.mean(values, axis=0) for values in (piece.design.d[:, 0], piece.design.extra))
    try:
        check_distinct(d, z, piece.treatments[0], names)
    except GipError as error:
        span = piece.model.settings.iv[0].span
        raise GipError(*(p.at(span) for p in error.problems)) from None
