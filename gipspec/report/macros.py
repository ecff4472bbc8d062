"""`numbers.tex`: every number of a run as `\\gip{base.coef}`, so that none is typed into a paper."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

from gipspec.engine.results import Estimate, Results
from gipspec.report.assumptions import robust_set
from gipspec.report.cells import star_count
from gipspec.report.decimals import fixed
from gipspec.report.escape import Latex, escape, one_line
from gipspec.report.names import natural_key
from gipspec.report.provenance import provenance_of
from gipspec.report.saved import named_fits
from gipspec.report.templates import latex_environment, render

DIGITS = 3
UNDEFINED = Latex("--")

# Characters that TeX would not read as part of a key; they stand as a hyphen in it.
UNREADABLE = re.compile(r"""[\\{}%#^~$&"\s\x00-\x1f\x7f]+""")


def numbers_tex(results: Results, templates: Path | None = None) -> str:
    """Return the file; `templates` may hold a user's own `latex/numbers.tex`."""
    estimates = sorted(results, key=lambda e: natural_key(e.name))
    entries: list[tuple[Latex, Latex]] = []
    taken: set[str] = set()
    for name, values in _everything(results, estimates):
        key = _free(tex_key(name), taken)
        entries += [(Latex(f"{key}.{field}"), value) for field, value in values]
    return render(
        latex_environment(templates),
        "latex/numbers.tex",
        {"provenance": provenance_of(results), "draft": results.draft, "entries": tuple(entries)},
    )


def _everything(results: Results, estimates: list[Estimate]) -> Iterator[tuple[str, list[tuple[str, Latex]]]]:
    for e in estimates:
        yield e.name, list(values_of(e))
    for found in sorted(results.tables, key=lambda t: natural_key(t.table)):
        for name, p in found.p:
            yield f"tables.{found.table}.{name}", [*_both("p", p), ("p.text", _p_text(p))]
        for test in found.tests:
            tested = [*_both("wald", test.statistic), *_both("wald.p", test.p)]
            yield f"tables.{found.table}.{test.term}", tested
    for index in sorted(results.indices, key=lambda i: natural_key(i.name)):
        values = [_both(tex_key(indicator), weight) for indicator, _, _, weight in index.rows]
        yield f"weights.{index.name}", [pair for pairs in values for pair in pairs]


def tex_key(name: str) -> str:
    """Return a name as part of a key: what TeX would swallow or obey stands as a hyphen."""
    return UNREADABLE.sub("-", one_line(name))


def _free(key: str, taken: set[str]) -> str:
    """Names that differ in unreadable characters alone are told apart by a number."""
    found, number = key, 1
    while found in taken:
        number += 1
        found = f"{key}-{number}"
    taken.add(found)
    return found


def values_of(e: Estimate) -> Iterator[tuple[str, Latex]]:
    """Yield the fields of an estimate: printed with three decimals, and `.raw` with all digits."""
    yield from _both("coef", e.coef)
    yield from _both("se", e.se)
    yield from _both("t", e.t)
    yield from _both("p", e.p)
    yield "p.text", _p_text(e.p)
    yield "stars", Latex("*" * star_count(e.p))
    yield from _both("ci.low", e.ci[0])
    yield from _both("ci.high", e.ci[1])
    yield "ci", Latex(f"[{number(e.ci[0])}, {number(e.ci[1])}]")
    for field, value in (
        ("coef.pct", e.coef),
        ("se.pct", e.se),
        ("ci.low.pct", e.ci[0]),
        ("ci.high.pct", e.ci[1]),
    ):
        yield field, number(value * 100, 1)
    yield "level", number(e.level * 100, 0 if float(e.level * 100).is_integer() else 1)
    for field, count in (("n", e.n), ("units", e.units), ("clusters", e.clusters), ("reps", e.reps)):
        yield field, number(count, 0)
        yield f"{field}.raw", Latex(str(int(count)))
    yield "folds", number(e.folds, 0) if isinstance(e.folds, int) else UNDEFINED
    yield from _both("spread.low", e.spread[0])
    yield from _both("spread.high", e.spread[1])
    for key, fit in named_fits(e.nuisances):
        for metric, value in fit.metrics:
            yield from _both(f"{metric}.{tex_key(key)}", value)
    for name, value in e.measures:
        yield from _both(tex_key(name), value)
    if robust := robust_set(e):
        yield "ar", escape(robust)


def _both(field: str, value: float) -> list[tuple[str, Latex]]:
    return [(field, number(value)), (f"{field}.raw", _raw(value))]


def number(value: float, digits: int = DIGITS) -> Latex:
    """Return a number that prints alike in text and in math."""
    if not math.isfinite(value):
        return UNDEFINED
    text = fixed(value, digits, group="{,}")
    return Latex(r"\ensuremath{-}" + text[1:] if text.startswith("-") else text)


def _raw(value: float) -> Latex:
    return Latex(repr(float(value))) if math.isfinite(value) else UNDEFINED


def _p_text(p: float) -> Latex:
    """Return `p<0.001` or `p=0.013`: what stands in a sentence."""
    if not math.isfinite(p):
        return UNDEFINED
    return Latex(r"\ensuremath{p<0.001}" if p < 0.001 else rf"\ensuremath{{p={fixed(p, DIGITS)}}}")
