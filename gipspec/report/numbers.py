"""Every number of a run under a name, as a text would say it: what `numbers.tex`, `.csv` and `.docx` hold."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gipspec.engine.results import Estimate, Results
from gipspec.report.assumptions import robust_set
from gipspec.report.cells import star_count
from gipspec.report.decimals import fixed
from gipspec.report.escape import one_line
from gipspec.report.formats.csv import MARK, harmless
from gipspec.report.names import natural_key
from gipspec.report.saved import named_fits

DIGITS = 3
DASHES = "--"  # what is not finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A number in print: `parts` are two for an interval; a `raw` one has all digits, in plain characters."""

    field: str
    kind: Literal["number", "interval", "p", "raw", "text"]
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"[{', '.join(self.parts)}]" if self.kind == "interval" else self.parts[0]


def all_said(results: Results) -> Iterator[tuple[str, tuple[Said, ...]]]:
    """Yield the names of a run's estimates, tables and indices, each with its numbers, in a fixed order."""
    for e in sorted(results, key=lambda e: natural_key(e.name)):
        yield e.name, tuple(of_estimate(e))
    for found in sorted(results.tables, key=lambda t: natural_key(t.table)):
        for name, p in found.p:
            yield f"tables.{found.table}.{name}", (*both("p", p), p_text(p))
        for test in found.tests:
            tested = (*both("wald", test.statistic), *both("wald.p", test.p))
            yield f"tables.{found.table}.{test.term}", tested
    for index in sorted(results.indices, key=lambda i: natural_key(i.name)):
        pairs = (pair for indicator, _, _, weight in index.rows for pair in both(indicator, weight))
        yield f"weights.{index.name}", tuple(pairs)
    for table in sorted(results.variables, key=lambda t: natural_key(t.table)):
        for owner in dict.fromkeys(owner for owner, _, _ in table.statistics):
            said = (pair for name, value in table.of(owner).items() for pair in _statistic(name, value))
            yield f"tables.{table.table}.{owner}", tuple(said)


def of_estimate(e: Estimate) -> Iterator[Said]:
    """Yield the numbers of an estimate: printed with three decimals, and `.raw` with all digits."""
    for field, value in (("coef", e.coef), ("se", e.se), ("t", e.t), ("p", e.p)):
        yield from both(field, value)
    yield p_text(e.p)
    yield Said(field="stars", kind="text", parts=("*" * star_count(e.p),))
    yield from both("ci.low", e.ci[0])
    yield from both("ci.high", e.ci[1])
    yield Said(field="ci", kind="interval", parts=(printed(e.ci[0]), printed(e.ci[1])))
    hundredfold = (("coef", e.coef), ("se", e.se), ("ci.low", e.ci[0]), ("ci.high", e.ci[1]))
    for field, value in hundredfold:
        yield _number(f"{field}.pct", value * 100, 1)
    yield _number("level", e.level * 100, 0 if float(e.level * 100).is_integer() else 1)
    for field, count in (("n", e.n), ("units", e.units), ("clusters", e.clusters), ("reps", e.reps)):
        yield from _count(field, count)
    yield _number("folds", e.folds if isinstance(e.folds, int) else math.nan, 0)
    yield from both("spread.low", e.spread[0])
    yield from both("spread.high", e.spread[1])
    for key, fit in named_fits(e.nuisances):
        for metric, value in fit.metrics:
            yield from both(f"{metric}.{key}", value)
    for name, value in e.measures:
        yield from both(name, value)
    if robust := robust_set(e):
        yield Said(field="ar", kind="text", parts=(robust,))


def _statistic(name: str, value: float) -> Iterator[Said]:
    """Yield a statistic of a variable; a p-value is also said in words."""
    if name.rpartition(".")[2] in ("n", "missing") or name.startswith("n."):
        yield from _count(name, value)
        return
    yield from both(name, value)
    if name.startswith("p.") or name.endswith(".p"):
        said = p_text(value)
        yield Said(field=f"{name}.text", kind=said.kind, parts=said.parts)


def _count(field: str, count: float) -> Iterator[Said]:
    yield _number(field, count, 0)
    raw = str(int(count)) if math.isfinite(count) else DASHES
    yield Said(field=f"{field}.raw", kind="raw", parts=(raw,))


def both(field: str, value: float) -> tuple[Said, Said]:
    """Return a number as it is printed, and with all its digits."""
    raw = repr(float(value)) if math.isfinite(value) else DASHES
    return _number(field, value, DIGITS), Said(field=f"{field}.raw", kind="raw", parts=(raw,))


def _number(field: str, value: float, digits: int) -> Said:
    return Said(field=field, kind="number", parts=(printed(value, digits),))


def printed(value: float, digits: int = DIGITS) -> str:
    """Return a number in print, with an ASCII minus; a dash where it is not finite."""
    return fixed(value, digits, group=",") if math.isfinite(value) else DASHES


def p_text(p: float) -> Said:
    """Return `p<0.001` or `p=0.013`: what stands in a sentence."""
    if not math.isfinite(p):
        return Said(field="p.text", kind="text", parts=(DASHES,))
    return Said(field="p.text", kind="p", parts=("p<0.001" if p < 0.001 else f"p={fixed(p, DIGITS)}",))


def keyed(results: Results) -> Iterator[tuple[str, str]]:
    """Yield `base.coef` and what it says, for documents that take any name; all digits are left out."""
    for name, numbers in all_said(results):
        for said in numbers:
            if said.kind != "raw":
                yield one_line(f"{name}.{said.field}"), said.text


def numbers_csv(results: Results) -> str:
    """Return name, text and all digits of every number, for programs and mail merge; UTF-8 with a mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["name", "text", "value"])
    for name, numbers in all_said(results):
        raw = {said.field.removesuffix(".raw"): said.text for said in numbers if said.kind == "raw"}
        for said in numbers:
            if said.kind != "raw":
                key = one_line(f"{name}.{said.field}")
                writer.writerow([harmless(key), harmless(said.text), raw.get(said.field, "")])
    return MARK + out.getvalue()
