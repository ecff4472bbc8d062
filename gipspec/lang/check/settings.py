"""From the options of a model to its typed `Settings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gipspec.diagnostics import GipError, Problem, nearest, problem
from gipspec.lang.check.arity import TARGETS
from gipspec.lang.check.combine import method_conflicts
from gipspec.lang.check.constants import MOST_PERIODS
from gipspec.lang.check.expressions import COLUMN, check_column, check_condition
from gipspec.lang.check.learners import LearnerScope, resolve_learner
from gipspec.lang.check.moderators import check_moderator
from gipspec.lang.check.roles import need_variables
from gipspec.lang.check.scope import PoisonedError, Scope, raise_any, require_column
from gipspec.lang.check.suggest import unknown
from gipspec.lang.check.terms import expand, product_of, term_text
from gipspec.lang.check.values import NOTHING, constant, typed, wrong_value
from gipspec.lang.study import Learner, Panel, Sample, Settings
from gipspec.lang.syntax import Binary, Expr, Name, Option, Range, SampleStatement, Text
from gipspec.lang.vocabulary import LEARNERS, OPTIONS, OptionEntry
from gipspec.lang.vocabulary.kinds import (
    Columns,
    Moderator,
    Terms,
    Variable,
    Whole,
    WholeOrColumn,
    Window,
    Words,
)
from gipspec.source import Span

HEAD_OPTIONS = frozenset({"outcome", "treatment", "add", "drop"})
DEFAULT_LEARNER = "gbm"
OTHER_DEFAULTS = {("did", "learner_d"): "ridge"}  # few units adopt together: see docs/statistics.md


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionScope:
    """What the values of options may refer to."""

    scope: Scope
    learners: LearnerScope
    samples: Mapping[str, SampleStatement]
    poisoned_samples: frozenset[str] = frozenset()


def check_option(option: Option) -> OptionEntry:
    """Return the registry's entry of an option.

    Raises GipError G201 for an unknown one.
    """
    name = option.name.text
    entry = OPTIONS.get(name)
    if entry is None:
        raise GipError(unknown("G201", option.name.span, name, OPTIONS, name=name))
    return entry


def resolve_settings(
    options: Mapping[str, Option], scope: OptionScope, where: Span
) -> tuple[Settings | None, list[Problem]]:
    """Type the options of one model (lists are spread out before) and fill in the defaults.

    Returns None and the problems where an option is wrong.
    """
    found: list[Problem] = []
    values: dict[str, object] = {}
    poisoned = False
    for name, option in options.items():
        if name in HEAD_OPTIONS or taken_back(option, scope.scope):
            continue
        try:
            values[name] = _value(name, check_option(option), option.value, scope)
        except PoisonedError:
            poisoned = True
        except GipError as error:
            found.extend(error.problems)
    if found or poisoned:
        return None, found
    settings = _fill(values, scope.scope.panel)
    found = method_conflicts(settings, options, scope.scope.panel, where)
    return (None if found else settings), found


def taken_back(option: Option, scope: Scope) -> bool:
    """Tell whether an option is `iv=none`: the line has none, whatever the line has that it varies."""
    entry = OPTIONS.get(option.name.text)
    return entry is not None and not entry.default and _nothing(option.value, scope)


def _nothing(expr: Expr, scope: Scope) -> bool:
    return isinstance(expr, Name) and expr.text in NOTHING and expr.text not in (scope.columns() or ())


def _value(name: str, entry: OptionEntry, expr: Expr, scope: OptionScope) -> object:
    match entry.kind:
        case Columns(most=most, crossed=crossed, none=none):
            return _columns(name, entry, expr, scope.scope, most, crossed, none)
        case WholeOrColumn():
            return _folds(name, entry, expr, scope.scope)
        case Terms():
            variables = tuple(product_of(t, expr) for t in expand(expr, scope.scope))
            need_variables(variables, scope.scope)
            return variables
        case Variable():
            return _checked(expr, scope.scope, COLUMN)
        case Moderator():
            return _moderator(expr, scope.scope)
        case Window():
            return _window(name, entry, expr)
        case Words():
            return _benchmarks(name, entry, expr, scope.scope)
        case _ if name.startswith("learner"):
            return resolve_learner(expr, scope.learners)
        case _ if name == "sample":
            return resolve_sample(expr, scope)
        case _:
            return typed(name, entry.kind, expr)


def _columns(
    name: str, entry: OptionEntry, expr: Expr, scope: Scope, most: int, crossed: bool, none: str
) -> tuple[tuple[str, ...], ...]:
    if none and _nothing(expr, scope):
        return ()
    effects = _effects(name, entry, expr, scope, crossed)
    if len(effects) > most:
        raise GipError(wrong_value(name, entry.kind, expr))
    return tuple(dict.fromkeys(effects))


def _effects(name: str, entry: OptionEntry, expr: Expr, scope: Scope, crossed: bool) -> list[tuple[str, ...]]:
    match expr:
        case Name(text=text):
            require_column(expr, scope)
            return [(text,)]
        case Binary(op="+", left=left, right=right):
            return [
                *_effects(name, entry, left, scope, crossed),
                *_effects(name, entry, right, scope, crossed),
            ]
        case Binary(op=":", left=left, right=right) if crossed:
            first = _effects(name, entry, left, scope, crossed)
            second = _effects(name, entry, right, scope, crossed)
            return [(*a, *b) for a in first for b in second]
        case _:
            raise GipError(wrong_value(name, entry.kind, expr))


def _checked(expr: Expr, scope: Scope, roles: frozenset[str]) -> Expr:
    raise_any(check_column(expr, scope, roles))
    return expr


def _moderator(expr: Expr, scope: Scope) -> Expr:
    raise_any(check_moderator(expr, scope))
    return expr


def _window(name: str, entry: OptionEntry, expr: Expr) -> tuple[int, int]:
    """Return first and last period of a window such as `-5..5`."""
    if not isinstance(expr, Range):
        raise GipError(wrong_value(name, entry.kind, expr))
    bounds = [constant(expr.low), constant(expr.high)]
    whole = [int(b) for b in bounds if b is not None and b.is_integer() and abs(b) <= MOST_PERIODS]
    if len(whole) < 2 or not whole[0] <= whole[1]:
        raise GipError(wrong_value(name, entry.kind, expr))
    return whole[0], whole[1]


def _benchmarks(name: str, entry: OptionEntry, expr: Expr, scope: Scope) -> tuple[str, ...] | None:
    """Return terms as they are printed, sets spread out; `yes` for none of them, `no` for no value at all."""
    match expr:
        case Name(text="no"):
            return None
        case Name(text="yes"):
            return ()
        case Text():
            raise GipError(wrong_value(name, entry.kind, expr))
        case _:
            return tuple(term_text(t) for t in expand(expr, scope))


def _folds(name: str, entry: OptionEntry, expr: Expr, scope: Scope) -> int | str:
    if isinstance(expr, Name):
        require_column(expr, scope)
        return expr.text
    if constant(expr) is None or not isinstance(entry.kind, WholeOrColumn):
        raise GipError(wrong_value(name, entry.kind, expr))
    value = typed(name, Whole(low=entry.kind.low, high=entry.kind.high), expr)
    assert isinstance(value, int)
    return value


def resolve_sample(expr: Expr, scope: OptionScope) -> Sample:
    """Return the sample that a name or a condition means. Raises GipError G101 for an unknown name."""
    if isinstance(expr, Name):
        if expr.text in scope.poisoned_samples:
            raise PoisonedError
        if expr.text in scope.samples:
            return Sample(name=expr.text, condition=scope.samples[expr.text].condition)
        columns = scope.scope.columns()
        if columns is None or expr.text not in columns:
            guess = nearest(expr.text, scope.samples)
            remedy = f"did you mean `{guess}`?" if guess else "define it: `sample name = condition`"
            raise GipError(
                problem("G101", expr.span, instead=guess, kind="sample", name=expr.text, remedy=remedy)
            )
    wrong = check_condition(expr, scope.scope)
    if wrong:
        raise GipError(*wrong)
    return Sample(name="", condition=expr)


def _fill(values: Mapping[str, object], panel: Panel | None) -> Settings:
    """Return settings from typed options, without those of `defaults` that do not suit the model."""
    model = str(values.get("model", _implied(values)))
    values = {name: value for name, value in values.items() if model in OPTIONS[name].models}
    given = {"model": model} | {k: v for k, v in values.items() if k != "learner"}
    for name in ("learner_y", "learner_d", "learner_z", "learner_m"):
        default = _plain(OTHER_DEFAULTS.get((model, name), DEFAULT_LEARNER))
        given[name] = values.get(name, values.get("learner", default))
    targets = TARGETS.get(model, ("ate",))
    if given.get("target") not in targets:
        given["target"] = targets[0]
    unit_time = ((panel.unit,), (panel.time,)) if panel else ()
    given["fe"] = values.get("fe", unit_time)
    cluster = values.get("cluster", ((panel.unit,),) if panel else ())
    given["cluster"] = tuple(":".join(c) for c in cluster)  # type: ignore[attr-defined]
    if model == "did" and panel:
        given["fe_method"] = "differences"
        given["cluster"] = given["cluster"] or (panel.unit,)  # the influence of a unit is one number
    return Settings(**given)  # type: ignore[arg-type]


@cache
def _plain(name: str) -> Learner:
    """Return a learner with its own parameters."""
    parameters = tuple((p.name, p.default) for p in LEARNERS[name].parameters)
    return Learner(name=name, parameters=parameters, label=name)


def _implied(values: Mapping[str, object]) -> str:
    """Return the model that the options imply: `iv=` pliv, `event=` did, otherwise plr."""
    if values.get("iv"):
        return "pliv"
    return "did" if values.get("event") else "plr"
