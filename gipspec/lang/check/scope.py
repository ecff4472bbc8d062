"""What a name can mean in a study, and the search for it with suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from gipspec.diagnostics import GipError, Problem, nearest, problem
from gipspec.lang.study import Panel, Schema
from gipspec.lang.syntax import Expr, Name
from gipspec.source import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that expressions and terms may use.

    `schema` is None where the data could not be read: names are then taken on trust, so that one missing
    file does not bury the other problems of a spec. `poisoned` are names whose own definition is wrong:
    using one stops the user in silence, because the message is already given.
    """

    schema: Schema | None
    lets: frozenset[str]
    sets: Mapping[str, Expr]
    panel: Panel | None
    poisoned: frozenset[str] = frozenset()
    _columns: frozenset[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = frozenset(c.name for c in self.schema.columns) | self.lets if self.schema else None
        object.__setattr__(self, "_columns", known)

    @property
    def data_name(self) -> str:
        return self.schema.name if self.schema else "the data"

    def columns(self) -> frozenset[str] | None:
        """Return the names of all columns, or None where the data could not be read."""
        return self._columns

    def label(self, name: str) -> str:
        return self.schema.labels().get(name, "") if self.schema else ""


class PoisonedError(GipError):
    """Raised by a use of something whose own problem is reported already; carries no problem."""

    def __init__(self) -> None:
        super().__init__()


def attempt_all(works: Iterable[Callable[[], T]]) -> list[T]:
    """Do all that can be done, so that the mistakes of every part of a statement are told at once.

    Raises GipError with the problems of all parts, or PoisonedError where those are reported already.
    """
    done: list[T] = []
    wrong: list[Problem] = []
    poisoned = False
    for work in works:
        try:
            done.append(work())
        except PoisonedError:
            poisoned = True
        except GipError as error:
            wrong += error.problems
    if wrong:
        raise GipError(*wrong)
    if poisoned:
        raise PoisonedError
    return done


def require_column(name: Name, scope: Scope) -> None:
    """Raise unless `name` is a column of the data or a `let`."""
    if name.text in scope.poisoned:
        raise PoisonedError
    columns = scope.columns()
    if name.text in scope.sets:
        raise GipError(
            problem(
                "G111",
                name.span,
                name=name.text,
                actual="set of terms",
                wanted="column",
                remedy="name one of its columns, or define a `let`",
            )
        )
    if columns is not None and name.text not in columns:
        raise GipError(no_column(name, scope, columns))


def no_column(name: Name, scope: Scope, columns: Iterable[str]) -> Problem:
    """Build G102 with a suggestion and its label, or a list of what there is."""
    known = sorted({*columns, *scope.sets})
    guess = nearest(name.text, known)
    if guess is None:
        shown = ", ".join(f"`{c}`" for c in known[:8]) + (", ..." if len(known) > 8 else "")
        remedy = f"the columns are {shown}"
    else:
        label = scope.label(guess)
        remedy = f"did you mean `{guess}`{f' ({label})' if label else ''}?"
    return problem("G102", name.span, instead=guess, name=name.text, file=scope.data_name, remedy=remedy)


def unknown(code: str, span: Span, wanted: str, known: Iterable[str], /, **fields: object) -> Problem:
    """Build a problem about a name, `wanted`, that is not among `known`, with the nearest as its remedy."""
    choices = sorted(set(known))
    guess = nearest(wanted, choices)
    if guess:
        remedy = f"did you mean `{guess}`?"
    elif choices:
        remedy = (
            "use one of " + ", ".join(f"`{c}`" for c in choices[:12]) + (", ..." if len(choices) > 12 else "")
        )
    else:
        remedy = "none is defined in this spec"
    return problem(code, span, notes=(), help=None, instead=guess, remedy=remedy, **fields)
