"""Tables and figures: which models or variables they show, and their options."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.figures import kind_of, unsuited
from gipspec.lang.check.models import Resolved
from gipspec.lang.check.scope import PoisonedError, require_column
from gipspec.lang.check.settings import OptionScope, resolve_sample
from gipspec.lang.check.suggest import unknown
from gipspec.lang.check.values import typed, wrong_value
from gipspec.lang.check.variables import check_variable_options, columns_of
from gipspec.lang.study import FigureRequest, Sample, TablePanel, TableRequest, Value
from gipspec.lang.syntax import FigureStatement, Name, Option, PanelItem, TableStatement
from gipspec.lang.vocabulary import FIGURE_OPTIONS, TABLE_OPTIONS, ExhibitOption
from gipspec.lang.vocabulary.kinds import Columns, SampleValue

Members = Callable[[tuple[Name, ...]], tuple[str, ...]]


def resolve_table(
    statement: TableStatement, resolved: Resolved, scope: OptionScope
) -> tuple[TableRequest | None, list[Problem]]:
    """Return the request for a table, without the models whose own line is wrong.

    None where a name is unknown or an option is wrong.
    """
    found: list[Problem] = []
    kinds: list[Problem] = []
    options = _options(statement.options, TABLE_OPTIONS, scope, found)
    kind = str(options.get("kind", "estimates"))
    if kind == "estimates":
        panels = _panels(statement, lambda names: _members(names, resolved, found))
    else:
        panels = _panels(statement, lambda names: _variables(names, scope, found))
    kinds += check_variable_options(kind, statement.options, options, resolved)
    if found or kinds:
        return None, [*found, *kinds]
    sample = options.pop("sample", None)
    request = TableRequest(
        name=statement.name.text,
        title=statement.title or "",
        panels=panels,
        options=tuple((name, value) for name, value in options.items() if not isinstance(value, Sample)),
        sample=sample if isinstance(sample, Sample) else None,
        span=statement.span,
    )
    return request, found


def _panels(statement: TableStatement, members: Members) -> tuple[TablePanel, ...]:
    panels: list[TablePanel] = []
    loose: list[str] = []
    for item in statement.items:
        if isinstance(item, PanelItem):
            if loose:
                panels.append(TablePanel(title="", members=tuple(loose)))
                loose = []
            panels.append(TablePanel(title=item.title, members=members(item.members)))
        else:
            loose += members((item,))
    if loose:
        panels.append(TablePanel(title="", members=tuple(loose)))
    return tuple(panels)


def resolve_figure(
    statement: FigureStatement, resolved: Resolved, scope: OptionScope
) -> tuple[FigureRequest | None, list[Problem]]:
    """Return the request for a figure, without the models whose own line is wrong.

    None where a name is unknown, an option is wrong, or a model is not what the kind shows.
    """
    found: list[Problem] = []
    options = _options(statement.options, FIGURE_OPTIONS, scope, found)
    by_name = {name: _members((name,), resolved, found) for name in statement.items}
    models = {m.name: m for family in resolved.models.values() for m in family}
    members = tuple(dict.fromkeys(m for group in by_name.values() for m in group))
    kind = str(options.pop("kind", "")) or kind_of(models.get(m) for m in members)
    for name, group in by_name.items():
        found += unsuited(kind, statement.name.text, [models.get(m) for m in group], name.span)
    if found:
        return None, found
    request = FigureRequest(
        name=statement.name.text,
        kind=kind,
        title=statement.title or "",
        members=members,
        options=tuple((name, value) for name, value in options.items() if not isinstance(value, Sample)),
        span=statement.span,
    )
    return request, found


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


def _variables(names: tuple[Name, ...], scope: OptionScope, found: list[Problem]) -> tuple[str, ...]:
    members: list[str] = []
    for name in names:
        try:
            members += columns_of(name, scope.scope)
        except PoisonedError:
            continue
        except GipError as error:
            found.extend(error.problems)
    return tuple(dict.fromkeys(members))


def _options(
    options: tuple[Option, ...],
    known: Mapping[str, ExhibitOption],
    scope: OptionScope,
    found: list[Problem],
) -> dict[str, Value | Sample]:
    values: dict[str, Value | Sample] = {}
    for option in options:
        name = option.name.text
        entry = known.get(name)
        try:
            if entry is None:
                raise GipError(unknown("G201", option.name.span, name, known, name=name))
            if name in values:
                raise GipError(problem("G211", option.name.span, name=name))
            values[name] = _value(entry, option, scope)
        except PoisonedError:
            continue
        except GipError as error:
            found.extend(error.problems)
    return values


def _value(entry: ExhibitOption, option: Option, scope: OptionScope) -> Value | Sample:
    match entry.kind:
        case SampleValue():
            return resolve_sample(option.value, scope)
        case Columns():
            if not isinstance(option.value, Name):
                raise GipError(wrong_value(entry.name, entry.kind, option.value))
            require_column(option.value, scope.scope)
            return option.value.text
        case kind:
            return typed(entry.name, kind, option.value)
