"""Models: heads, variations, fans and differences, from statements to `Model`s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.lang.check.declare import Declarations, cycles, name_span, ordered
from gipspec.lang.check.expressions import check_column
from gipspec.lang.check.fan import MOST_PER_STUDY, Member, spread
from gipspec.lang.check.scope import PoisonedError, Scope, unknown
from gipspec.lang.check.settings import HEAD_OPTIONS, OptionScope, check_option, resolve_settings
from gipspec.lang.check.terms import expand, term_key, term_text
from gipspec.lang.printer import print_expr, print_statement
from gipspec.lang.study import Contrast, Model, Term
from gipspec.lang.syntax import (
    Binary,
    Difference,
    Each,
    Expr,
    Formula,
    ModelStatement,
    Name,
    Option,
    Variation,
)
from gipspec.source import Span

_SUMS = frozenset({"outcome"})  # sides where `a + b` means one model each


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A model before its options are typed: what a variation starts from."""

    variant: str = ""
    choice: str = ""
    outcome: Expr
    treatments: tuple[Expr, ...]
    controls: tuple[Term, ...]
    options: Mapping[str, Option]


@dataclass(slots=True)
class Resolved:
    """The models of a study, by the name of their line; None for a line with a problem of its own."""

    drafts: dict[str, tuple[Draft, ...] | None] = field(default_factory=dict)
    models: dict[str, tuple[Model, ...]] = field(default_factory=dict)
    contrasts: dict[str, Contrast] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def names(self, reference: Name) -> tuple[str, ...]:
        """Return the full names of what `algos`, `algos.lasso` or `gap` addresses.

        Raises GipError with G101 for a name that is not there, PoisonedError for one whose line is wrong.
        """
        family, _, variant = reference.text.partition(".")
        if family in self.contrasts and not variant:
            return (family,)
        if family in self.drafts and self.drafts[family] is None:
            raise PoisonedError
        found = [m for m in self.models.get(family, ()) if _addresses(variant, m.variant)]
        if not found:
            known = [m.name for group in self.models.values() for m in group]
            known += [*self.models, *self.contrasts]
            raise GipError(
                unknown("G101", reference.span, reference.text, known, kind="model", name=reference.text)
            )
        return tuple(m.name for m in found)


def _addresses(wanted: str, variant: str) -> bool:
    return not wanted or variant == wanted or variant.startswith(wanted + ".")


def resolve_models(declared: Declarations, scope: OptionScope) -> Resolved:
    """Resolve every model statement; each problem stands at its own line, and spares the other lines."""
    result = Resolved()
    uses = {name: _uses(s) for name, s in declared.models.items()}
    for name in (declared.poisoned & set(declared.models)) | declared.broken.get("model", set()):
        result.drafts[name] = None
    for cycle in cycles(uses):
        shown = " -> ".join(f"`{n}`" for n in (*cycle, cycle[0]))
        where = name_span(declared.models[cycle[0]])
        result.problems.append(problem("G104", where, kind="model", name=cycle[0], cycle=shown))
    order = ordered(uses)
    for name in declared.models:
        if name not in order:
            result.drafts[name] = None
    for name in order:
        if name not in result.drafts:
            _resolve_line(name, declared, scope, result)
    total = sum(len(group) for group in result.models.values())
    if total > MOST_PER_STUDY:
        where = next(iter(declared.models.values())).span
        result.problems.append(problem("G210", where, what="the study", count=total, bound=MOST_PER_STUDY))
        result.models.clear()
    return result


def _uses(statement: ModelStatement) -> list[str]:
    match statement.head:
        case Variation(base=base):
            return [base.text.partition(".")[0]]
        case Difference(left=left, right=right):
            return [left.text.partition(".")[0], right.text.partition(".")[0]]
        case Formula():
            return []


def _resolve_line(name: str, declared: Declarations, scope: OptionScope, result: Resolved) -> None:
    statement = declared.models[name]
    found: list[Problem] = []
    try:
        if isinstance(statement.head, Difference):
            result.contrasts[name] = _contrast(name, statement, statement.head, result)
            return
        drafts, found = _drafts(statement, declared, scope.scope, result)
        models, more = _models(name, statement, drafts, scope)
        found += more
    except PoisonedError:
        drafts, models = (), ()
    except GipError as error:
        found = [*found, *error.problems]
        drafts, models = (), ()
    result.problems += found
    if found or not models:
        result.drafts[name] = None
    else:
        result.drafts[name] = drafts
        result.models[name] = models


