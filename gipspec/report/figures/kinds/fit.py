"""How well nuisances predict rows that they were not learned from: R², and of binary targets the AUC."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import NuisanceFit
from gipspec.report.build import provenance_of
from gipspec.report.figures.figure import COLUMN, PAGE, Axis, Column, Figure, Panel, Points, Reference
from gipspec.report.figures.members import Cast, Member, cast_of
from gipspec.report.figures.parts import called, of_label
from gipspec.report.figures.wrapped import wrapped

METRICS = {"r2": ("R² out of fold", 0.0), "auc": ("Area under the curve", 0.5)}
MOST_ROWS = 60
MOST_STYLES = 6
LABEL = 34  # letters of a row in one line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    member: str
    row: str
    series: str  # the role, where rows are models
    fit: NuisanceFit

    @property
    def metrics(self) -> dict[str, float]:
        return dict(self.fit.metrics)


def fit_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Show the fit of each nuisance: a row for each model, with a marker for each role, or a row for each
    nuisance where there is one model, or where roles are many.

    Raises GipError G503, G550 where no nuisance was measured, and G541 for more than sixty rows.
    """
    cast = cast_of(request, results, study)
    fits = _rows(cast, called(cast, request))
    if not any(name in f.metrics for f in fits for name in METRICS):
        reason = "its models have learned nothing that varies"
        raise GipError(problem("G550", request.span, name=request.name, reason=reason))
    rows = list(dict.fromkeys(f.row for f in fits))
    if len(rows) > MOST_ROWS:
        raise GipError(
            problem("G541", request.span, name=request.name, count=len(rows), what="rows", bound=MOST_ROWS)
        )
    shown = [name for name in METRICS if any(name in f.metrics for f in fits)]
    panels = tuple(_panel(name, fits, rows, first=name == shown[0]) for name in shown)
    lines = sum(1 + wrapped(row, LABEL, most=2).count("\n") for row in rows)
    return Figure(
        name=request.name,
        title=request.title,
        panels=panels,
        data=_data(fits),
        notes=tuple(_notes(cast, results)),
        provenance=provenance_of(results),
        width=PAGE if len(panels) > 1 else COLUMN + 1.5,
        height=min(9.0, 1.0 + 0.17 * max(lines, 4)),
        columns=len(panels),
    )


def _rows(cast: Cast, names: dict[str, str]) -> list[_Fit]:
    by_member = {m.name: _fits_of(m) for m in cast.members}
    roles = {fit.role for fits in by_member.values() for fit in fits}
    whole = len(cast.members) > 1 and len(roles) <= MOST_STYLES
    whole = whole and all(len({f.role for f in fits}) == len(fits) for fits in by_member.values())
    found: list[_Fit] = []
    for name, fits in by_member.items():
        own_roles = [fit.role for fit in fits]
        for fit in fits:
            own = fit.role.capitalize()
            if own_roles.count(fit.role) > 1:
                own = f"{own}: {of_label(fit.target, cast.labels)}"
            row = names[name] if whole else f"{names[name]}: {own}" if len(cast.members) > 1 else own
            found.append(_Fit(member=name, row=row, series=fit.role if whole else "", fit=fit))
    return found


def _fits_of(member: Member) -> list[NuisanceFit]:
    """Return the nuisances of a model, each once; those of its groups stand for themselves."""
    found: dict[tuple[str, str, tuple[tuple[str, float], ...]], NuisanceFit] = {}
    for estimate in member.estimates:
        for fit in estimate.nuisances:
            found.setdefault((fit.role, fit.target, fit.metrics), fit)
    return list(found.values())


def _panel(metric: str, fits: list[_Fit], rows: list[str], *, first: bool) -> Panel:
    label, nothing = METRICS[metric]
    height = {row: float(-at) for at, row in enumerate(rows)}
    marks = []
    for style, series in enumerate(dict.fromkeys(f.series for f in fits)):
        here = [f for f in fits if f.series == series and metric in f.metrics]
        if here:
            x = tuple(f.metrics[metric] for f in here)
            y = tuple(height[f.row] for f in here)
            marks.append(Points(x=x, y=y, style=style, label=series.capitalize()))
    ticks = tuple((y, wrapped(row, LABEL, most=2) if first else "") for row, y in height.items())
    return Panel(
        marks=(Reference(at=nothing, upright=True), *marks),
        x=Axis(label=label),
        y=Axis(low=-len(rows) + 0.3, high=0.7, ticks=ticks),
    )


def _data(fits: list[_Fit]) -> tuple[Column, ...]:
    metrics = ("r2", "rmse", "log_loss", "auc")
    return (
        ("model", tuple(f.member for f in fits)),
        ("role", tuple(f.fit.role for f in fits)),
        ("target", tuple(f.fit.target for f in fits)),
        ("learner", tuple(f.fit.learner for f in fits)),
        *((name, tuple(f.metrics.get(name, float("nan")) for f in fits)) for name in metrics),
    )


def _notes(cast: Cast, results: Results) -> list[str]:
    reps = max(e.reps for m in cast.members for e in m.estimates)
    over = f", means over {reps} repeated splits" if reps > 1 else ""
    return [
        *cast.sentences(results.draft),
        f"Predictions of rows that were not learned from{over}; dashed lines are what a constant reaches.",
    ]
