"""What `het=` may hold, and what it goes with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.expressions import COLUMN, check_column
from gipspec.lang.check.scope import Scope
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Settings
from gipspec.lang.syntax import Binary, Call, Expr, Option
from gipspec.lang.vocabulary import FUNCTIONS, OPTIONS, describe
from gipspec.source import Span

MODERATOR = frozenset({"moderator"})
TERCILES = 3
DEPTH = 2
MOST_QUANTILES = 50
MOST_LEVELS = 3
POOLED = ("plr", "irm")  # models with a signal for each row


def check_moderator(expr: Expr, scope: Scope) -> list[Problem]:
    """Return the problems of a moderator: a column, or one of the functions that make groups."""
    if isinstance(expr, Binary) and expr.op == "+":
        found = f"the sum `{print_expr(expr)}`"
        each = ", ".join(print_expr(part) for part in (expr.left, expr.right))
        remedy = f"write `het=[{each}]` for one each, or define the sum by a `let`"
        expected = describe(OPTIONS["het"].kind)
        return [problem("G202", expr.span, name="het", expected=expected, found=found, remedy=remedy)]
    if not isinstance(expr, Call):
        return check_column(expr, scope)
    found_wrong = check_column(expr, scope, COLUMN | MODERATOR)
    return found_wrong or list(_numbers(expr))


def _numbers(call: Call) -> Iterator[Problem]:
    """Check the number of groups and of levels, which are written out."""
    given = _given(call)
    if call.function == "quantiles":
        yield from _whole(call, given["groups"], 2, MOST_QUANTILES, "groups")
    elif call.function == "policytree" and "depth" in given:
        yield from _whole(call, given["depth"], 1, MOST_LEVELS, "levels")


def _whole(call: Call, value: Expr, low: int, high: int, what: str) -> Iterator[Problem]:
    number = constant(value)
    if number is None or not number.is_integer() or not low <= number <= high:
        reason = f"takes {low} to {high} {what}, not `{print_expr(value)}`"
        remedy = f"for example: `{FUNCTIONS[call.function].example}`"
        yield problem("G207", value.span, name=call.function, reason=reason, remedy=remedy)


def heterogeneity_conflicts(
    settings: Settings,
    options: Mapping[str, Option],
    defaults: Mapping[str, Option],
    outcome: Expr,
    treatments: tuple[Expr, ...],
) -> list[Problem]:
    """Refuse moderators of several treatments or in another role, and ways to compare that have no meaning.

    What a `defaults` statement gives applies where it suits.
    """
    how = options.get("het_by")
    own = how is not None and how is not defaults.get("het_by")
    if settings.het is None:
        remedy = "name a moderator with `het=`, or leave it away"
        return [_clash(how, "a model without a moderator", remedy)] if how is not None and own else []
    het = options["het"]
    found = list(_roles(settings.het, het, outcome, treatments))
    if len(treatments) > 1:
        what, remedy = f"{len(treatments)} treatments", "make a line for each treatment"
        found.append(_clash(het, what, remedy))
    tree = _is_tree(settings.het)
    if tree and how is not None and own:
        found.append(_clash(how, "`policytree`", "leave it away: a policy is chosen on the whole sample"))
    if tree or (settings.het_by == "pooled" and own):
        found += _needs_signal(settings, het if tree or how is None else how, "`policytree`" if tree else "")
    return found


def is_pooled(settings: Settings) -> bool:
    """Tell whether groups have common nuisances: where `het_by=` asks for it and the model can."""
    return settings.het_by == "pooled" and settings.model in POOLED and settings.target != "att"


def _needs_signal(settings: Settings, option: Option, what: str) -> Iterator[Problem]:
    """A policy, and effects from common nuisances, need a signal of the mean effect for each row."""
    shown = what or f"`{option.name.text}={print_expr(option.value)}`"
    if settings.model not in POOLED:
        remedy = "use `model=plr` or `model=irm`" + ("" if what else ", or `het_by=split`")
        yield _conflict(option, shown, f"`model={settings.model}`", remedy)
    if settings.target == "att":
        yield _conflict(option, shown, "`target=att`", "leave `target=` away")
    if what and settings.model == "plr" and settings.fe and settings.fe_method == "wg":
        yield _conflict(option, shown, "`fe_method=wg`", "use `fe_method=within`")


def _roles(het: Expr, option: Option, outcome: Expr, treatments: tuple[Expr, ...]) -> Iterator[Problem]:
    taken = {print_expr(outcome): "outcome", **{print_expr(t): "treatment" for t in treatments}}
    for expr in moderator_columns(het):
        name = print_expr(expr)
        if name in taken:
            span = _place(expr.span, option.value.span)
            remedy = "name another moderator"
            yield problem("G212", span, name=name, role="moderator", other=taken[name], remedy=remedy)


def moderator_columns(het: Expr) -> tuple[Expr, ...]:
    """Return the columns that a model with `het=` needs a value of: its moderator, or a policy's features."""
    if isinstance(het, Call) and _is_tree(het):
        return policy_features(het)[0]
    return (moderator_column(het)[0],)


def moderator_column(het: Expr) -> tuple[Expr, int]:
    """Return the column that `het=` groups by, and the number of quantile groups, 0 where none is named."""
    match het:
        case Call(function="terciles" | "quantiles" as function):
            given = _given(het)
            groups = constant(given["groups"]) if function == "quantiles" else TERCILES
            return given["x"], int(groups or 0)
        case _:
            return het, 0


def policy_features(het: Expr | None) -> tuple[tuple[Expr, ...], int]:
    """Return the features of `policytree(a, b, depth=2)` and the depth."""
    if not isinstance(het, Call):
        raise TypeError("a policy tree is a call")
    depth = next((constant(a.value) for a in het.arguments if a.name == "depth"), None)
    return tuple(a.value for a in het.arguments if a.name is None), int(depth or DEPTH)


def _given(call: Call) -> dict[str, Expr]:
    """Return the arguments of a call by name, those by position under the names of the vocabulary."""
    by_position = [a.value for a in call.arguments if a.name is None]
    named = {a.name: a.value for a in call.arguments if a.name is not None}
    return dict(zip(FUNCTIONS[call.function].positional, by_position, strict=False)) | named


def _is_tree(het: Expr) -> bool:
    return isinstance(het, Call) and het.function == "policytree"


def _place(own: Span, option: Span) -> Span:
    return own if own.within(option) else option


def _clash(option: Option, what: str, remedy: str) -> Problem:
    return problem("G208", option.span, option=option.name.text, what=what, remedy=remedy)


def _conflict(option: Option, shown: str, what: str, remedy: str) -> Problem:
    return problem("G208", option.span, option=shown.strip("`"), what=what, remedy=remedy)