def _contrast(name: str, statement: ModelStatement, head: Difference, result: Resolved) -> Contrast:
    if statement.options:
        option = statement.options[0]
        remedy = "give the options to the two models"
        raise GipError(
            problem("G208", option.span, option=option.name.text, what="a difference", remedy=remedy)
        )
    sides = []
    for side in (head.left, head.right):
        names = result.names(side)
        if len(names) > 1:
            members = ", ".join(f"`{n}`" for n in names[:6])
            raise GipError(problem("G108", side.span, name=side.text, count=len(names), members=members))
        sides.append(names[0])
    line = print_statement(statement)
    return Contrast(name=name, left=sides[0], right=sides[1], line=line, span=statement.span)


def _drafts(
    statement: ModelStatement, declared: Declarations, scope: Scope, result: Resolved
) -> tuple[tuple[Draft, ...], list[Problem]]:
    """Spread a line out into drafts: the lists of its formula and options, and the members of its base."""
    own, found = _own_options(statement)
    match statement.head:
        case Formula() as head:
            parts = (head.outcome, head.treatment, *((head.controls,) if head.controls else ()))
            members = spread(parts, frozenset({0}), statement.span)
            bases = tuple(_from_formula(m, declared.defaults, scope) for m in members)
        case Variation(base=base):
            result.names(base)
            wanted = base.text.partition(".")[2]
            drafts = result.drafts.get(base.text.partition(".")[0]) or ()
            bases = tuple(d for d in drafts if _addresses(wanted, d.variant))
            if len(bases) == 1:
                bases = (replace(bases[0], variant="", choice=""),)
        case Difference():
            raise TypeError("a difference has no drafts")
    sums = frozenset(i for i, name in enumerate(own) if name in _SUMS)
    members = spread(tuple(o.value for o in own.values()), sums, statement.span)
    if len(bases) * len(members) > MOST_PER_STUDY:
        count = len(bases) * len(members)
        raise GipError(problem("G210", statement.span, what="this line", count=count, bound=MOST_PER_STUDY))
    return tuple(_vary(b, own, m, scope) for b in bases for m in members), found


def _own_options(statement: ModelStatement) -> tuple[dict[str, Option], list[Problem]]:
    own: dict[str, Option] = {}
    found: list[Problem] = []
    for option in statement.options:
        try:
            check_option(option)
        except GipError as error:
            found.extend(error.problems)
            continue
        if option.name.text in own:
            found.append(problem("G211", option.name.span, name=option.name.text))
        own[option.name.text] = option
    return own, found


def _from_formula(member: Member, defaults: Mapping[str, Option], scope: Scope) -> Draft:
    outcome, treatment, *controls = member.values
    treatments, extra = _treatments(treatment, scope)
    terms = expand(controls[0], scope) if controls else ()
    draft = Draft(
        variant=member.variant,
        choice=_choice(member),
        outcome=_column(outcome, scope),
        treatments=treatments,
        controls=_union(terms, extra),
        options={k: v for k, v in defaults.items() if k not in HEAD_OPTIONS},
    )
    _refuse_overlap(draft, outcome)
    return draft


def _choice(member: Member) -> str:
    """Print the values that set a member apart, as they were written."""
    if not member.variant:
        return ""
    slugs = member.variant.split(".")
    from gipspec.lang.check.fan import slug

    picked = []
    for value in member.values:
        if slugs and slug(value) == slugs[0]:
            picked.append(print_expr(value))
            slugs.pop(0)
    return ", ".join(picked)


def _column(expr: Expr, scope: Scope) -> Expr:
    wrong = check_column(expr, scope)
    if wrong:
        raise GipError(*wrong)
    return expr


