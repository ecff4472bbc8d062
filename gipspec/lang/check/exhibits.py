"""Tables and figures: which models they show, and their options."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.models import Resolved
from gipspec.lang.check.scope import PoisonedError, unknown
from gipspec.lang.check.values import typed
from gipspec.lang.study import TablePanel, TableRequest, Value
from gipspec.lang.syntax import FigureStatement, Name, Option, PanelItem, TableStatement
from gipspec.lang.vocabulary import TABLE_OPTIONS, ExhibitOption


def resolve_table(statement: TableStatement, resolved: Resolved) -> tuple[TableRequest | None, list[Problem]]:
    """Return the request for a table, without the models whose own line is wrong.

    None where a name is unknown or an option is wrong.
    """
    found: list[Problem] = []
    panels: list[TablePanel] = []
    loose: list[str] = []
    for item in statement.items:
        if isinstance(item, PanelItem):
            if loose:
                panels.append(TablePanel(title="", members=tuple(loose)))
                loose = []
            panels.append(TablePanel(title=item.title, members=_members(item.members, resolved, found)))
        else:
            loose += _members((item,), resolved, found)
    if loose:
        panels.append(TablePanel(title="", members=tuple(loose)))
    options = _options(statement.options, TABLE_OPTIONS, found)
    if found:
        return None, found
    request = TableRequest(
        name=statement.name.text,
        title=statement.title or "",
        panels=tuple(panels),
        options=tuple(options.items()),
        span=statement.span,
    )
    return request, found


def refuse_figure(statement: FigureStatement, resolved: Resolved) -> list[Problem]:
    """Return the problems of a figure: this version draws none, and says so; its names are checked."""
    found: list[Problem] = []
    _members(statement.items, resolved, found)
    remedy = "leave it away for now; the estimates stand in results.json"
    found.append(problem("G209", statement.name.span, what="a `figure` statement", remedy=remedy))
    return found


def _members(names: tuple[Name, ...], resolved: Resolved, found: list[Problem]) -> tuple[str, ...]:
    members: list[str] = []
    for name in names:
        try:
            members += resolved.names(name)
        except PoisonedError:
            continue
        except GipError as error:
            found.extend(error.problems)
    return tuple(dict.fromkeys(members))


def _options(
    options: tuple[Option, ...], known: Mapping[str, ExhibitOption], found: list[Problem]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for option in options:
        name = option.name.text
        entry = known.get(name)
        try:
            if entry is None:
                raise GipError(unknown("G201", option.name.span, name, known, name=name))
            if not entry.available:
                remedy = "leave it away for now"
                raise GipError(problem("G209", option.name.span, what=f"the option `{name}`", remedy=remedy))
            if name in values:
                raise GipError(problem("G211", option.name.span, name=name))
            values[name] = typed(name, entry.kind, option.value)
        except GipError as error:
            found.extend(error.problems)
    return values
