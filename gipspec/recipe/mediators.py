"""What models of mediation share: the mediators, what may be wrong with them, the names of estimates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gipspec.data.design import NOTHING_LEFT
from gipspec.data.vector import rows_text
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.estimate import Split
from gipspec.lang.printer import print_expr
from gipspec.recipe.found import Found, NuisanceFit
from gipspec.recipe.piece import Piece, found, term_name

LABELS = {
    "total": "Total effect",
    "direct": "Direct effect",
    "direct.treated": "Direct effect (treated)",
    "direct.control": "Direct effect (untreated)",
    "indirect": "Indirect effect",
    "indirect.treated": "Indirect effect (treated)",
    "indirect.control": "Indirect effect (untreated)",
    "share": "Share mediated",
    "effect": "Effect on",
    "slope": "Effect of",
}
EFFECT, SLOPE = "effect on mediator", "slope"


def mediators_of(piece: Piece) -> tuple[str, ...]:
    """Return the names of a model's mediators, in the order of the columns of `design.extra`."""
    return tuple(term_name(print_expr(m)) for m in piece.model.settings.via)


def check_mediators(piece: Piece) -> None:
    """Refuse mediators that are constant on the model's rows, or constant once effects are removed (G418)."""
    wrong: list[Problem] = []
    remedy = "look at the sample and the rows lost, or name another mediator"
    for k, name in enumerate(mediators_of(piece)):
        before, after = piece.data.extra[:, k], piece.design.extra[:, k]
        if before.max() == before.min():
            wrong.append(_constant(name, f"in {rows_text(len(before))}", remedy))
        elif after.std() <= NOTHING_LEFT * np.abs(before).max():
            effects = " + ".join(":".join(e) for e in piece.model.settings.fe)
            remedy = f"use fewer effects than `fe={effects}`, or name another mediator"
            wrong.append(_constant(name, "once the effects are removed", remedy))
    if wrong:
        raise GipError(*wrong)


def _constant(name: str, where: str, remedy: str) -> Problem:
    return problem("G418", name=name, reason=f"does not vary {where}", remedy=remedy)


def entry(
    piece: Piece,
    key: str,
    splits: Sequence[Split],
    nuisances: tuple[NuisanceFit, ...],
    *,
    residual_share: float,
    measures: tuple[tuple[str, float], ...] = (),
) -> Found:
    """Return an effect of the treatment on the outcome: `total`, `direct`, `indirect.treated` and so on."""
    return found(
        piece,
        splits,
        key=key,
        kind=key.partition(".")[0],
        treatment=piece.treatments[0],
        term=key,
        term_label=LABELS[key],
        nuisances=nuisances,
        residual_share=residual_share,
        measures=measures,
    )


def mediator_entry(
    piece: Piece,
    stem: str,
    mediator: str,
    splits: Sequence[Split],
    nuisances: tuple[NuisanceFit, ...],
    *,
    residual_share: float,
    measures: tuple[tuple[str, float], ...] = (),
) -> Found:
    """Return the `effect` of the treatment on a mediator, or the `slope` of the outcome in it.

    With one mediator the key is the stem, so that tables put the effects on each in one row; with several it
    is `effect.patents`.
    """
    several = len(mediators_of(piece)) > 1
    key = f"{stem}.{mediator}" if several else stem
    return found(
        piece,
        splits,
        key=key,
        kind=EFFECT if stem == "effect" else SLOPE,
        outcome=mediator if stem == "effect" else "",
        treatment=piece.treatments[0] if stem == "effect" else mediator,
        term=key,
        term_label=f"{LABELS[stem]} {piece.label(mediator) if several else 'the mediator'}",
        nuisances=nuisances,
        residual_share=residual_share,
        measures=measures,
    )