def _treatments(expr: Expr, scope: Scope) -> tuple[tuple[Expr, ...], tuple[Term, ...]]:
    """Return the treatments and the controls that they bring: `d * w` is d and d×w, with w controlled for."""
    match expr:
        case Binary(op="+", left=left, right=right):
            first, extra = _treatments(left, scope)
            second, more = _treatments(right, scope)
            return _distinct((*first, *second)), _union(extra, more)
        case Binary(op="*", left=left, right=right):
            terms = expand(left, scope)
            moderators = expand(right, scope)
            crossed = [(t, m) for t in terms for m in moderators]
            products = [Term(factors=(*t.factors, *m.factors)) for t, m in crossed]
            return tuple(_product(t, expr) for t in (*terms, *products)), moderators
        case Each():
            raise GipError(problem("G216", expr.span))
        case _:
            return tuple(_product(t, expr) for t in expand(expr, scope)), ()


def _distinct(exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple({print_expr(e): e for e in exprs}.values())


def _product(term: Term, where: Expr) -> Expr:
    product = term.factors[0]
    for factor in term.factors[1:]:
        product = Binary(op="*", left=product, right=factor, span=where.span)
    return product


def _union(first: tuple[Term, ...], second: tuple[Term, ...]) -> tuple[Term, ...]:
    known = {term_key(t) for t in first}
    return (*first, *(t for t in second if term_key(t) not in known))


def _vary(base: Draft, own: Mapping[str, Option], member: Member, scope: Scope) -> Draft:
    chosen = {
        name: replace(option, value=value)
        for (name, option), value in zip(own.items(), member.values, strict=True)
    }
    options = dict(base.options)
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
        treatments, extra = _treatments(chosen["treatment"].value, scope)
        draft = replace(draft, treatments=treatments, controls=_union(draft.controls, extra))
    if "drop" in chosen:
        draft = replace(draft, controls=_dropped(draft.controls, chosen["drop"].value, scope))
    if "add" in chosen:
        draft = replace(draft, controls=_union(draft.controls, expand(chosen["add"].value, scope)))
    for name in ("add", "treatment", "outcome"):
        if name in chosen:
            _refuse_overlap(draft, chosen[name].value)
    return draft


def _dropped(controls: tuple[Term, ...], expr: Expr, scope: Scope) -> tuple[Term, ...]:
    gone = {term_key(t): t for t in expand(expr, scope)}
    missing = [t for k, t in gone.items() if k not in {term_key(c) for c in controls}]
    if missing:
        shown = ", ".join(f"`{term_text(c)}`" for c in controls[:12])
        remedy = f"the controls are {shown}" if shown else "the model has no controls"
        raise GipError(problem("G213", expr.span, name=term_text(missing[0]), help=remedy))
    return tuple(c for c in controls if term_key(c) not in gone)


def _refuse_overlap(draft: Draft, where: Expr) -> None:
    """Raise G212 where one variable is outcome, treatment or control at the same time."""
    outcome = print_expr(draft.outcome)
    treatments = {print_expr(t) for t in draft.treatments}
    controls = {term_text(t) for t in draft.controls}
    if outcome in treatments:
        clash, role, other = outcome, "outcome", "treatment"
    elif outcome in controls:
        clash, role, other = outcome, "outcome", "control"
    elif treatments & controls:
        clash, role, other = min(treatments & controls), "treatment", "control"
    else:
        return
    remedy = f"take it out of the controls, for example with `drop={clash}`"
    if other == "treatment":
        remedy = "name two different variables"
    raise GipError(problem("G212", where.span, name=clash, role=role, other=other, remedy=remedy))


def _models(
    name: str, statement: ModelStatement, drafts: tuple[Draft, ...], scope: OptionScope
) -> tuple[tuple[Model, ...], list[Problem]]:
    line = print_statement(statement)
    models: list[Model] = []
    found: list[Problem] = []
    for draft in drafts:
        settings, wrong = resolve_settings(draft.options, scope, _head_span(statement))
        found += [p for p in wrong if p not in found]
        if settings is None:
            if not wrong:
                raise PoisonedError
            continue
        full = f"{name}.{draft.variant}" if draft.variant else name
        models.append(
            Model(
                name=full,
                family=name,
                variant=draft.variant,
                choice=draft.choice,
                outcome=draft.outcome,
                treatments=draft.treatments,
                controls=draft.controls,
                settings=settings,
                line=line,
                span=statement.span,
            )
        )
    return tuple(models), found


def _head_span(statement: ModelStatement) -> Span:
    return statement.head.span
