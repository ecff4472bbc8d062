"""Drafts: a formula or a variation, spread out, before its options are typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from gipspec.diagnostics import GipError, problem
from gipspec.lang.check.expressions import check_column
from gipspec.lang.check.fan import Member
from gipspec.lang.check.roles import LEVELS, need_variables, refuse_constants
from gipspec.lang.check.scope import Scope, attempt_all, raise_any
from gipspec.lang.check.settings import HEAD_OPTIONS, taken_back
from gipspec.lang.check.terms import expand, product_of, term_key, term_text
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Term
from gipspec.lang.syntax import Binary, Each, Expr, Option

# What is no sign of a formula yields a value: `parks > 1` is a treatment.
VALUES = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "/"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A model before its options are typed: what a variation starts from."""

    variant: str = ""
    choice: str = ""
    outcome: Expr
    treatments: tuple[Expr, ...]
    controls: tuple[Term, ...]
    options: Mapping[str, Option]


def from_formula(member: Member, defaults: Mapping[str, Option], scope: Scope) -> Draft:
    outcome, treatment, *controls = member.values
    try:
        column = _column(outcome, scope)
        treatments, extra = _treated(treatment, scope)
        terms = expand(controls[0], scope) if controls else ()
    except GipError:
        parts: list[Callable[[], object]] = [
            partial(_column, outcome, scope),
            partial(_treated, treatment, scope),
            *(partial(expand, side, scope) for side in controls),
        ]
        attempt_all(parts)  # which raises the mistakes of all sides
        raise
    draft = Draft(
        variant=member.variant,
        choice=_choice(member),
        outcome=column,
        treatments=treatments,
        controls=_union(terms, extra),
        options={k: v for k, v in defaults.items() if k not in HEAD_OPTIONS},
    )
    _refuse_overlap(draft, outcome, treatment)
    return draft


def _choice(member: Member) -> str:
    """Print the values that set a member apart, as they were written."""
    return ", ".join(map(print_expr, member.picked))


def _column(expr: Expr, scope: Scope) -> Expr:
    raise_any(check_column(expr, scope))
    need_variables((expr,), scope)
    return expr


def _treated(expr: Expr, scope: Scope) -> tuple[tuple[Expr, ...], tuple[Term, ...]]:
    """Return the treatments and the controls that they bring, with numbers for values."""
    treatments, extra = _treatments(expr, scope)
    need_variables(treatments, scope, LEVELS)
    return treatments, extra


def _treatments(expr: Expr, scope: Scope) -> tuple[tuple[Expr, ...], tuple[Term, ...]]:
    """Return the treatments and the controls that they bring: `d * w` is d and d×w, with w controlled for.

    In `d * w * v` the treatment is d alone: w, v and w×v are controlled for.
    """
    refuse_constants(expr)
    match expr:
        case Binary(op="+", left=left, right=right):
            first, extra = _treatments(left, scope)
            second, more = _treatments(right, scope)
            return _distinct((*first, *second)), _union(extra, more)
        case Binary(op="*"):
            treated, others = _first_factor(expr)
            terms = expand(treated, scope)
            moderators = expand(others, scope)
            crossed = [(t, m) for t in terms for m in moderators]
            products = [Term(factors=(*t.factors, *m.factors)) for t, m in crossed]
            return tuple(product_of(t, expr) for t in (*terms, *products)), moderators
        case Each():
            raise GipError(problem("G216", expr.span))
        case Binary(op=op) if op in VALUES:
            raise_any(check_column(expr, scope))
            return (expr,), ()
        case _:
            return tuple(product_of(t, expr) for t in expand(expr, scope)), ()


def _first_factor(product: Binary) -> tuple[Expr, Expr]:
    """Return the first factor of `d * w * v`, and the product of the others."""
    others = product.right
    left = product.left
    while isinstance(left, Binary) and left.op == "*":
        others = Binary(op="*", left=left.right, right=others, span=left.right.span.to(others.span))
        left = left.left
    return left, others


def _distinct(exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple({print_expr(e): e for e in exprs}.values())


def _union(first: tuple[Term, ...], second: tuple[Term, ...]) -> tuple[Term, ...]:
    known = {term_key(t) for t in first}
    return (*first, *(t for t in second if term_key(t) not in known))


def vary(base: Draft, own: Mapping[str, Option], member: Member, scope: Scope) -> Draft:
    """Return a draft with the options of a line, one choice from each of its lists."""
    if not own:
        return base
    chosen = {
        name: option if value is option.value else replace(option, value=value)
        for (name, option), value in zip(own.items(), member.values, strict=True)
    }
    gone = {name for name, option in chosen.items() if taken_back(option, scope)}
    chosen = {name: option for name, option in chosen.items() if name not in gone}
    options = {name: option for name, option in base.options.items() if name not in gone}
    if "learner" in chosen:  # a learner for all replaces the base's learner for one
        options = {k: v for k, v in options.items() if not k.startswith("learner")}
    options.update({k: v for k, v in chosen.items() if k not in HEAD_OPTIONS})
    draft = replace(
        base,
        variant=".".join(v for v in (base.variant, member.variant) if v),
        choice=", ".join(c for c in (base.choice, _choice(member)) if c),
        options=options,
    )
    if "outcome" in chosen:
        draft = replace(draft, outcome=_column(chosen["outcome"].value, scope))
    if "treatment" in chosen:
        treatments, extra = _treated(chosen["treatment"].value, scope)
        draft = replace(draft, treatments=treatments, controls=_union(draft.controls, extra))
    if "drop" in chosen:
        draft = replace(draft, controls=_dropped(draft.controls, chosen["drop"].value, scope))
    if "add" in chosen:
        draft = replace(draft, controls=_union(draft.controls, expand(chosen["add"].value, scope)))
    for name in ("add", "treatment", "outcome"):
        if name in chosen:
            _refuse_overlap(draft, chosen[name].value, chosen[name].value)
    return draft


def _dropped(controls: tuple[Term, ...], expr: Expr, scope: Scope) -> tuple[Term, ...]:
    gone = {term_key(t): t for t in expand(expr, scope)}
    missing = [t for k, t in gone.items() if k not in {term_key(c) for c in controls}]
    if missing:
        shown = ", ".join(f"`{term_text(c)}`" for c in controls[:12])
        remedy = f"the controls are {shown}" if shown else "the model has no controls"
        raise GipError(problem("G213", expr.span, name=term_text(missing[0]), done="dropped", help=remedy))
    return tuple(c for c in controls if term_key(c) not in gone)


def _refuse_overlap(draft: Draft, outcome_at: Expr, treatment_at: Expr) -> None:
    """Raise G212 where one variable is outcome, treatment or control at the same time."""
    where = outcome_at
    outcome = print_expr(draft.outcome)
    treatments = {print_expr(t) for t in draft.treatments}
    controls = {term_text(t) for t in draft.controls}
    if outcome in treatments:
        clash, role, other = outcome, "outcome", "treatment"
    elif outcome in controls:
        clash, role, other = outcome, "outcome", "control"
    elif treatments & controls:
        clash, role, other = min(treatments & controls), "treatment", "control"
        where = treatment_at
    else:
        return
    remedy = f"take it out of the controls, for example with `drop={clash}`"
    if other == "treatment":
        remedy = "name two different variables"
    raise GipError(problem("G212", where.span, name=clash, role=role, other=other, remedy=remedy))
