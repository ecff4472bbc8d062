"""All estimates of a run, and how stable, how well founded they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gipspec.engine import Estimate, Results
from gipspec.lang.vocabulary import MODELS
from gipspec.recipe import NuisanceFit
from gipspec.report.cells import DASH, Cell, Coefficient, Interval, Number, Text
from gipspec.report.decimals import fixed, percent
from gipspec.report.names import joined_label, natural_key
from gipspec.report.page.listing import Entry, Heading, Listing, entry, listing, number, words
from gipspec.report.page.places import Places, anchor, link_to

DIGITS = 3
METRICS = (("r2", "R²"), ("rmse", "RMSE"), ("log_loss", "Log loss"), ("auc", "AUC"))
MEASURES = (  # name, heading, what it means, decimals
    ("propensity.low", "Propensity, lowest", "Smallest estimated propensity", 3),
    ("propensity.high", "Propensity, highest", "Largest estimated propensity", 3),
    ("trimmed", "Trimmed", "Share of propensities that were set to the bounds", 3),
    ("first_stage_f", "First-stage F", "With several instruments the effective F", 1),
)


def in_order(results: Results, places: Places) -> list[Estimate]:
    """Return the estimates in the order of their lines, those of a line by name."""
    return sorted(results, key=lambda e: (places.order(e.model_name), _time(e), natural_key(e.name)))


def _time(e: Estimate) -> tuple[int, int]:
    """Event times in their order, before what is not at one."""
    return (0, int(e.key)) if e.key.removeprefix("-").isdecimal() else (1, 0)


def estimates_listing(results: Results, places: Places, labels: dict[str, str]) -> Listing:
    """Return a line an estimate, each with a link to its line of the spec."""
    ordered = in_order(results, places)
    levels = {e.level for e in ordered}
    interval = f"{percent(levels.pop())} interval" if len(levels) == 1 else "Interval"
    headings = (
        Heading(text="Estimate"),
        Heading(text="Line", about="Line of the spec that asks for it", numeric=True),
        Heading(text="Outcome"),
        Heading(text="Effect of", wide=True),
        Heading(text="Estimator"),
        Heading(text="Coef.", about="Coefficient; stars at .1, .05 and .01", numeric=True),
        Heading(text="SE", about="Standard error", numeric=True),
        Heading(text="p", about="p-value", numeric=True),
        Heading(text=interval, numeric=True),
        Heading(text="n", about="Rows", numeric=True),
    )
    rows: list[list[Entry]] = []
    seen: set[str] = set()
    for e in ordered:
        first = e.model_name not in seen
        seen.add(e.model_name)
        rows.append(_row(e, places, labels, first=first))
    return listing("estimates", "All estimates of the run", headings, rows)


def _row(e: Estimate, places: Places, labels: dict[str, str], *, first: bool) -> list[Entry]:
    place, span = places.of_model(e.model_name), places.spans.get(e.model_name)
    line: Cell = Number(value=span.line, digits=0) if span and place else Text(text="")
    shown = e.term_label or joined_label(e.term, labels)
    numbers: tuple[Cell, ...] = (
        Coefficient(value=e.coef, digits=DIGITS, p=e.p),
        Number(value=e.se, digits=DIGITS),
        Number(value=e.p, digits=DIGITS),
        Interval(low=e.ci[0], high=e.ci[1], digits=DIGITS),
        Number(value=e.n, digits=0),
    )
    return [
        words(e.name, anchor=anchor("model", e.model_name) if first else ""),
        entry(line, link=place.link if place else ""),
        words(e.outcome_label or e.outcome),
        words(f"{shown} ({e.group})" if e.group else shown),
        words(e.model if e.model in MODELS else "difference"),
        *(entry(cell) for cell in numbers),
    ]


# ---------------------------------------------------------------- diagnostics


def stability_listing(results: Results, places: Places) -> Listing:
    """Return for each estimate the spread over splits, the variation left, overlap and strength."""
    found = [e for e in in_order(results, places) if e.nuisances]
    measures = [m for m in MEASURES if any(m[0] in dict(e.measures) for e in found)]
    headings = [
        Heading(text="Estimate"),
        Heading(text="Splits", about="Repeated splits of the sample", numeric=True),
        Heading(text="Spread over splits", about="Smallest and largest estimate", numeric=True),
        Heading(text="Spread / SE", about="Width of the spread in standard errors", numeric=True),
        Heading(
            text="Variation left",
            about="Share of the treatment's variance that the controls leave, after effects are removed",
            numeric=True,
        ),
        Heading(
            text="Left by effects",
            about="Share of the treatment's variance that removing the effects leaves",
            numeric=True,
        ),
        *(Heading(text=text, about=about, numeric=True) for _, text, about, _ in measures),
    ]
    rows = [_stability(e, measures, places) for e in found]
    return listing("stability", "Stability, variation and overlap of each estimate", headings, rows)


def _stability(e: Estimate, measures: Sequence[tuple[str, str, str, int]], places: Places) -> list[Entry]:
    low, high = e.spread
    width = (high - low) / e.se if e.se > 0 else math.nan
    given = dict(e.measures)
    return [
        _labelled(e.name, e.model_name, places),
        number(e.reps, 0),
        entry(Interval(low=low, high=high, digits=DIGITS) if e.reps > 1 else DASH),
        number(width if e.reps > 1 else None, 2),
        number(e.residual_share, DIGITS),
        number(e.effects_share, DIGITS),
        *(number(given.get(name), digits) for name, _, _, digits in measures),
    ]


def _labelled(name: str, model: str, places: Places) -> Entry:
    known = model in places.spans
    return words(name, link=link_to(anchor("model", model)) if known else "")


def nuisances_listing(results: Results, places: Places, labels: dict[str, str]) -> Listing:
    """Return a line for each nuisance of each model, out of fold; estimates that share it are named once."""
    fits: dict[tuple[str, NuisanceFit], list[str]] = {}
    for e in in_order(results, places):
        for fit in e.nuisances:
            fits.setdefault((e.model_name, fit), []).append(e.name)
    several = {model for model, _ in fits if _differ(model, fits)}
    metrics = [m for m in METRICS if any(m[0] in dict(fit.metrics) for _, fit in fits)]
    stacked = any(fit.weights for _, fit in fits)
    headings = [
        Heading(text="Model"),
        Heading(text="Nuisance", wide=True),
        Heading(text="Of"),
        Heading(text="Learner"),
        *(Heading(text=text, numeric=True) for _, text in metrics),
        *([Heading(text="Weights of the stack")] if stacked else []),
    ]
    rows: list[list[Entry]] = []
    for (model, fit), names in fits.items():
        given = dict(fit.metrics)
        label = _shared(names) if model in several else model
        rows.append(
            [
                _labelled(label, model, places),
                words(fit.role),
                words(joined_label(fit.target, labels)),
                words(fit.learner),
                *(number(given.get(name), DIGITS) for name, _ in metrics),
                *([words(_weights(fit))] if stacked else []),
            ]
        )
    return listing("nuisances", "Fit of each nuisance, out of fold", headings, rows)


def _differ(model: str, fits: dict[tuple[str, NuisanceFit], list[str]]) -> bool:
    """Tell whether a model has several fits of one nuisance: one a group, cell or event time."""
    own = [(fit.role, fit.target) for name, fit in fits if name == model]
    return len(set(own)) < len(own)


def _shared(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _weights(fit: NuisanceFit) -> str:
    return ", ".join(f"{name} {fixed(w, 2)}" for name, w in fit.weights if math.isfinite(w))
