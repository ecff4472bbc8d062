"""Series that stand in parts: one for each model, group and propensity or treatment, each with a panel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gipspec.diagnostics import GipError, problem
from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import Series
from gipspec.report.figures.members import Cast, Member, cast_of
from gipspec.report.figures.naming import names_of
from gipspec.report.figures.options import figure_options
from gipspec.report.figures.wrapped import wrapped
from gipspec.report.names import joined_label

MOST = 12  # panels
TITLE = 38  # letters of a line over a panel
_LEVEL = re.compile(r"(?P<name>.+)\[(?P<level>.+)\]")
_JOINTS = re.compile(r"( given | \+ | = | − )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a series says `of` one thing, in a `group` of rows if the model has groups; `values` by column."""

    member: Member
    group: str
    of: str
    values: Mapping[str, tuple[float | str, ...]]

    def numbers(self, name: str, arm: str = "") -> tuple[float, ...]:
        """Return a column of numbers, by default of all arms."""
        arms = self.values.get("arm", ())
        return tuple(float(v) for at, v in enumerate(self.values[name]) if not arm or arms[at] == arm)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(str(v) for v in self.values[name])

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.texts("arm")))

    @property
    def estimate(self) -> Estimate:
        """The estimate of its group, or that of its treatment, or the first of its model."""
        estimates = self.member.estimates
        fitting = [e for e in estimates if e.key == self.group] or [
            e for e in estimates if e.treatment == self.of
        ]
        return fitting[0] if fitting else self.member.first


def cast_with(
    request: FigureRequest, results: Results, study: Study, kinds: tuple[str, ...], reason: str
) -> Cast:
    """Return the members of a figure that have a series of one of the kinds.

    Raises GipError G503 where no model has results, and G550, which gives the `reason`, where none has those.
    """
    cast = cast_of(request, results, study)
    shown = tuple(m for m in cast.members if any(m.of_kind(kind) for kind in kinds))
    if not shown:
        raise GipError(problem("G550", request.span, name=request.name, reason=reason))
    others = tuple(m.name for m in cast.members if m not in shown)
    return replace(cast, members=shown, omitted=(*cast.omitted, *others))


def parts_of(members: Iterable[Member], kind: str) -> list[Part]:
    """Return the parts of all series of a kind."""
    return [part for member in members for series in member.of_kind(kind) for part in _split(member, series)]


def _split(member: Member, series: Series) -> list[Part]:
    columns = dict(series.columns)
    group = series.key.removesuffix(series.kind).rstrip(".")
    found: list[Part] = []
    for of in dict.fromkeys(str(v) for v in columns["of"]):
        at = [i for i, v in enumerate(columns["of"]) if v == of]
        values = {name: tuple(column[i] for i in at) for name, column in columns.items()}
        found.append(Part(member=member, group=group, of=of, values=values))
    return found


def check_panels(parts: Iterable[Part], request: FigureRequest) -> None:
    """Refuse more parts than a figure has room for (G541)."""
    count = len(list(parts))
    if count > MOST:
        raise GipError(
            problem("G541", request.span, name=request.name, count=count, what="panels", bound=MOST)
        )


def called(cast: Cast, request: FigureRequest) -> dict[str, str]:
    """Return what each member is called, by its name."""
    names = names_of(cast, dict(figure_options(request).names)).apart(cast.members)
    return {m.name: name for m, name in zip(cast.members, names, strict=True)}


def titles(parts: Iterable[Part], cast: Cast, request: FigureRequest) -> list[str]:
    """Return titles that tell panels apart: the model, its group, and what the panel is of."""
    shown = list(parts)
    names = called(cast, request)
    several = len({p.member.name for p in shown}) > 1
    by_member: dict[str, set[str]] = {}
    for p in shown:
        by_member.setdefault(p.member.name, set()).add(p.of)
    found: list[str] = []
    for p in shown:
        words = [names[p.member.name]] if several else []
        words += [p.estimate.group or p.group] if p.group else []
        words += [of_label(p.of, cast.labels)] if len(by_member[p.member.name]) > 1 else []
        found.append(wrapped(": ".join(words), TITLE, most=2))
    return found


def propensity_label(part: Part, cast: Cast) -> str:
    """Return what stands at an axis of propensities, in two lines at most."""
    return wrapped(f"Propensity of {of_label(part.of, cast.labels)}", TITLE, most=2)


def of_label(of: str, labels: Mapping[str, str]) -> str:
    """Return `gip given patents + upgrading` in the words of the labels."""
    return "".join(
        part if _JOINTS.fullmatch(part) else joined_label(part, labels) for part in _JOINTS.split(of)
    )


def term_label(name: str, labels: Mapping[str, str]) -> str:
    """Return the label of a term of the controls: `finance:fdi` factor by factor, `region[East]` by level."""
    level = _LEVEL.fullmatch(name)
    if name not in labels and level and level["name"] in labels:
        return f"{labels[level['name']]}: {level['level']}"
    return joined_label(name, labels)
