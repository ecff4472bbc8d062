"""The lets behind a model, so that a change in one of them is seen as a change of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from gipspec.lang.check.expressions import names_in
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Let, Model, Sample, Term
from gipspec.lang.syntax import Name, Node

MOST_REMEMBERED = 500

# Settings that name columns, alone or in expressions.
NAMING = ("fe", "folds", "cluster", "sample", "iv", "het", "via", "placebo_strata", "sensitivity")


def with_definitions(models: Iterable[Model], lets: tuple[Let, ...]) -> tuple[Model, ...]:
    """Attach to each model the lets that it uses, directly or by way of others."""
    printed = {let.name: print_expr(let.value) for let in lets}
    return tuple(replace(m, definitions=_definitions(printed, _used(m, lets))) for m in models)


def _definitions(printed: dict[str, str], used: set[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in printed.items() if name in used)


def _used(model: Model, lets: tuple[Let, ...]) -> set[str]:
    """Return the names that a model uses, with those behind its lets."""
    options = (getattr(model.settings, name) for name in NAMING)
    used = {name for part in (model.outcome, model.treatments, *options) if part for name in _names(part)}
    used |= _controls(model.controls)
    for let in reversed(lets):  # each uses only what stands before it
        if let.name in used:
            used.update(_names(let.value))
    return used


@lru_cache(maxsize=MOST_REMEMBERED)
def _controls(controls: tuple[Term, ...]) -> frozenset[str]:
    """Return the names in controls, which many models of a study have in common."""
    return frozenset(_names(controls))


def _names(part: object) -> Iterator[str]:
    match part:
        case Name(text=text):
            yield text
        case Sample(condition=condition):
            yield from _names(condition)
        case Term(factors=several) | tuple(several):
            for one in several:
                yield from _names(one)
        case Node():
            yield from (name.text for name in names_in(part))  # type: ignore[arg-type]
        case str():  # a column of effects, clusters or folds
            yield part
