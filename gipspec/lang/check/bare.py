"""Formulas that a missing `|` has left without controls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.terms import summands
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model
from gipspec.lang.syntax import Formula, ModelStatement


def bare_sums(
    statements: Mapping[str, ModelStatement], models: Mapping[str, tuple[Model, ...]]
) -> Iterator[Problem]:
    """Yield a warning (G605) for each formula without `|` whose sum makes treatments of all its terms.

    `models` are those that each line makes.
    """
    for name, statement in statements.items():
        made = models.get(name, ())
        if isinstance(statement.head, Formula) and made and not any(m.controls for m in made):
            yield from _bare(name, statement.head, max(len(m.treatments) for m in made))


def _bare(name: str, formula: Formula, count: int) -> Iterator[Problem]:
    first, *others = summands(formula.treatment)
    if formula.controls is None and others and count > 1:
        outcome, *controls = map(print_expr, (formula.outcome, *others))
        meant = f"{outcome} ~ {print_expr(first)} | {' + '.join(controls)}"
        yield problem("G605", formula.treatment.span, name=name, count=count, formula=meant)
