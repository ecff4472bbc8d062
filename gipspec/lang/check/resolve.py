"""Second pass of the checker: declarations and the schema of the data become a `Study`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gipspec.diagnostics import GipError, Problem, problem, sort_problems
from gipspec.lang.check.accepted import resolve_accepted
from gipspec.lang.check.bare import bare_sums
from gipspec.lang.check.declare import Declarations, name_span, ordered
from gipspec.lang.check.exhibits import resolve_figure, resolve_table
from gipspec.lang.check.expressions import LET, check_column, check_condition, names_in
from gipspec.lang.check.known import NOTHING, Known, Line, context_of
from gipspec.lang.check.learners import LearnerScope, resolve_learner
from gipspec.lang.check.models import Resolved, resolve_models
from gipspec.lang.check.scope import PoisonedError, Scope, no_column
from gipspec.lang.check.settings import HEAD_OPTIONS, OptionScope, check_option, resolve_settings
from gipspec.lang.check.sorts import sort_of
from gipspec.lang.check.terms import expand
from gipspec.lang.check.uneven import uneven_differences
from gipspec.lang.study import FigureRequest, Learner, Let, Schema, Study, TableRequest
from gipspec.lang.syntax import (
    Call,
    Each,
    Expr,
    Formula,
    LetStatement,
    ModelStatement,
    Name,
    Option,
    PanelItem,
    TableStatement,
)
from gipspec.lang.vocabulary import FUNCTIONS
from gipspec.lang.vocabulary.kinds import Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A study and what is wrong with it.

    `study` holds the sound models and tables; no model is sound where data, panel or defaults are wrong, on
    which all rest. It is None where no data are named. `known` serves the next check of the same spec.
    """

    study: Study | None
    problems: tuple[Problem, ...]
    known: Known = field(default=NOTHING, repr=False)

    @property
    def ok(self) -> bool:
        return not any(p.severity == "error" for p in self.problems)


def resolve(declared: Declarations, schema: Schema | None, known: Known = NOTHING) -> Checked:
    """Check every declaration against the columns of the data.

    With `schema=None` (the data could not be read) names of columns are taken on trust. What an earlier check
    `known` of the same spec found is used again where it holds; the answer is the same without it.
    """
    found = list(declared.problems)
    if declared.data is None and not {"data", "include"} & declared.broken.keys():
        found.append(problem("G106"))
    scope, lets = _columns(declared, schema, found)
    options, more = _options(declared, scope)
    found += more
    found += _check_defaults(declared, options)
    context = context_of(declared, options)
    resolved = resolve_models(declared, options, lets, known.within(context))
    found += resolved.problems
    tables = _tables(declared, resolved, options, found)
    figures = _figures(declared, resolved, options, found)
    accepted, wrong = resolve_accepted(declared.accepted, _nameable(declared, resolved))
    found += wrong
    if not declared.failed and not any(p.severity == "error" for p in found):
        found += _unused(declared)
    models = tuple(m for name in declared.models for m in resolved.models.get(name, ()))
    found += uneven_differences(resolved.contrasts.values(), models)
    found += bare_sums(declared.models, resolved.models)
    study = None
    if declared.data is not None:
        study = Study(
            source=declared.source,
            title=declared.title,
            data=declared.data,
            panel=declared.panel,
            labels=tuple((name, s.text) for name, s in declared.labels.items()),
            lets=lets,
            models=() if declared.shaken else models,
            contrasts=() if declared.shaken else tuple(resolved.contrasts.values()),
            tables=tables,
            figures=figures,
            seed=_seed(declared, options),
            accepted=accepted,
        )
    lines = {
        name: Line(text=declared.models[name].span.text, models=group)
        for name, group in resolved.models.items()
    }
    return Checked(
        study=study, problems=sort_problems(found), known=Known(context=context, lets=lets, lines=lines)
    )


