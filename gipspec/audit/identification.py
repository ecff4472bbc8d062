"""Rules on what estimates rest on: overlap, tails, instruments, unit effects, samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gipspec.audit.names import formula_of, lags_of, names_of, parts_of, printed
from gipspec.audit.recipes import TRANSFORMED
from gipspec.audit.remedies import amended, definition, own_options, varied
from gipspec.audit.written import anew
from gipspec.diagnostics import Finding, Remedy, finding
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Study
from gipspec.lang.syntax import Binary, Call, Expr, Percent, Unary

if TYPE_CHECKING:
    from gipspec.engine import Estimate

HEAVY = 0.05  # share of the rows, or of each tail, that is set to a bound
STRONG = 10.0  # first-stage F (Staiger and Stock 1997)
BOUNDS = (0.001, 0.01, 0.05)
LINEAR, BETTER = "ols", {"did": "ridge"}  # a linear probability, and what has its place where `logit` has not
OTHER_BOUNDS = "leave out rows that are always or never treated, and show the estimate for other bounds"
CURVED = (
    "use `{option}={better}`, which stays between 0 and 1, or leave the learner at its default; show the "
    "estimate for other bounds only then"
)
AS_THEY_ARE = ("irm", "iivm", "qte", "apo")  # models whose variables effects are not removed from


def heavy_winsorising(study: Study, model: Model) -> Iterator[Finding]:
    """A11: long tails set to a quantile."""
    winsor = model.settings.winsor
    if winsor > HEAVY:
        yield finding(
            "A11",
            reason=f"`winsor={winsor * 100:g}%` moves much of each tail",
            help="use `winsor=1%`, and show the estimate without it",
            about="winsor",
            measures=(("winsor", winsor),),
            remedy=amended(model, winsor="1%"),
        )


def heavy_tails_of_lets(study: Study) -> Iterator[Finding]:
    """A11: a derived column, used as outcome, treatment or control, with long tails set to a quantile."""
    used = {name for m in study.models for expr in formula_of(m) for name in names_of(study, expr)}
    for let in (one for one in study.lets if one.name in used):
        calls = [part for part in parts_of(let.value) if _share(part) > HEAVY]
        if calls:
            worst = max(calls, key=_share)
            yield finding(
                "A11",
                reason=f"`{print_expr(worst)}` moves much of each tail",
                help=f"use `{print_expr(_mild(worst))}`, and show the estimate without it",
                names=(let.name,),
                about=let.name,
                measures=(("winsor", _share(worst)),),
                remedy=definition(let, _mild(let.value)),
                span=worst.span,
            )


def _share(expr: Expr) -> float:
    """Return the share of each tail that an expression winsorises; 0 where it does not."""
    match expr:
        case Call(function="winsor", arguments=(_, share, *_)):
            return constant(share.value) or 0.0
    return 0.0


def _mild(expr: Expr) -> Expr:
    """Return an expression with 1% in place of the shares that are heavy."""
    match expr:
        case Call(arguments=arguments):
            values = [_mild(a.value) for a in arguments]
            if _share(expr) > HEAVY:
                values[1] = Percent(text="1", span=arguments[1].span)
            mild = tuple(replace(a, value=v) for a, v in zip(arguments, values, strict=True))
            return replace(expr, arguments=mild)
        case Binary(left=left, right=right):
            return replace(expr, left=_mild(left), right=_mild(right))
        case Unary(operand=operand):
            return replace(expr, operand=_mild(operand))
    return expr


def heavy_trimming(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A11: many propensities at their bounds, and no line with other bounds."""
    trimmed, trim = dict(estimate.measures).get("trimmed", 0.0), model.settings.trim
    if trimmed <= HEAVY:
        return
    kind = model.settings.model
    alike = (m for m in study.models if m.settings.model == kind and printed(m) == printed(model))
    if {m.settings.trim for m in alike} == {trim}:
        reason = (
            f"the propensity of {trimmed:.1%} of the rows was set to the bounds of `trim={trim * 100:g}%`"
        )
        option = "learner_z" if kind == "iivm" else "learner_d"
        linear = getattr(model.settings, option).name == LINEAR
        better = BETTER.get(kind, "logit")
        yield finding(
            "A11",
            reason=f"{reason}, and it is learned by `{LINEAR}`, a straight line" if linear else reason,
            help=CURVED.format(option=option, better=better) if linear else OTHER_BOUNDS,
            about="trim",
            measures=(("trimmed", trimmed),),
            remedy=amended(model, (), **{option: better}) if linear else _other_bounds(study, model),
        )


def _other_bounds(study: Study, model: Model) -> Remedy:
    others = ", ".join(f"{bound * 100:g}%" for bound in BOUNDS if bound != model.settings.trim)
    return varied(study, model, "bounds", trim=f"[{others}]")


def weak_instrument(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A15: a first stage too weak for the usual interval, and no reduced form, which needs none."""
    f, outcome = dict(estimate.measures).get("first_stage_f", STRONG), printed(model)[0]
    reduced = (outcome, frozenset(print_expr(z) for z in model.settings.iv))
    if f < STRONG and reduced not in {printed(m) for m in study.models}:
        remedy = anew(study, model, "reduced", reduced=True)
        yield finding("A15", f=f"{f:.1f}", name=model.name, measures=(("first_stage_f", f),), remedy=remedy)


def unit_effects_stay(study: Study, model: Model) -> Iterator[Finding]:
    """A20: a model that cannot remove unit effects on a panel, and no linear one beside it that does."""
    settings, panel = model.settings, study.panel
    if panel is None or settings.model not in AS_THEY_ARE:
        return
    linear = {printed(m) for m in study.models if m.settings.model in TRANSFORMED and m.settings.fe}
    if any(panel.unit in effect for effect in settings.fe) and printed(model) not in linear:
        remedy = anew(study, model, "linear")
        yield finding("A20", model=settings.model, unit=panel.unit, remedy=remedy)


def selected_on_outcome(study: Study, model: Model) -> Iterator[Finding]:
    """A29: a sample that is cut by the outcome, or by what the outcome is made of."""
    sample = model.settings.sample
    if sample is None:
        return
    outcome = set(names_of(study, model.outcome))
    cut = {name for part in _compared(sample.condition) for name in names_of(study, part)}
    for name in sorted(outcome & cut):
        remedy = amended(model, ("sample",)) if "sample" in own_options(model) else None
        yield finding("A29", name=name, outcome=print_expr(model.outcome), about=name, remedy=remedy)


def _compared(condition: Expr) -> Iterator[Expr]:
    """Yield the parts of a condition that look at values; `is_missing(y)` looks at none."""
    match condition:
        case Binary(op="and" | "or", left=left, right=right):
            yield from _compared(left)
            yield from _compared(right)
        case Unary(operand=operand):
            yield from _compared(operand)
        case Call(function="is_missing"):
            return
        case _:
            yield condition


def treatment_as_instrument(study: Study, model: Model) -> Iterator[Finding]:
    """A30: an instrument that is an earlier value of the treatment itself."""
    treatments = {name for t in model.treatments for name in names_of(study, t)}
    for z in model.settings.iv:
        for _, lagged in lags_of(study, z):
            if lagged in treatments:
                shown = print_expr(z)
                own = "iv" in own_options(model) and len(model.settings.iv) == 1
                remedy = amended(model, ("iv", "learner_z", "model"), treatment=shown) if own else None
                yield finding("A30", name=shown, treatment=lagged, about=shown, remedy=remedy)
