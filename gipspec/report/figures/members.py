"""What the models of a figure have: their estimates and series, their labels, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import Series
from gipspec.report.decimals import fixed
from gipspec.report.names import english_list, labels_of, natural_key

DRAFT = "DRAFT: made with few splits to look at, not to be published."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A model or difference of a figure with its series, and its estimates in the order of their names."""

    name: str
    estimates: tuple[Estimate, ...]
    series: tuple[Series, ...]

    @property
    def first(self) -> Estimate:
        return self.estimates[0]

    def measure(self, name: str) -> float:
        """Return a further number of the model, whichever of its estimates has it; nan where none has."""
        return next((dict(e.measures)[name] for e in self.estimates if name in dict(e.measures)), nan)

    def of_kind(self, kind: str) -> tuple[Series, ...]:
        """Return the series of a kind, such as "event"."""
        return tuple(s for s in self.series if s.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The members of a figure that have something to show, those that have not, and labels by name."""

    members: tuple[Member, ...]
    omitted: tuple[str, ...]
    labels: Mapping[str, str]

    def sentences(self, draft: bool) -> list[str]:
        """Return what the notes of any figure begin with: that it is a draft, and what it leaves out."""
        found = [DRAFT] if draft else []
        if self.omitted:
            found.append(f"Not shown, for want of results: {english_list(list(self.omitted))}.")
        return found


def cast_of(
    request: FigureRequest,
    results: Results,
    study: Study,
    kind: str = "",
    most: int = 0,
    what: str = "models",
) -> Cast:
    """Return the members of a figure; with `kind` those that have a series of it, at most `most` if given.

    Raises GipError G503 where nothing is left, G541 where there are too many.
    """
    found = [_member(name, results) for name in request.members]
    shown = tuple(m for m in found if m.estimates and (not kind or m.of_kind(kind)))
    omitted = tuple(m.name for m in found if m not in shown)
    if not shown:
        remedy = f"look at {', '.join(omitted)}" if omitted else "name models in the figure"
        raise GipError(problem("G503", request.span, kind="figure", name=request.name, remedy=remedy))
    if most and len(shown) > most:
        raise GipError(
            problem("G541", request.span, name=request.name, count=len(shown), what=what, bound=most)
        )
    return Cast(members=shown, omitted=omitted, labels=labels_of(results, study))


def _member(name: str, results: Results) -> Member:
    return Member(
        name=name,
        estimates=tuple(sorted(results.of_model(name), key=lambda e: natural_key(e.name))),
        series=tuple(s.series for s in results.series if s.model_name == name),
    )


def column(series: Series, name: str) -> tuple[float, ...]:
    """Return a column of numbers of a series."""
    return tuple(float(v) for v in dict(series.columns)[name])


def words(series: Series, name: str) -> tuple[str, ...]:
    """Return a column of text of a series."""
    return tuple(str(v) for v in dict(series.columns)[name])


def times(values: tuple[float, ...], scale: float) -> tuple[float, ...]:
    """Return numbers in the unit that `scale=` asks for."""
    return values if scale == 1 else tuple(v * scale for v in values)


def printed(value: float, digits: int = 3) -> str:
    """Return a number as notes have it, with a true minus sign."""
    return fixed(value, digits).replace("-", "−")