def _columns(
    declared: Declarations, schema: Schema | None, found: list[Problem]
) -> tuple[Scope, tuple[Let, ...]]:
    """Check panel, labels, lets, sets and their names; return what expressions may use."""
    poisoned = set(declared.poisoned)
    in_file = {c.name for c in schema.columns} if schema else set()
    for kind, names in (("let", declared.lets), ("set", declared.sets)):
        for name, statement in names.items():
            if name in in_file and schema:
                found.append(problem("G109", name_span(statement), name=name, file=schema.name, kind=kind))
                poisoned.add(name)
    scope = Scope(
        schema=schema,
        lets=frozenset(declared.lets),
        sets={name: s.value for name, s in declared.sets.items()},
        panel=declared.panel,
        poisoned=frozenset(poisoned),
        labels={name: s.text for name, s in declared.labels.items()},
    )
    _check_panel(declared, scope, found)
    _check_labels(declared, scope, found)
    order = ordered({name: [n.text for n in names_in(s.value)] for name, s in declared.lets.items()})
    lets: list[Let] = []
    for name in order:
        scope = _checked_let(declared.lets[name], scope, found)
        if name not in scope.poisoned:
            lets.append(Let(name=name, value=declared.lets[name].value))
    for name in ordered({n: [x.text for x in names_in(e)] for n, e in scope.sets.items()}):
        scope = _checked_set(name, scope, found)
    return scope, tuple(lets)


def _poison(scope: Scope, name: str) -> Scope:
    return replace(scope, poisoned=scope.poisoned | {name})


def _checked_let(statement: LetStatement, scope: Scope, found: list[Problem]) -> Scope:
    name = statement.name.text
    if name in scope.poisoned:
        return scope
    try:
        wrong = check_column(statement.value, scope, LET)
    except PoisonedError:
        return _poison(scope, name)
    found += wrong
    if wrong:
        return _poison(scope, name)
    return replace(scope, let_kinds={**scope.let_kinds, name: sort_of(statement.value, scope)})


def _checked_set(name: str, scope: Scope, found: list[Problem]) -> Scope:
    if name in scope.poisoned:
        return scope
    try:
        expand(scope.sets[name], scope)
    except PoisonedError:
        return _poison(scope, name)
    except GipError as error:
        found += error.problems
        return _poison(scope, name)
    return scope


def _check_panel(declared: Declarations, scope: Scope, found: list[Problem]) -> None:
    columns = {c.name for c in scope.schema.columns} if scope.schema else None
    if declared.panel is None or columns is None or declared.panel.span is None:
        return
    absent = [name for name in declared.panel_names if name.text not in columns]
    found += [_no_panel_column(name, scope, columns) for name in absent]
    declared.shaken |= bool(absent)
    if declared.panel.unit == declared.panel.time:
        reason = "the unit and the time of a panel are two columns"
        found.append(problem("G218", declared.panel.span, reason=reason, remedy="write `panel city year`"))
        declared.shaken = True


def _no_panel_column(name: Name, scope: Scope, columns: set[str]) -> Problem:
    kind = "let" if name.text in scope.lets else "set" if name.text in scope.sets else ""
    if not kind:
        return no_column(name, scope, columns, ())
    remedy = (
        f"`panel` takes columns of the file, and `{name.text}` is a `{kind}`: write the column into the file"
    )
    return problem("G102", name.span, name=name.text, file=scope.data_name, remedy=remedy)


def _check_labels(declared: Declarations, scope: Scope, found: list[Problem]) -> None:
    columns = scope.columns()
    if columns is None:
        return
    absent = [s.name for s in declared.labels.values() if s.name.text not in columns]
    found += [no_column(name, scope, columns) for name in absent]


def _options(declared: Declarations, scope: Scope) -> tuple[OptionScope, list[Problem]]:
    """Check learners, samples and defaults on their own, so that an unused one is checked too."""
    found: list[Problem] = []
    bad_learners = set(declared.broken.get("learner", ()))
    sound: dict[str, Learner] = {}
    for name, statement in declared.learners.items():
        try:
            sound[name] = resolve_learner(statement.name, LearnerScope(statements=declared.learners))
        except GipError as error:
            bad_learners.add(name)
            found += error.problems
    bad_samples = set(declared.broken.get("sample", ()))
    for name, sample in declared.samples.items():
        try:
            wrong = check_condition(sample.condition, scope)
        except PoisonedError:
            wrong, bad_samples = [], bad_samples | {name}
        if wrong:
            bad_samples.add(name)
            found += wrong
    options = OptionScope(
        scope=scope,
        learners=LearnerScope(statements=declared.learners, poisoned=frozenset(bad_learners), sound=sound),
        samples=declared.samples,
        poisoned_samples=frozenset(bad_samples),
    )
    return options, found


