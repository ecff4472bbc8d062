"""Tables of variables: the columns that a name means, and the options that suit each kind."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.expressions import names_in
from gipspec.lang.check.models import Resolved
from gipspec.lang.check.scope import PoisonedError, Scope, require_column
from gipspec.lang.check.terms import expand
from gipspec.lang.study import Sample, Value
from gipspec.lang.syntax import Name, Option
from gipspec.lang.vocabulary import DEFINITIONS, DESCRIPTIVES

# Options of tables of variables, by the kinds that have them. Those of the page and of text suit all kinds.
ALL = frozenset({"definitions", "descriptives", "correlations", "vif", "weights"})
ROWS = frozenset({"descriptives", "correlations", "vif"})
SUITS = {
    "stats": frozenset({"descriptives", "definitions"}),
    "by": frozenset({"descriptives"}),
    "of": ROWS,
    "sample": ROWS,
    "stars": frozenset({"descriptives", "correlations", "estimates"}),
    "digits": frozenset({"descriptives", "correlations", "vif", "weights", "estimates"}),
    "rename": ALL | {"estimates"},
    **dict.fromkeys(
        ("kind", "style", "note", "notes", "width", "long", "landscape", "formats"),
        ALL | {"estimates"},
    ),
}


def columns_of(name: Name, scope: Scope) -> tuple[str, ...]:
    """Return the column that a name means, or the columns in the terms of a set.

    Raises GipError: G102 for an unknown name; PoisonedError for one whose own line is wrong.
    """
    if name.text in scope.poisoned:
        raise PoisonedError
    if name.text not in scope.sets:
        require_column(name, scope)
        return (name.text,)
    factors = (factor for term in expand(name, scope) for factor in term.factors)
    return tuple(dict.fromkeys(n.text for factor in factors for n in names_in(factor)))


def check_variable_options(
    kind: str, options: tuple[Option, ...], values: Mapping[str, Value | Sample], resolved: Resolved
) -> list[Problem]:
    """Return the problems of options that do not suit the kind of a table: G208, G101 for `of=`, G204."""
    found: list[Problem] = []
    for option in options:
        name = option.name.text
        if name in values and kind not in SUITS.get(name, frozenset({"estimates"})):
            remedy = f"leave it away; see `gipspec explain {name}`"
            what = f"a table of {kind}"
            found.append(problem("G208", option.span, option=name, what=what, remedy=remedy))
        elif name == "stats" and name in values:
            found += _stats(kind, option, values[name])
        elif name == "of" and name in values:
            found += _of(option, resolved)
    return found


def _stats(kind: str, option: Option, given: Value | Sample) -> list[Problem]:
    known = DEFINITIONS if kind == "definitions" else DESCRIPTIVES
    wrong = [word for word in given if word not in known] if isinstance(given, tuple) else []
    remedy = "use " + ", ".join(f"`{word}`" for word in known)
    return [
        problem("G204", option.value.span, name="stats", found=str(word), remedy=remedy) for word in wrong[:1]
    ]


def _of(option: Option, resolved: Resolved) -> list[Problem]:
    if not isinstance(option.value, Name):
        remedy = "name one model, such as `of=base`"
        return [problem("G208", option.span, option="of", what=f"`{option.value.span.text}`", remedy=remedy)]
    try:
        names = resolved.names(option.value)
    except PoisonedError:
        return []
    except GipError as error:
        return list(error.problems)
    if len(names) > 1 or names[0] in resolved.contrasts:
        members = ", ".join(f"`{n}`" for n in names[:6])
        name, count = option.value.text, len(names)
        return [problem("G108", option.value.span, name=name, count=count, what="models", members=members)]
    return []
