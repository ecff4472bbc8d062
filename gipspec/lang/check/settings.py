"""From the options of a model to its typed `Settings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gipspec.diagnostics import GipError, Problem, nearest, problem
from gipspec.lang.check.expressions import check_column
from gipspec.lang.check.learners import LearnerScope, resolve_learner
from gipspec.lang.check.scope import PoisonedError, Scope, require_column, unknown
from gipspec.lang.check.values import constant, typed, wrong_value
from gipspec.lang.study import Learner, Panel, Sample, Settings
from gipspec.lang.syntax import Binary, Expr, Name, Option, SampleStatement
from gipspec.lang.vocabulary import LEARNERS, OPTIONS, OptionEntry
from gipspec.lang.vocabulary.kinds import Columns, WholeOrColumn
from gipspec.source import Span

HEAD_OPTIONS = frozenset({"outcome", "treatment", "add", "drop"})
DEFAULT_LEARNER = "gbm"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionScope:
    """What the values of options may refer to."""

    scope: Scope
    learners: LearnerScope
    samples: Mapping[str, SampleStatement]
    poisoned_samples: frozenset[str] = frozenset()


def check_option(option: Option) -> OptionEntry:
    """Return the registry's entry of an option.

    Raises GipError: G201 for an unknown one, G209 for one that this version has no estimator for.
    """
    name = option.name.text
    entry = OPTIONS.get(name)
    if entry is None:
        raise GipError(unknown("G201", option.name.span, name, OPTIONS, name=name))
    if not entry.available:
        remedy = "leave it away for now"
        raise GipError(problem("G209", option.name.span, what=f"the option `{name}`", remedy=remedy))
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
        if name in HEAD_OPTIONS:
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
    found = _combinations(settings, options, scope.scope.panel, where)
    return (None if found else settings), found


def _value(name: str, entry: OptionEntry, expr: Expr, scope: OptionScope) -> object:
    match entry.kind:
        case Columns(most=most, crossed=crossed, none=none):
            return _columns(name, entry, expr, scope.scope, most, crossed, none)
        case WholeOrColumn():
            return _folds(name, entry, expr, scope.scope)
        case _ if name.startswith("learner"):
            return resolve_learner(expr, scope.learners)
        case _ if name == "sample":
            return _sample(expr, scope)
        case _:
            value = typed(name, entry.kind, expr)
            if entry.words and value not in entry.words:
                what = f"`{name}={value}`"
                raise GipError(problem("G209", expr.span, what=what, remedy="leave it away for now"))
            return value


def _columns(
    name: str, entry: OptionEntry, expr: Expr, scope: Scope, most: int, crossed: bool, none: str
) -> tuple[tuple[str, ...], ...]:
    if isinstance(expr, Name) and expr.text == none:
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


def _folds(name: str, entry: OptionEntry, expr: Expr, scope: Scope) -> int | str:
    if isinstance(expr, Name):
        require_column(expr, scope)
        return expr.text
    if constant(expr) is None or not isinstance(entry.kind, WholeOrColumn):
        raise GipError(wrong_value(name, entry.kind, expr))
    from gipspec.lang.vocabulary.kinds import Whole

    value = typed(name, Whole(low=entry.kind.low, high=entry.kind.high), expr)
    assert isinstance(value, int)
    return value


def _sample(expr: Expr, scope: OptionScope) -> Sample:
    if isinstance(expr, Name):
        if expr.text in scope.poisoned_samples:
            raise PoisonedError
        if expr.text in scope.samples:
            return Sample(name=expr.text, condition=scope.samples[expr.text].condition)
        columns = scope.scope.columns()
        if columns is None or expr.text not in columns:
            guess = nearest(expr.text, scope.samples)
            remedy = f"did you mean `{guess}`?" if guess else "define it: `sample name = condition`"
            raise GipError(problem("G101", expr.span, kind="sample", name=expr.text, remedy=remedy))
    wrong = check_column(expr, scope.scope)
    if wrong:
        raise GipError(*wrong)
    return Sample(name="", condition=expr)


def _fill(values: Mapping[str, object], panel: Panel | None) -> Settings:
    default = Learner(
        name=DEFAULT_LEARNER,
        parameters=tuple((p.name, p.default) for p in LEARNERS[DEFAULT_LEARNER].parameters),
        label=DEFAULT_LEARNER,
    )
    common = values.get("learner", default)
    given = {k: v for k, v in values.items() if k not in ("learner", "target")}
    given["learner_y"] = values.get("learner_y", common)
    given["learner_d"] = values.get("learner_d", common)
    unit_time = ((panel.unit,), (panel.time,)) if panel else ()
    given["fe"] = values.get("fe", unit_time)
    cluster = values.get("cluster", ((panel.unit,),) if panel else ())
    given["cluster"] = tuple(":".join(c) for c in cluster)  # type: ignore[attr-defined]
    return Settings(**given)  # type: ignore[arg-type]


def _combinations(
    settings: Settings, options: Mapping[str, Option], panel: Panel | None, where: Span
) -> list[Problem]:
    """Refuse combinations that mean nothing: methods that need the unit effect, or a panel."""
    found: list[Problem] = []
    method = settings.fe_method
    option = options.get("fe_method")
    place = option.value.span if option else where
    if option and method in ("fd", "cre") and panel is None:
        found.append(problem("G110", place, what=f"`fe_method={method}`"))
    elif option and method in ("fd", "cre") and panel and (panel.unit,) not in settings.fe:
        reason = f"`fe_method={method}` removes the effect of `{panel.unit}`, and `fe=` does not name it"
        remedy = f"write `fe={panel.unit} + {panel.time}`, or leave `fe=` away"
        found.append(problem("G215", place, reason=reason, remedy=remedy))
    for learner in (settings.learner_y, settings.learner_d):
        if learner.name == "logit" and settings.fe and method in ("within", "wg", "fd"):
            place = options["learner_d"].value.span if "learner_d" in options else where
            reason = f"`{learner.label}` needs a target of 0 and 1, and `fe_method={method}` transforms it"
            found.append(problem("G215", place, reason=reason, remedy="use `ols`, or `fe=none`"))
            break
    return found
