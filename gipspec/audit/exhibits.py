"""Rules on what tables show: digits, and what was tried and is not shown."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from statistics import NormalDist
from typing import TYPE_CHECKING

from gipspec.audit.remedies import table_line, table_of, unused
from gipspec.diagnostics import Finding, Remedy, finding
from gipspec.lang.notation import print_name
from gipspec.lang.study import Model, Study, TableRequest, Value
from gipspec.lang.vocabulary import STAR_LEVELS, TABLE_OPTIONS
from gipspec.recipe.found import ON_REQUEST

if TYPE_CHECKING:
    from gipspec.engine import Entry, Estimate, Results, Run

Stars = Mapping[str, tuple[float, ...]]  # the levels of each style of tables

USUAL_STARS: Stars = {TABLE_OPTIONS["style"].default: STAR_LEVELS}
SIGNIFICANT = 2  # digits of a standard error that tell t well enough
MANY = 20  # specifications, of which a table should show half at least
BOUNDS = 3  # of winsorising: from here on it is a search
_SAME = ("reps", "level")  # they make an estimate more or less exact, and no other specification
MOST_DIGITS = 10


def unverifiable_stars(study: Study, results: Results, stars: Stars) -> Iterator[Finding]:
    """A17: stars, of a table or its style, that nobody can check from the printed digits."""
    for request in study.tables:
        given = dict(request.options)
        levels = _levels(given, stars.get(request.style, ()))
        if not levels or not _plain(given):
            continue
        digits = int(str(given.get("digits", TABLE_OPTIONS["digits"].default)))
        scale = float(str(given.get("scale", 1.0)))
        shown = [e for e in _shown(request, results) if e.se > 0]
        bad = [e for e in shown if not stars_hold(e.coef * scale, e.se * scale, e.p, digits, levels)]
        if bad:
            worst = min(bad, key=lambda e: e.se)
            enough = -math.floor(math.log10(min(e.se for e in bad) * scale)) + SIGNIFICANT - 1
            yield finding(
                "A17",
                table=request.name,
                name=worst.name,
                printed=f"{worst.coef * scale:.{digits}f} ({worst.se * scale:.{digits}f})",
                names=(request.name,),
                measures=(
                    ("digits", float(digits)),
                    ("unverifiable", float(len(bad))),
                    ("shown", float(len(shown))),
                ),
                remedy=table_line(request, digits=str(enough)) if enough <= MOST_DIGITS else None,
                span=request.span,
            )


def _levels(given: Mapping[str, Value], usual: tuple[float, ...]) -> tuple[float, ...]:
    """Return the levels of a table's stars: its own, or those of its style."""
    levels = given.get("stars", usual)
    return tuple(float(str(level)) for level in levels) if isinstance(levels, tuple) else ()


def _plain(given: Mapping[str, Value]) -> bool:
    """Tell whether standard errors alone stand by the coefficients, all with the same decimals."""
    below, beside = given.get("below", "se"), given.get("beside", "none")
    errors = below in ("se", ("se",)) and beside in ("none", "se")
    return errors and given.get("adjust", "none") == "none" and not given.get("significant")


def stars_hold(
    coef: float, se: float, p: float, digits: int, levels: tuple[float, ...] = STAR_LEVELS
) -> bool:
    """Tell whether printed numbers support the stars: a standard error of two digits, or t large enough.

    A printed number stands for all that round to it; the least |t| among them must have the stars, too.
    """
    half, printed, error = 0.5 * 10.0**-digits, abs(round(coef, digits)), round(se, digits)
    if error > 10.0 ** (SIGNIFICANT - 1 - digits) * (1 - 1e-9):
        return True
    least = max(0.0, printed - half) / (error + half)
    normal = NormalDist()
    held = sum(least > normal.inv_cdf(1 - level / 2) for level in levels)
    return held >= sum(p < level for level in levels)


def _shown(request: TableRequest, results: Results) -> list[Estimate]:
    """Return the estimates that a table has rows for: as `keep=`, `drop=` and their kinds have it."""
    given = dict(request.options)
    keep, drop = (_patterns(given.get(name, ())) for name in ("keep", "drop"))
    return [
        e
        for e in results
        if e.model_name in request.models
        and (_matches(e.term, keep) if keep else e.kind not in ON_REQUEST)
        and not _matches(e.term, drop)
    ]


def _matches(term: str, patterns: tuple[str, ...]) -> bool:
    return any(term == pattern or fnmatchcase(term, pattern) for pattern in patterns)


def _patterns(value: Value) -> tuple[str, ...]:
    return tuple(str(v) for v in (value if isinstance(value, tuple) else (value,)))


def tried_and_not_shown(study: Study, results: Results, runs: tuple[Run, ...]) -> Iterator[Finding]:
    """A18: many specifications in the ledger, of which the tables show few."""
    from gipspec.engine import specifications_tried

    in_tables = _in_tables(study)
    count = specifications_tried(runs, results, in_tables)
    if not study.tables or count.tried < MANY or count.shown * 2 >= count.tried:
        return
    hidden = [m.name for m in study.models if m.name not in in_tables]
    line = table_of(study, "tried", "Everything that was tried", hidden) if hidden else ""
    yield finding(
        "A18",
        tried=count.tried,
        shown=count.shown,
        measures=(("tried", float(count.tried)), ("shown", float(count.shown))),
        remedy=Remedy.of(line) if line else None,
    )


def searched_tails(study: Study, results: Results, runs: tuple[Run, ...]) -> Iterator[Finding]:
    """A27: several bounds of winsorising were tried on one model, and its tables show one of them at most."""
    from gipspec.engine import entries_of

    now = {e.model_name: _but_tails(e) for e in entries_of(results) if e.settings}
    tried: dict[frozenset[tuple[str, str]], set[float]] = {}
    for entry in (*(e for run in runs for e in run.entries), *entries_of(results)):
        if entry.settings and entry.settings.get("winsor", "no") != "no":
            tried.setdefault(_but_tails(entry), set()).add(float(entry.settings["winsor"]))
    in_tables, done = _in_tables(study), set()
    for model in study.models:
        rest = now.get(model.name, frozenset())
        bounds = tried.get(rest, set())
        if len(bounds) < BOUNDS or rest in done:
            continue
        done.add(rest)
        alike = [m for m in study.models if now.get(m.name) == rest]
        shown = {m.settings.winsor for m in alike if m.name in in_tables and m.settings.winsor}
        if len(shown) < BOUNDS - 1:
            listed = ", ".join(f"{bound * 100:g}%" for bound in sorted(bounds))
            yield finding(
                "A27",
                name=model.name,
                bounds=listed,
                shown=len(shown),
                names=(model.name,),
                measures=(("tried", float(len(bounds))), ("shown", float(len(shown)))),
                remedy=_all_bounds(study, model, listed),
                span=model.span,
            )


def _all_bounds(study: Study, model: Model, listed: str) -> Remedy:
    name = unused(study, f"{model.family}_tails")
    table = table_of(study, "tails", "All bounds that were tried", [name])
    return Remedy.of(f"{print_name(name)} <- {print_name(model.name)}; winsor=[{listed}]\n{table}")


def _but_tails(entry: Entry) -> frozenset[tuple[str, str]]:
    return frozenset((k, v) for k, v in entry.settings.items() if k not in (*_SAME, "winsor"))


def _in_tables(study: Study) -> Collection[str]:
    return {name for table in study.tables for name in table.models}
