"""The moderator of a model: its values, the groups that it makes, and what learners see of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gipspec.data import Dataset, Grouping, ModelData, evaluate, group_by_quantile, group_rows, model_data
from gipspec.data.arguments import require_numbers
from gipspec.data.transforms import without_tails
from gipspec.data.vector import Vector
from gipspec.lang.check.moderators import moderator_column
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Panel, Settings, Term
from gipspec.lang.syntax import Argument, Binary, Call, Expr, Number
from gipspec.recipe.work import Array, Codes, Flags

ABOVE, UP_TO = "moderator.above", "moderator.up_to"  # measures: the bounds of a group


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moderator:
    """A moderator on the rows (m,) of a model's data, and their `grouping`.

    `values` (m,) are numbers, winsorised like every other column, where it is cut at quantiles; None for
    categories.
    """

    expr: Expr
    name: str
    label: str
    grouping: Grouping
    values: Array | None

    @property
    def titles(self) -> tuple[str, ...]:
        """What readers call the groups: their categories, or Low and High, Q1 to Qk."""
        keys, labels = self.grouping.keys, self.grouping.labels
        if self.grouping.cuts:
            return tuple(key.capitalize() for key in keys)
        return tuple(label.strip() or key for key, label in zip(keys, labels, strict=True))

    def bounds(self, at: int) -> tuple[tuple[str, float], ...]:
        """Return the values that a group lies between, as measures; none for categories."""
        cuts = self.grouping.cuts
        above = ((ABOVE, cuts[at - 1]),) if 0 < at <= len(cuts) else ()
        return (*above, *(((UP_TO, cuts[at]),) if at < len(cuts) else ()))


def moderated(model: Model, dataset: Dataset, only: Flags | None) -> tuple[ModelData, Moderator]:
    """Return the rows that a model has with its moderator known, and their groups.

    Raises GipError as `model_data` and `moderator_on` do.
    """
    settings = model.settings
    if settings.het is None:
        raise TypeError("a model without `het=` has no moderator")
    data = model_data(
        dataset,
        model.outcome,
        model.treatments,
        model.controls,
        settings,
        extra=settings.iv,
        needed=(moderator_column(settings.het)[0],),
        only=only,
    )
    return data, moderator_on(settings.het, dataset, data.rows, settings)


def moderator_on(het: Expr, dataset: Dataset, rows: Codes, settings: Settings) -> Moderator:
    """Group rows (m,) of the data set by the moderator, which has a value in each.

    Raises GipError: G007 and G440 as the functions of `groups_by` do, G307 for quantiles of text.
    """
    expr, count = moderator_column(het)
    name = print_expr(expr)
    vector = evaluate(expr, dataset)
    here = Vector(values=vector.values[rows], labels=vector.labels)
    if count:
        numbers = np.asarray(require_numbers(here, expr).values, dtype=np.float64)
        grouping = group_by_quantile(numbers, count, name)
    else:
        grouping = group_rows(here, name)
    return Moderator(
        expr=expr,
        name=name,
        label=dataset.labels.get(name, name),
        grouping=grouping,
        values=without_tails(np.asarray(here.values, dtype=np.float64), settings.winsor)
        if grouping.cuts
        else None,
    )


def group_terms(moderator: Moderator) -> tuple[Term, ...]:
    """Return the controls that groups need: the moderator itself, and which group a row belongs to.

    Without them the treatment left over has a mean of its own in each group, which biases group effects.
    """
    expr = moderator.expr
    if moderator.values is None:
        argument = Argument(name=None, value=expr, span=expr.span)
        call = Call(function="factor", arguments=(argument,), span=expr.span, name_span=expr.span)
        return (Term(factors=(call,)),)
    cuts = [Number(text=repr(cut), span=expr.span) for cut in moderator.grouping.cuts]
    above = [Binary(op=">", left=expr, right=cut, span=expr.span) for cut in cuts]
    return (Term(factors=(expr,)), *(Term(factors=(a,)) for a in above))


def stays_valid(values: Array | Codes, unit: Codes, settings: Settings, panel: Panel | None) -> bool:
    """Tell whether W·D̃ is what removing effects leaves of W·D, for a moderator W (m,) or groups of it.

    So it is where variables stay as they are, and where effects of units alone are removed, if W is constant
    within units and among the features; see `gipspec.estimate.heterogeneity`.
    """
    if not settings.fe or settings.fe_method == "dummies":
        return True
    if panel is None or settings.fe_method == "wg":
        return False
    return set(settings.fe) <= {(panel.unit,)} and constant_within(values, unit)


def constant_within(values: Array | Codes, unit: Codes) -> bool:
    """Tell whether values (m,) are the same in all rows of a unit."""
    order = np.argsort(unit, kind="stable")
    same = unit[order][1:] == unit[order][:-1]
    return bool((values[order][1:] == values[order][:-1])[same].all())
