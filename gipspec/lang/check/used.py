"""The lets behind a model, so that a change in one of them is seen as a change of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gipspec.lang.check.expressions import names_in
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Let, Model, Sample, Term
from gipspec.lang.syntax import Name, Node

# Settings that name columns, alone or in expressions.
NAMING = ("fe", "folds", "cluster", "sample", "iv", "het", "via", "placebo_strata", "sensitivity")


def with_definitions(
    lines: Mapping[str, tuple[Model, ...]], lets: tuple[Let, ...]
) -> dict[str, tuple[Model, ...]]:
    """Attach to the models of each line the lets that they use, directly or by way of others."""
    printed = {let.name: print_expr(let.value) for let in lets}
    behind = {let.name: _names(let.value) for let in reversed(lets)}  # each uses only what stands before it
    controls: dict[int, set[str]] = {}  # by identity: a line and its variations have most in common

    def defined(model: Model) -> Model:
        if id(model.controls) not in controls:
            controls[id(model.controls)] = _names(model.controls)
        used = controls[id(model.controls)] | _names((model.outcome, model.treatments))
        for given in filter(None, (getattr(model.settings, name) for name in NAMING)):
            _collect(given, used)
        for name, names in behind.items():
            if name in used:
                used |= names
        return replace(model, definitions=tuple((n, text) for n, text in printed.items() if n in used))

    return {name: tuple(map(defined, models)) for name, models in lines.items()} if lets else dict(lines)


def _names(part: object) -> set[str]:
    found: set[str] = set()
    _collect(part, found)
    return found


def _collect(part: object, into: set[str]) -> None:
    """Add the names in a part of a model; a text is a column of effects, clusters or folds."""
    if isinstance(part, str):
        into.add(part)
    elif isinstance(part, tuple):
        for one in part:
            _collect(one, into)
    elif isinstance(part, Name):
        into.add(part.text)
    elif isinstance(part, Term):
        _collect(part.factors, into)
    elif isinstance(part, Sample):
        _collect(part.condition, into)
    elif isinstance(part, Node):
        into.update(name.text for name in names_in(part))  # type: ignore[arg-type]
