"""Where in a model's line a problem lies that its estimation has found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gipspec.diagnostics import Problem
from gipspec.lang.check.moderators import moderator_columns
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model
from gipspec.source import Span

NAMED = re.compile(r"`([^`]+)`")


def culprit(problem: Problem, model: Model) -> Span | None:
    """Return the place of the first variable of a model that a message names; None where it names none.

    Only places in the model's own line count: a variation has its variables from another one.
    """
    places = {name: span for name, span in _variables(model) if span.within(model.span)}
    named = (places.get(found) for found in NAMED.findall(problem.message))
    return next((span for span in named if span is not None), None)


def _variables(model: Model) -> Iterator[tuple[str, Span]]:
    """Yield what a model's options and formula name; what comes later is the place of a name that repeats."""
    settings = model.settings
    for term in model.controls:
        yield ":".join(print_expr(f) for f in term.factors), term.factors[0].span
    moderators = () if settings.het is None else moderator_columns(settings.het)
    for expr in (*moderators, *settings.iv, *settings.via, model.outcome, *model.treatments):
        yield print_expr(expr).strip("`"), expr.span
