"""Learners: from `rf(trees=500)`, `stack(a, b)` or a learner's own name to a complete `Learner`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.scope import PoisonedError
from gipspec.lang.check.suggest import unknown
from gipspec.lang.check.values import typed
from gipspec.lang.study import Learner, Value
from gipspec.lang.syntax import Argument, Call, Expr, LearnerStatement, Name
from gipspec.lang.vocabulary import LEARNERS, LearnerEntry

MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerScope:
    """The learners that `learner` statements define; `poisoned` are those whose definition is wrong.

    `sound` are the others, once they are resolved.
    """

    statements: Mapping[str, LearnerStatement]
    poisoned: frozenset[str] = frozenset()
    sound: Mapping[str, Learner] = field(default_factory=dict)


def resolve_learner(expr: Expr, scope: LearnerScope, path: tuple[str, ...] = ()) -> Learner:
    """Return the learner that an expression names, all parameters filled in.

    Raises GipError with G104, G202, G203, G205 or G207 at the culprit.
    """
    match expr:
        case Name(text=text):
            if text in scope.poisoned:
                raise PoisonedError
            if text in scope.sound:
                return scope.sound[text]
            if text in scope.statements:
                return _named(text, expr, scope, path)
            return replace(_call(text, expr, (), scope, path), label=text)
        case Call(function=function, arguments=arguments):
            if function in scope.statements:
                reason = "a learner with a name of its own takes no parameters"
                remedy = f"write `{function}`, or change the parameters in its `learner` line"
                raise GipError(problem("G207", expr.span, name=function, reason=reason, remedy=remedy))
            return replace(_call(function, expr, arguments, scope, path), label=expr.span.text)
        case _:
            raise GipError(
                problem(
                    "G202",
                    expr.span,
                    name="learner",
                    expected="a learner",
                    found=f"`{expr.span.text}`",
                    remedy="for example `gbm`, `rf(trees=500)` or `stack(gbm, lasso)`",
                )
            )


def _named(name: str, expr: Name, scope: LearnerScope, path: tuple[str, ...]) -> Learner:
    if name in path:
        cycle = " -> ".join(f"`{p}`" for p in (*path[path.index(name) :], name))
        raise GipError(problem("G104", expr.span, kind="learner", name=name, cycle=cycle))
    return replace(resolve_learner(scope.statements[name].value, scope, (*path, name)), label=name)


def _call(
    name: str, expr: Name | Call, arguments: tuple[Argument, ...], scope: LearnerScope, path: tuple[str, ...]
) -> Learner:
    entry = LEARNERS.get(name)
    if entry is None:
        span = expr.name_span if isinstance(expr, Call) else expr.span
        raise GipError(unknown("G205", span, name, {*LEARNERS, *scope.statements}, name=name))
    members = tuple(_member(entry, a, scope, path) for a in arguments if a.name is None)
    if name == "stack" and not 2 <= len(members) <= MOST_MEMBERS:
        reason = f"takes 2 to {MOST_MEMBERS} learners, not {len(members)}"
        raise GipError(problem("G207", expr.span, name=name, reason=reason, remedy="`stack(gbm, rf, lasso)`"))
    return Learner(name=name, parameters=_parameters(entry, arguments), members=members, label=name)


def _member(entry: LearnerEntry, argument: Argument, scope: LearnerScope, path: tuple[str, ...]) -> Learner:
    if entry.name != "stack":
        example = entry.parameters[0].name if entry.parameters else ""
        remedy = f"write `{entry.name}({example}=...)`" if example else f"write `{entry.name}`"
        reason = "parameters are given by name"
        raise GipError(problem("G207", argument.span, name=entry.name, reason=reason, remedy=remedy))
    return resolve_learner(argument.value, scope, path)


def _parameters(entry: LearnerEntry, arguments: tuple[Argument, ...]) -> tuple[tuple[str, Value], ...]:
    known = {p.name: p for p in entry.parameters}
    values: dict[str, Value] = {p.name: p.default for p in entry.parameters}
    given: set[str] = set()
    for argument in arguments:
        if argument.name is None:
            continue
        if argument.name not in known:
            raise GipError(_no_parameter(entry, argument, argument.name))
        if argument.name in given:
            raise GipError(problem("G211", argument.span, name=argument.name))
        given.add(argument.name)
        parameter = known[argument.name]
        values[argument.name] = typed(argument.name, parameter.kind, argument.value)
    return tuple(values.items())


def _no_parameter(entry: LearnerEntry, argument: Argument, name: str) -> Problem:
    """Build G207 with the parameter that the library of this learner, or of another one, calls so."""
    known = [p.name for p in entry.parameters]
    reason = f"there is no parameter `{name}`"
    place = replace(argument.span, end=argument.value.span.start)
    place = replace(place, end=place.start + len(place.text.partition("=")[0].rstrip()))
    listed = (entry, *LEARNERS.values())
    same = (p.name for e in listed for p in e.parameters if p.library_name == name and p.name in known)
    if found := next(same, None):
        remedy = f"`{found}` is its name here"
        return problem("G207", place, instead=found, name=entry.name, reason=reason, remedy=remedy)
    return unknown("G207", place, name, known, name=entry.name, reason=reason)