def _check_defaults(declared: Declarations, options: OptionScope) -> list[Problem]:
    """Check each default and take the wrong ones out, so that they are reported once."""
    found: list[Problem] = []
    for name, option in list(declared.defaults.items()):
        wrong: list[Problem] = []
        if name in HEAD_OPTIONS:
            remedy = "give it to a model"
            wrong = [problem("G208", option.span, option=name, what="`defaults`", remedy=remedy)]
        elif isinstance(option.value, Each) and not isinstance(check_option(option).kind, Numbers):
            wrong = [problem("G216", option.value.span)]
        else:
            _, alone = resolve_settings({name: option}, options, option.span)
            _, together = resolve_settings(declared.defaults, options, option.span) if alone else (None, [])
            wrong = [p for p in alone if p in together]  # `learner_d=logit` is fine beside `fe=none`
        if wrong:
            found += wrong
            del declared.defaults[name]
            declared.shaken = True
    return found


def _seed(declared: Declarations, options: OptionScope) -> int:
    option = declared.defaults.get("seed")
    if option is None:
        return 42
    settings, _ = resolve_settings({"seed": option}, options, option.span)
    return settings.seed if settings else 42


def _tables(
    declared: Declarations, resolved: Resolved, options: OptionScope, found: list[Problem]
) -> tuple[TableRequest, ...]:
    tables: list[TableRequest] = []
    for statement in declared.tables.values():
        request, wrong = resolve_table(statement, resolved, options)
        found += wrong
        if request is not None:
            tables.append(request)
    return tuple(tables)


def _figures(
    declared: Declarations, resolved: Resolved, options: OptionScope, found: list[Problem]
) -> tuple[FigureRequest, ...]:
    figures: list[FigureRequest] = []
    for statement in declared.figures.values():
        request, wrong = resolve_figure(statement, resolved, options)
        found += wrong
        if request is not None:
            figures.append(request)
    return tuple(figures)


def _nameable(declared: Declarations, resolved: Resolved) -> set[str]:
    """Return what `audit accept` may name: lines, the models of a fan, tables, derived columns."""
    names = {*declared.models, *declared.tables, *declared.lets, *resolved.contrasts}
    for models in resolved.models.values():
        parts = [m.variant.split(".") for m in models if m.variant]
        names |= {".".join((models[0].family, *p[:k])) for p in parts for k in range(1, len(p) + 1)}
    return names | {m.name for models in resolved.models.values() for m in models}


def _unused(declared: Declarations) -> list[Problem]:
    """Warn of sets, samples, learners and lets that nothing uses; an index is an exhibit of its own."""
    used = {name.text for expr in _expressions(declared) for name in names_in(expr)}
    kinds: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("set", declared.sets),
        ("sample", declared.samples),
        ("learner", declared.learners),
        ("let", {n: s for n, s in declared.lets.items() if not _is_index(s.value)}),
    )
    return [
        problem("G601", name_span(statement), kind=kind, name=name)
        for kind, table in kinds
        for name, statement in table.items()
        if name not in used
    ]


def _is_index(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function in FUNCTIONS and FUNCTIONS[expr.function].role == "index"


def _expressions(declared: Declarations) -> Iterator[Expr]:
    for table in (declared.lets, declared.sets, declared.learners):
        for statement in table.values():
            yield statement.value
    yield from (s.condition for s in declared.samples.values())
    yield from (o.value for o in declared.defaults.values())
    for exhibit in declared.tables.values():
        yield from _table_expressions(exhibit)
    for model in declared.models.values():
        yield from _model_expressions(model)


def _table_expressions(statement: TableStatement) -> Iterator[Expr]:
    """Yield what a table of variables uses."""
    if not any(option.name.text == "kind" for option in statement.options):
        return
    for item in statement.items:
        yield from item.members if isinstance(item, PanelItem) else (item,)
    yield from (option.value for option in statement.options if option.name.text in ("by", "sample"))


def _model_expressions(statement: ModelStatement) -> Iterator[Expr]:
    if isinstance(statement.head, Formula):
        yield statement.head.outcome
        yield statement.head.treatment
        if statement.head.controls is not None:
            yield statement.head.controls
    option: Option
    for option in statement.options:
        yield option.value
