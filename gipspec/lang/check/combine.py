"""What goes together: options with models, methods with effects, variables with roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.terms import term_text
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Panel, Settings, Term
from gipspec.lang.syntax import Expr, Option
from gipspec.lang.vocabulary import MODELS, OPTIONS
from gipspec.source import Span

_PANEL_MODELS = frozenset({"did"})
_TRANSFORMED = frozenset({"plr", "pliv"})  # models whose variables effects are removed from
_ANALYSES = ("het", "via", "placebo", "placebo_lead", "sensitivity", "event")  # one a line


def method_conflicts(
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
    transformed = settings.fe and method in ("within", "wg", "fd") and settings.model in _TRANSFORMED
    further = [n for n, given in (("learner_m", settings.via), ("learner_z", settings.iv)) if given]
    for name in ("learner_y", "learner_d", *further):
        learner = getattr(settings, name)
        if learner.name == "logit" and transformed:
            place = options[name].value.span if name in options else where
            reason = f"`{learner.label}` needs a target of 0 and 1, and `fe_method={method}` transforms it"
            found.append(problem("G215", place, reason=reason, remedy="use `ols`, or `fe=none`"))
            break
    return found


def model_conflicts(
    settings: Settings,
    options: Mapping[str, Option],
    defaults: Mapping[str, Option],
    panel: Panel | None,
    where: Span,
) -> list[Problem]:
    """Refuse options that do not suit the model, and models that lack what they need.

    What a `defaults` statement gives applies where it suits.
    """
    found = [
        problem("G208", option.span, option=name, what=f"`model={settings.model}`", remedy=_suits(name))
        for name, option in options.items()
        if option is not defaults.get(name) and settings.model not in OPTIONS[name].models
    ]
    analyses = [name for name in options if name in _ANALYSES and _asked(settings, name)]
    if len(analyses) > 1:
        first, second = analyses[:2]
        remedy = "make a line for each: an analysis takes a model of its own"
        span = options[second].span
        found.append(problem("G208", span, option=second, what=f"`{first}=`", remedy=remedy))
    if settings.model in _PANEL_MODELS and panel is None:
        found.append(problem("G110", where, what=f"`model={settings.model}`"))
    needs = {"pliv": ("iv", settings.iv), "iivm": ("iv", settings.iv)}
    if settings.model in needs:
        name, given = needs[settings.model]
        if not given:
            reason = f"`model={settings.model}` needs an instrument"
            found.append(problem("G218", where, reason=reason, remedy=f"add `{name}=`"))
    return found


def mediation_conflicts(
    settings: Settings,
    options: Mapping[str, Option],
    defaults: Mapping[str, Option],
    treatments: tuple[Expr, ...],
) -> list[Problem]:
    """Refuse mechanisms of several treatments or of the treated alone, and a learner of no mediator."""
    if not settings.via:
        option = options.get("learner_m")
        if option is None or option is defaults.get("learner_m"):
            return []
        what, remedy = "a model without mediators", "name them with `via=`, or leave it away"
        return [problem("G208", option.span, option="learner_m", what=what, remedy=remedy)]
    found: list[Problem] = []
    if settings.model == "plr" and len(treatments) > 1:  # the other models take one anyway
        what, remedy = f"{len(treatments)} treatments", "make a line for each treatment"
        found.append(problem("G208", options["via"].span, option="via", what=what, remedy=remedy))
    if "target" in options and settings.target != "ate":
        remedy = "direct and indirect effects are means over all rows: leave it away"
        found.append(problem("G208", options["target"].span, option="target", what="`via=`", remedy=remedy))
    return found


def _asked(settings: Settings, name: str) -> bool:
    """Tell whether a line asks for an analysis; `sensitivity=yes` names no control and asks for one."""
    if name == "sensitivity":
        return settings.sensitivity is not None
    return bool(getattr(settings, name))


def _suits(name: str) -> str:
    models = " or ".join(f"`model={m}`" for m in OPTIONS[name].models)
    return f"it goes with {models} ({MODELS[OPTIONS[name].models[0]]})"


def role_conflicts(
    settings: Settings,
    options: Mapping[str, Option],
    outcome: Expr,
    treatments: tuple[Expr, ...],
    controls: tuple[Term, ...],
) -> list[Problem]:
    """Refuse a variable in two roles: an instrument or mediator that is outcome, treatment or control."""
    further = list(_further(settings, options))
    if not further:
        return []
    taken = {print_expr(outcome): "outcome"}
    taken |= {print_expr(t): "treatment" for t in treatments}
    taken |= {term_text(c): "control" for c in controls}
    return [
        problem(
            "G212", span, name=name, role=role, other=taken[name], remedy=_remedy(name, role, taken[name])
        )
        for name, role, span in further
        if name in taken
    ]


def _further(settings: Settings, options: Mapping[str, Option]) -> Iterator[tuple[str, str, Span]]:
    for name, role, exprs in (("iv", "instrument", settings.iv), ("via", "mediator", settings.via)):
        for expr in exprs:
            yield print_expr(expr), role, _place(expr.span, options[name].value.span)


def _place(own: Span, option: Span) -> Span:
    """Return the expression's own place, unless it comes from a `set` elsewhere."""
    return own if own.within(option) else option


def _remedy(name: str, role: str, other: str) -> str:
    if other == "control":
        return f"take it out of the controls, for example with `drop={name}`"
    return f"name another {role}"
