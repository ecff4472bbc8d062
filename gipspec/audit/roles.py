"""Rules on variables that play two roles in a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from gipspec.audit.names import (
    components_of,
    index_of,
    lags_of,
    names_at_once,
    names_of,
    printed,
    signed_summands,
    summands_of,
)
from gipspec.audit.remedies import amended_line, dropped, is_plain, own_options, unused
from gipspec.diagnostics import Finding, Remedy, finding
from gipspec.lang.check.expressions import names_in
from gipspec.lang.check.terms import term_text
from gipspec.lang.notation import print_name
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Study, Term
from gipspec.lang.syntax import Binary, Call, Expr, Name

FEWEST = 2  # indicators of an index


def mediator_among_controls(study: Study, models: Sequence[Model]) -> Iterator[Finding]:
    """A05: a control that another line of the study calls a mediator of the same treatment."""
    others = sorted((m for m in study.models if m.settings.via), key=lambda m: m.name)
    for model, other in product(models, others):
        if not printed(model)[1] & printed(other)[1]:
            continue
        for mediator in other.settings.via:
            names = {name.text for name in names_in(mediator)}
            terms = [t for t in model.controls if len(names) == 1 and names <= _names(study, t)]
            if terms:
                yield _mediator(model, min(names), other.name, [term_text(t) for t in terms])


def _mediator(model: Model, name: str, other: str, terms: list[str]) -> Finding:
    reason = f"`{name}` is among the controls, and a mediator in `{other}`"
    remedy = dropped(model, terms)
    return finding("A05", reason=reason, names=(model.name,), about=name, remedy=remedy, span=model.span)


def made_of_the_model(study: Study, model: Model) -> Iterator[Finding]:
    """A05: a control that is made of the outcome or the treatment of its own period: `log(y)`, `d:x`."""
    roles = [("outcome", model.outcome), *(("treatment", t) for t in model.treatments)]
    own = {column: role for role, expr in reversed(roles) if (column := _only_column(study, expr))}
    for term in model.controls:
        used = {name for factor in term.factors for name in names_at_once(study, factor)}
        for column in sorted(used & own.keys()):
            reason = f"the control `{term_text(term)}` is made of the {own[column]}"
            yield finding(
                "A05", reason=reason, about=term_text(term), remedy=dropped(model, [term_text(term)])
            )
            break


def _only_column(study: Study, expr: Expr) -> str:
    """Return the one column of the file that a variable is made of, but for unit and time; "" for several."""
    derived = {let.name for let in study.lets}
    columns = set(names_of(study, expr)) - derived
    places = {study.panel.unit, study.panel.time} if study.panel else set()
    return columns.pop() if len(columns) == 1 and not columns & places else ""


def index_component(study: Study, model: Model) -> Iterator[Finding]:
    """A12: a component of the outcome, which is an index or a sum, among the controls or mediators."""
    components = components_of(study, model.outcome) | summands_of(study, model.outcome)
    for mediator in model.settings.via:
        for name in sorted(components & set(names_of(study, mediator))):
            yield _component(model, name, "mediator", _without(study, model, name))
    for term in model.controls:
        for name in sorted(components & _names(study, term)):
            yield _component(model, name, "control", dropped(model, [term_text(term)]))


def _component(model: Model, name: str, role: str, remedy: Remedy | None) -> Finding:
    outcome = print_expr(model.outcome)
    return finding("A12", name=name, outcome=outcome, role=role, about=name, remedy=remedy)


def _without(study: Study, model: Model, name: str) -> Remedy | None:
    """Return an index or a sum without one of its components, and the line of a model with that outcome."""
    lets = {let.name: let for let in study.lets}
    outcome = model.outcome
    if not isinstance(outcome, Name) or outcome.text not in lets:
        return None
    call = index_of(lets[outcome.text])
    rest = _index_rest(study, call, name) if call else _sum_rest(study, lets[outcome.text].value, name)
    return _defined(model, unused(study, f"{outcome.text}_rest"), rest, "outcome") if rest else None


def _index_rest(study: Study, call: Call, name: str) -> str:
    kept = tuple(a for a in call.arguments if a.name is not None or name not in _used(study, a.value))
    if sum(a.name is None for a in kept) < FEWEST:
        return ""
    return print_expr(Call(function=call.function, arguments=kept, name_span=call.name_span, span=call.span))


def _sum_rest(study: Study, value: Expr, name: str) -> str:
    """Return `b - c` of `a + b - c`; nothing where the sum itself is scaled, or is a function of a sum."""
    if not isinstance(value, Binary) or value.op not in ("+", "-"):
        return ""
    kept = [(sign, part) for sign, part in signed_summands(value) if name not in _used(study, part)]
    text = " ".join(f"{sign} {print_expr(part)}" for sign, part in kept)
    return text.removeprefix("+ ")


def _used(study: Study, expr: Expr) -> set[str]:
    return set(names_of(study, expr))


def _names(study: Study, term: Term) -> set[str]:
    return {name for factor in term.factors for name in names_of(study, factor)}


def three_steps(study: Study, models: Sequence[Model]) -> Iterator[Finding]:
    """A25: the outcome of one line among the controls of another with the same treatment."""
    steps: dict[tuple[str, frozenset[str]], Model] = {}
    for other in sorted((m for m in study.models if m.settings.model != "did"), key=lambda m: m.name):
        steps.setdefault(printed(other), other)
    for model in models:
        outcome, treatments = printed(model)
        for step in sorted({term_text(t) for t in model.controls} - {outcome}):
            if (step, treatments) in steps:
                other = steps[step, treatments]
                yield _step(model, step, other.name)


def _step(model: Model, step: str, other: str) -> Finding:
    via = model.settings.model in ("plr", "irm") and len(model.treatments) == 1
    remedy = dropped(model, [step], via=step) if via and is_plain(model.settings) else None
    return finding(
        "A25", name=step, other=other, names=(model.name,), about=step, remedy=remedy, span=model.span
    )


def moderator_after_treatment(study: Study, model: Model) -> Iterator[Finding]:
    """A28: groups that the treatment itself moves units into: by a mediator, an outcome or its components."""
    if model.settings.het is None:
        return
    treatments = printed(model)[1]
    moved = components_of(study, model.outcome) | _moved(study, treatments)
    for name in sorted(moved & {n.text for n in names_in(model.settings.het)}):
        remedy = _before(study, model, name)
        yield finding("A28", name=name, treatment=", ".join(sorted(treatments)), about=name, remedy=remedy)


def _moved(study: Study, treatments: frozenset[str]) -> set[str]:
    """Return the columns that a study takes for results of these treatments: outcomes and mediators."""
    alike = [m for m in study.models if printed(m)[1] & treatments]
    found: list[Expr] = [m.outcome for m in alike] + [via for m in alike for via in m.settings.via]
    return {expr.text for expr in found if isinstance(expr, Name)}


def _before(study: Study, model: Model, name: str) -> Remedy | None:
    """Return a moderator from the periods without treatment alone, and the line with it."""
    if study.panel is None or not isinstance(model.settings.het, Name) or len(model.treatments) != 1:
        return None
    if "het" not in own_options(model):
        return None
    new, d = unused(study, f"{name}_before"), print_expr(model.treatments[0])
    unit, column = print_name(study.panel.unit), print_name(name)
    kept = f"ave(ifelse({d} == 0, {column}, 0), {unit}) / ave(ifelse({d} == 0, 1, 0), {unit})"
    return _defined(model, new, kept, "het")


def _defined(model: Model, name: str, value: str, option: str) -> Remedy:
    """Return a derived column, and in place of the line of a model one that has it for an option."""
    column = print_name(name)

    def write() -> str:
        return f"let {column} = {value}\n{amended_line(model, (), {option: column})}"

    return Remedy(write=write, replaces=True)


def lagged_outcome(study: Study, model: Model) -> Iterator[Finding]:
    """A31: a lagged outcome among the controls while unit effects are removed (Nickell 1981)."""
    panel, settings = study.panel, model.settings
    if panel is None or not any(panel.unit in effect for effect in settings.fe):
        return
    outcome = print_expr(model.outcome)
    for term in model.controls:
        if any(name == outcome for factor in term.factors for _, name in lags_of(study, factor)):
            remedy = dropped(model, [term_text(term)])
            yield finding("A31", name=term_text(term), outcome=outcome, about=term_text(term), remedy=remedy)
