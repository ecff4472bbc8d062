"""What a name can mean in a study, and the search for it with suggestions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from gipspec.diagnostics import GipError, Problem, nearest, problem
from gipspec.lang.check.suggest import listed
from gipspec.lang.notation import print_name
from gipspec.lang.study import Panel, Schema
from gipspec.lang.syntax import Expr, Name

T = TypeVar("T")

MOST_COLUMNS = 8  # that a message lists
_STATA = re.compile(r"(?P<operator>[lfsdic])(?P<order>\d*)\.(?P<column>.+)", re.IGNORECASE)
_SHIFTS = {"l": "lag", "f": "lead", "s": "diff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that expressions and terms may use.

    `schema` is None where the data could not be read: names are then taken on trust, so that one missing
    file does not bury the other problems of a spec. `poisoned` are names whose own definition is wrong:
    using one stops the user in silence, because the message is already given. `labels` are those of the spec,
    which come before those of the file; `let_kinds` are the kinds of the lets that are checked.
    """

    schema: Schema | None
    lets: frozenset[str]
    sets: Mapping[str, Expr]
    panel: Panel | None
    poisoned: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    let_kinds: Mapping[str, str] = field(default_factory=dict)
    _columns: frozenset[str] | None = field(init=False, repr=False, compare=False)
    _file_labels: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _kinds: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = frozenset(c.name for c in self.schema.columns) | self.lets if self.schema else None
        object.__setattr__(self, "_columns", known)
        object.__setattr__(self, "_file_labels", self.schema.labels() if self.schema else {})
        kinds = {c.name: c.kind for c in self.schema.columns} if self.schema else {}
        object.__setattr__(self, "_kinds", {**kinds, **self.let_kinds})

    @property
    def data_name(self) -> str:
        return self.schema.name if self.schema else "the data"

    def columns(self) -> frozenset[str] | None:
        """Return the names of all columns, or None where the data could not be read."""
        return self._columns

    def kind(self, name: str) -> str:
        """Return the kind of a column of the file or of a let, as far as it is known."""
        return self._kinds.get(name, "")

    def label(self, name: str) -> str:
        return self.labels.get(name) or self._file_labels.get(name, "")


class PoisonedError(GipError):
    """Raised by a use of something whose own problem is reported already; carries no problem."""

    def __init__(self) -> None:
        super().__init__()


def raise_any(found: Iterable[Problem]) -> None:
    """Raise the problems, if there are any."""
    if wrong := tuple(found):
        raise GipError(*wrong)


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


def no_column(
    name: Name,
    scope: Scope,
    columns: Iterable[str],
    others: Iterable[str] | None = None,
    *,
    or_else: str = "",
) -> Problem:
    """Build G102 with what was meant, or a list of the columns.

    What was meant may be one of `others` too, which are no columns; the sets of the study unless told.
    `or_else` is said of a name that may be no column at all, in the place of the list.
    """
    known = sorted(columns)
    guess, remedy = _meant(name.text, scope, known, scope.sets if others is None else others)
    if or_else:
        remedy = f"{remedy} {or_else[0].upper()}{or_else[1:]}" if remedy else or_else
    elif not remedy:
        remedy = f"the columns are {listed(name.text, known, MOST_COLUMNS)}"
    return problem("G102", name.span, instead=guess, name=name.text, file=scope.data_name, remedy=remedy)


def _meant(name: str, scope: Scope, columns: list[str], others: Iterable[str]) -> tuple[str | None, str]:
    """Return the name that was meant, and the remedy that says so; nothing where none is near."""
    if written := _from_stata(name, columns):
        return None, f"write `{written}`"
    labels = {c: label.strip() for c in columns if (label := scope.label(c))}
    labelled = [c for c, label in labels.items() if label.casefold() == name.strip().casefold()]
    if len(labelled) > 1:
        return None, f"{', '.join(f'`{c}`' for c in labelled)} have the label {labels[labelled[0]]}"
    if guess := nearest(name, [*columns, *others]) if not labelled else None:
        label = scope.label(guess)
        return guess, f"did you mean `{guess}`{f' ({label})' if label else ''}?"
    near = None if labelled else nearest(name, labels.values())
    labelled += [c for c, label in labels.items() if label == near]
    if labelled:
        return labelled[0], f"`{labelled[0]}` has the label {labels[labelled[0]]}"
    return None, ""


def _from_stata(name: str, columns: list[str]) -> str:
    """Return what `L2.gdp` or `i.region`, operators of Stata in front of a column, is here."""
    found = _STATA.fullmatch(name)
    if found is None or found["column"] not in columns:
        return ""
    operator, order, column = found["operator"].lower(), found["order"], found["column"]
    further = f", {order}" if order and order != "1" else ""
    match operator:
        case "l" | "f" | "s":
            return f"{_SHIFTS[operator]}({print_name(column)}{further})"
        case "d" if not further:
            return f"diff({print_name(column)})"
        case "i" if not order:
            return f"factor({print_name(column)})"
        case "c" if not order:
            return print_name(column)
        case _:
            return ""
