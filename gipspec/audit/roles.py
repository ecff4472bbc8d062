"""Rules on variables that play two roles in a study."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.engine import Estimate
from gipspec.lang.check.expressions import names_in
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Study
from gipspec.lang.syntax import Call, Expr
from gipspec.lang.vocabulary import FUNCTIONS


def mediator_among_controls(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A05: a control that another line of the study calls a mediator of the same treatment."""
    treatments = {print_expr(t) for t in model.treatments}
    controls = {name for term in model.controls for factor in term.factors for name in _names(study, factor)}
    for other in sorted(study.models, key=lambda m: m.name):
        if not treatments & {print_expr(t) for t in other.treatments}:
            continue
        for mediator in other.settings.via:
            names = {name.text for name in names_in(mediator)}
            if len(names) == 1 and names <= controls:
                yield problem("A05", name=names.pop(), other=other.name)


def index_component(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A12: a component of the outcome, which is an index, among the controls or mediators."""
    components = _components(study, model.outcome)
    roles: list[tuple[str, Expr]] = [("mediator", m) for m in model.settings.via]
    roles += [("control", factor) for term in model.controls for factor in term.factors]
    for role, expr in roles:
        for name in sorted(components & set(_names(study, expr))):
            yield problem("A12", name=name, outcome=print_expr(model.outcome), role=role)


def _components(study: Study, outcome: Expr) -> set[str]:
    """Return the names that stand in the definitions of the indices that an outcome is made of."""
    indices = [
        let.value
        for let in study.lets
        if let.name in set(_names(study, outcome))
        and isinstance(let.value, Call)
        and FUNCTIONS[let.value.function].role == "index"
    ]
    return {n.text for call in indices for a in call.arguments if a.name is None for n in names_in(a.value)}


def _names(study: Study, expr: Expr) -> Iterator[str]:
    """Yield the names in an expression, and those in the definitions of its derived columns."""
    values = {let.name: let.value for let in study.lets}
    todo, seen = [expr], set()
    while todo:
        for name in names_in(todo.pop()):
            if name.text not in seen:
                seen.add(name.text)
                yield name.text
                if name.text in values:
                    todo.append(values[name.text])
