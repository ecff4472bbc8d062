"""First pass of the checker: who declares what, what is said twice, what leads back to itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from gipspec.diagnostics import GipError, Note, Problem, problem
from gipspec.lang.check.broken import broken_names
from gipspec.lang.check.expressions import names_in
from gipspec.lang.check.suggest import unknown
from gipspec.lang.check.values import typed
from gipspec.lang.study import DataSource, Panel
from gipspec.lang.syntax import (
    AuditStatement,
    DataStatement,
    DefaultsStatement,
    FigureStatement,
    LabelStatement,
    LearnerStatement,
    LetStatement,
    ModelStatement,
    Name,
    Option,
    Package,
    PanelStatement,
    SampleStatement,
    SetStatement,
    Statement,
    StudyStatement,
    TableStatement,
    Text,
)
from gipspec.lang.vocabulary import DATA_OPTIONS, LEARNERS
from gipspec.source import Source, Span

UNNAMED = "m"
COMMON = frozenset({"data", "panel", "include", "defaults"})  # what all models rest on

T = TypeVar("T")


@dataclass(slots=True)
class Declarations:
    """Everything that the statements of a study declare, by kind; filled by `declare`, read by `resolve`."""

    source: Source
    title: str = ""
    data: DataSource | None = None
    panel: Panel | None = None
    panel_names: tuple[Name, ...] = ()  # its unit and time, each at its place
    labels: dict[str, LabelStatement] = field(default_factory=dict)
    lets: dict[str, LetStatement] = field(default_factory=dict)
    sets: dict[str, SetStatement] = field(default_factory=dict)
    samples: dict[str, SampleStatement] = field(default_factory=dict)
    learners: dict[str, LearnerStatement] = field(default_factory=dict)
    defaults: dict[str, Option] = field(default_factory=dict)
    models: dict[str, ModelStatement] = field(default_factory=dict)
    tables: dict[str, TableStatement] = field(default_factory=dict)
    figures: dict[str, FigureStatement] = field(default_factory=dict)
    accepted: list[AuditStatement] = field(default_factory=list)
    poisoned: set[str] = field(default_factory=set)
    broken: dict[str, set[str]] = field(default_factory=dict)  # by kind, from lines with a syntax error
    failed: bool = False  # whether a line could not be read; what it would have used is unknown
    shaken: bool = False  # whether what all models rest on is wrong: data, panel, defaults
    problems: list[Problem] = field(default_factory=list)


def declare(
    source: Source, statements: Iterable[Statement], folder: Path, syntax: Iterable[Problem] = ()
) -> Declarations:
    """Sort statements into declarations; `folder` is where relative data paths start.

    `syntax` are the problems of parsing: what their lines would have defined counts as known and wrong.

    Problems go into the result: G103, G104, G105, G107, G201, G211.
    """
    syntax = tuple(syntax)
    failed = any(p.severity == "error" for p in syntax)
    found = Declarations(source=source, broken=broken_names(syntax), failed=failed)
    found.poisoned |= found.broken.get("let", set()) | found.broken.get("set", set())
    found.shaken = not COMMON.isdisjoint(found.broken)
    singles: dict[str, Span] = {}
    unnamed = 0
    for statement in statements:
        match statement:
            case StudyStatement(title=title):
                if _first(found, singles, "study", statement.span):
                    found.title = title
            case DataStatement():
                if _first(found, singles, "data", statement.span):
                    found.data = _data(found, statement, folder)
            case PanelStatement(unit=unit, time=time):
                if _first(found, singles, "panel", statement.span):
                    found.panel = Panel(unit=unit.text, time=time.text, span=unit.span.to(time.span))
                    found.panel_names = (unit, time)
            case DefaultsStatement(options=options):
                for option in options:
                    _add(found, found.defaults, "default", option.name, option)
            case ModelStatement(name=None):
                unnamed += 1
                name = Name(text=f"{UNNAMED}{unnamed}", span=statement.span)
                _add(found, found.models, "model", name, statement)
            case ModelStatement(name=Name() as name):
                _add(found, found.models, "model", name, statement)
            case LabelStatement():
                _add(found, found.labels, "label", statement.name, statement)
            case LetStatement():
                _add(found, found.lets, "let", statement.name, statement)
            case SetStatement():
                _add(found, found.sets, "set", statement.name, statement)
            case SampleStatement():
                _add(found, found.samples, "sample", statement.name, statement)
            case LearnerStatement():
                _add(found, found.learners, "learner", statement.name, statement)
            case TableStatement():
                _add(found, found.tables, "table", statement.name, statement)
            case FigureStatement():
                _add(found, found.figures, "figure", statement.name, statement)
            case AuditStatement():
                found.accepted.append(statement)
            case _:  # an include stands for its statements, which came in its place
                pass
    _check_names(found)
    _check_cycles(found)
    return found


def _first(found: Declarations, singles: dict[str, Span], kind: str, span: Span) -> bool:
    if kind in singles:
        note = Note(text="the first is here", span=singles[kind])
        found.problems.append(problem("G105", span, notes=[note], statement=kind))
        found.shaken |= kind in COMMON
        return False
    singles[kind] = span
    return True


def _add(found: Declarations, table: dict[str, T], kind: str, name: Name, item: T) -> None:
    if name.text in table:
        note = Note(text="the first is here", span=name_span(table[name.text]))
        found.problems.append(problem("G103", name.span, notes=[note], kind=kind, name=name.text))
        _doubt(found, kind, name.text)
    else:
        table[name.text] = item


def _doubt(found: Declarations, kind: str, name: str) -> None:
    """Take what is said twice for wrong: which of the two was meant only the author knows."""
    match kind:
        case "let" | "set" | "model":
            found.poisoned.add(name)
        case "sample" | "learner":
            found.broken.setdefault(kind, set()).add(name)
        case "default":
            found.shaken = True
        case _:  # labels and exhibits move no number
            pass


def name_span(item: object) -> Span:
    """Return where a statement or option says its name; the statement itself where it has none."""
    name = getattr(item, "name", None)
    span: Span = (name if isinstance(name, Name) else item).span  # type: ignore[attr-defined]
    return span


def _data(found: Declarations, statement: DataStatement, folder: Path) -> DataSource:
    given: dict[str, str] = {}
    before = len(found.problems)
    for option in statement.options:
        entry = DATA_OPTIONS.get(option.name.text)
        if entry is None:
            found.problems.append(
                unknown("G201", option.name.span, option.name.text, DATA_OPTIONS, name=option.name.text)
            )
            continue
        try:
            value = typed(entry.name, entry.kind, option.value)
        except GipError as error:
            found.problems.extend(error.problems)
            continue
        given[entry.name] = " ".join(str(v) for v in value) if isinstance(value, tuple) else str(value)
    found.shaken |= len(found.problems) > before
    match statement.origin:
        case Package(package=package, dataset=dataset):
            return DataSource(package=package, dataset=dataset, span=statement.origin.span)
        case Text(value=path):
            return DataSource(path=str(folder / path), span=statement.origin.span, **given)


def _check_names(found: Declarations) -> None:
    """A name with a dot would be read as the member of a fan; a word of the vocabulary keeps its meaning."""
    dotless: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("sample", found.samples),
        ("learner", found.learners),
        ("model", found.models),
        ("table", found.tables),
        ("figure", found.figures),
    )
    for kind, table in dotless:
        for name, statement in table.items():
            if "." in name:
                _refuse(found, kind, name, statement, "a dot addresses the members of a fan")
    for name in [name for name in found.learners if name in LEARNERS]:
        _refuse(found, "learner", name, found.learners.pop(name), "it is a learner of the language")
    for name, statement in found.sets.items():
        if name in found.lets:
            note = Note(text="the `let` is here", span=name_span(found.lets[name]))
            found.problems.append(problem("G103", name_span(statement), notes=[note], kind="name", name=name))
            _doubt(found, "let", name)


def _refuse(found: Declarations, kind: str, name: str, statement: object, reason: str) -> None:
    found.problems.append(problem("G107", name_span(statement), name=name, reason=reason))
    if kind == "model":
        found.poisoned.add(name)


def _check_cycles(found: Declarations) -> None:
    """Report each circle among lets and among sets once, and poison its members."""
    lets = {n: (s, [x.text for x in names_in(s.value)]) for n, s in found.lets.items()}
    sets = {n: (s, [x.text for x in names_in(s.value)]) for n, s in found.sets.items()}
    for kind, table in (("let", lets), ("set", sets)):
        for cycle in cycles({n: used for n, (_, used) in table.items()}):
            shown = " -> ".join(f"`{n}`" for n in (*cycle, cycle[0]))
            statement = table[cycle[0]][0]
            found.problems.append(
                problem("G104", name_span(statement), kind=kind, name=cycle[0], cycle=shown)
            )
            found.poisoned.update(cycle)


def cycles(uses: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the circles of a graph of definitions, each once, found in the order of definition."""
    state: dict[str, int] = {}
    result: list[tuple[str, ...]] = []
    for start in uses:
        if start in state:
            continue
        path: list[str] = []
        stack: list[tuple[str, list[str]]] = [(start, [])]
        while stack:
            name, todo = stack[-1]
            if name not in state:
                state[name] = 1
                path.append(name)
                todo.extend(u for u in reversed(list(uses[name])) if u in uses)
            if not todo:
                state[name] = 2
                path.pop()
                stack.pop()
                continue
            step = todo.pop()
            if state.get(step) == 1:
                result.append(tuple(path[path.index(step) :]))
            elif step not in state:
                stack.append((step, []))
    return result


def ordered(uses: Mapping[str, Iterable[str]]) -> list[str]:
    """Return definitions such that each comes after those it uses; ties keep the order of names.

    Members of circles are left out.
    """
    waiting = {name: {u for u in used if u in uses} for name, used in sorted(uses.items())}
    result: list[str] = []
    while ready := [name for name, used in waiting.items() if used <= set(result)]:
        for name in ready:
            del waiting[name]
        result += ready
    return result


__all__ = ["Declarations", "cycles", "declare", "name_span", "ordered"]
