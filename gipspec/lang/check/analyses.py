"""What placebo tests and sensitivity analyses need of the model that they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.diagnostics import Problem, problem
from gipspec.lang.check.expressions import names_in
from gipspec.lang.check.terms import summands, term_text
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Panel, Settings, Term
from gipspec.lang.syntax import Expr, Option

MOST_REFITS = 2000  # draws: each keeps its predictions of every repetition


def placebo_conflicts(
    settings: Settings,
    options: Mapping[str, Option],
    defaults: Mapping[str, Option],
    treatments: tuple[Expr, ...],
    panel: Panel | None,
) -> list[Problem]:
    """Refuse placebos of several treatments, without a panel, and draws that cannot be made."""
    analysis = "placebo" if settings.placebo else "placebo_lead" if settings.placebo_lead else ""
    found = [
        _clash(options[name], "a model without `placebo=`", "add `placebo=500`, or leave it away")
        for name in ("placebo_by", "placebo_strata")
        if not settings.placebo and name in options and options[name] is not defaults.get(name)
    ]
    if not analysis:
        return found
    if len(treatments) > 1:
        what, remedy = f"{len(treatments)} treatments", "make a line for each treatment"
        found.append(_clash(options[analysis], what, remedy))
    if settings.placebo_lead and panel is None:
        found.append(problem("G110", options["placebo_lead"].span, what="`placebo_lead=`"))
    if settings.placebo:
        found += _draws(settings, options)
    return found


def benchmark_terms(controls: tuple[Term, ...], name: str) -> tuple[Term, ...]:
    """Return the controls that leave with a benchmark: every term that uses a column of that name, or the
    term that is printed so."""
    factors = sorted(name.split(":"))
    return tuple(
        term
        for term in controls
        if sorted(term_text(term).split(":")) == factors
        or name in {print_expr(n) for factor in term.factors for n in names_in(factor)}
    )


def sensitivity_conflicts(
    settings: Settings, options: Mapping[str, Option], controls: tuple[Term, ...]
) -> list[Problem]:
    """Refuse benchmarks that are not among the controls."""
    if not settings.sensitivity:
        return []
    value = options["sensitivity"].value
    places = {print_expr(part): part.span for part in summands(value)}
    shown = ", ".join(f"`{term_text(c)}`" for c in controls[:12])
    remedy = f"the controls are {shown}" if shown else "the model has no controls"
    return [
        problem("G213", places.get(name, value.span), name=name, done="a benchmark", help=remedy)
        for name in settings.sensitivity
        if not benchmark_terms(controls, name)
    ]


def _draws(settings: Settings, options: Mapping[str, Option]) -> list[Problem]:
    if settings.placebo_by == "design":
        if settings.fe and settings.fe_method == "dummies":
            remedy = (
                "dummies leave the effects to the learners: use `fe_method=within`, or `placebo_by=refit`"
            )
            return [_clash(options["placebo_by"], "`fe_method=dummies`", remedy)]
        return []
    found: list[Problem] = []
    if settings.placebo > MOST_REFITS:
        expected = f"with `placebo_by=refit` it takes at most {MOST_REFITS:,} draws"
        remedy = "use `placebo_by=design`, which fits nothing again"
        value = options["placebo"].value.span
        shown = f"{settings.placebo:,}"
        found.append(problem("G203", value, name="placebo", found=shown, expected=expected, remedy=remedy))
    if settings.tune:
        remedy = "it would search anew for each draw: add `tune=no`, or use `placebo_by=design`"
        found.append(_clash(options["tune"], "`placebo_by=refit`", remedy))
    return found


def _clash(option: Option, what: str, remedy: str) -> Problem:
    return problem("G208", option.span, option=option.name.text, what=what, remedy=remedy)
