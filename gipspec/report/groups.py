"""How tables show groups: the moderator over its columns, p-values of differences, what notes say of both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from gipspec.engine.results import Estimate
from gipspec.report.cells import DASH, Cell, Number, Text
from gipspec.report.columns import Column, variant_label
from gipspec.report.decimals import fixed, percent
from gipspec.report.names import english_list
from gipspec.report.phrases import column_list

Reader = Callable[[Column], Cell]

P_DIGITS = 3
WHOLE = 1000  # from which on a cut has no decimals

SPLIT = "Each group is estimated anew"
POOLED = "Effects of groups are from the nuisances of the whole sample, with the moderator among the controls"
DIFFERENCES = "Standard errors of differences are from the {scores} of both groups."
EQUALITY = "The groups of a moderator are equal if all differences between them are nought (Wald test)."
ADJUSTED = (
    "Adjusted p-values hold for all differences of a line at once (step-down of Romano and Wolf 2005, with "
    "{scores})."
)
POLICY = (
    "The policy tree is evaluated on folds that it was not chosen on; it treats {share} of the observations."
)
SLOPE = "The slope is the change of the effect with one standard deviation of the moderator."


def moderator_of(column: Column, labels: Mapping[str, str]) -> str:
    """Return the heading over the groups of a model: its moderator, and what else varies in the fan."""
    e = column.first
    if not e.moderator:
        return ""
    label = labels.get(e.moderator, e.moderator)
    others = [part for part in _choices(e.choice) if not _names(part, e.moderator)]
    return ", ".join([label, *(variant_label(part, e, labels) for part in others)])


def _choices(choice: str) -> list[str]:
    """Cut `terciles(a), rf(trees=9, leaf=3)` at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(choice):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(choice[start:at].strip())
            start = at + 1
    return [part for part in (*parts, choice[start:].strip()) if part]


def _names(part: str, moderator: str) -> bool:
    return part == moderator or re.fullmatch(r"(terciles|quantiles)\(.*", part) is not None


def comparison_readers(everywhere: tuple[Column, ...]) -> list[tuple[Cell, Reader]]:
    """Return the rows below differences of groups: their p-values, plain and adjusted, and of equality."""
    compared = [c.first for c in everywhere if c.minus]
    if not compared:
        return []
    readers: list[tuple[Cell, Reader]] = [
        (Text(text="Difference, p-value"), lambda c: _number(c.first.p if c.minus else None))
    ]
    if any("p_rw" in dict(e.measures) for e in compared):
        readers.append((Text(text="Difference, adjusted p-value"), _measure("p_rw")))
    if any(dict(e.measures).get("equality.df", 0.0) > 1 for e in compared):
        readers.append((Text(text="Groups equal, p-value"), _measure("equality.p")))
    return readers


def _measure(name: str) -> Reader:
    return lambda c: _number(dict(c.first.measures).get(name) if c.minus else None)


def _number(value: float | None) -> Cell:
    return DASH if value is None else Number(value=value, digits=P_DIGITS)


def group_sentences(columns: tuple[Column, ...], labels: Mapping[str, str]) -> list[str]:
    """Return what a reader of groups, slopes and policies must know; nothing without such columns."""
    found = _policies(columns)
    if any(e.kind == "slope" and e.moderator for c in columns for _, e in c.estimates):
        found.append(SLOPE)
    groups = [c for c in columns if c.first.group and not c.minus]
    if not groups:
        return found
    found += _cuts(groups, labels)
    for how, text in (("split", SPLIT), ("pooled", POOLED)):
        numbers = [c.number for c in groups if dict(c.first.settings).get("het_by", "split") == how]
        if numbers:
            where = "" if len(numbers) == len(groups) else f" in {column_list(numbers)}"
            found.append(f"{text}{where}.")
    differences = [c.first for c in columns if c.minus]
    compared = [dict(e.measures) for e in differences]
    if compared:
        found.append(of_differences(differences))
    if any(m.get("equality.df", 0.0) > 1 for m in compared):
        found.append(EQUALITY)
    if any("p_rw" in m for m in compared):
        found.append(ADJUSTED.format(scores=_scores(differences)))
    return found


def of_differences(estimates: Iterable[Estimate]) -> str:
    """Say where the standard errors of these differences of groups are from."""
    return DIFFERENCES.format(scores=_scores(estimates))


def _scores(estimates: Iterable[Estimate]) -> str:
    return "clustered scores" if all(e.cluster for e in estimates) else "scores"


def _cuts(groups: list[Column], labels: Mapping[str, str]) -> list[str]:
    """Say where continuous moderators are cut, once for all models that cut them there."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for e in (c.first for c in groups):
        end = dict(e.measures).get("moderator.up_to")
        kind = "median" if e.key in ("low", "high") else "quantiles"
        if end is not None:
            found.setdefault((e.moderator, kind), {})[f"{e.group} up to {short(end)}"] = None
    return [
        f"{labels.get(name, name)} is cut at its {kind} over the observations ({', '.join(ends)})."
        for (name, kind), ends in found.items()
    ]


def short(value: float) -> str:
    """Write a number with four significant digits, or all of those before the point."""
    return fixed(value, 0, group=",") if abs(value) >= WHOLE else f"{value:.4g}"


def _policies(columns: tuple[Column, ...]) -> list[str]:
    shares = {dict(e.measures)["policy.share"] for c in columns for _, e in c.estimates if e.kind == "policy"}
    if not shares:
        return []
    shown = english_list([percent(round(share, 3)) for share in sorted(shares)])
    return [POLICY.format(share=shown)]


def clusters_between(estimates: list[Estimate]) -> str:
    """Return the number of clusters, or the smallest and the largest of several."""
    low, high = (fixed(f(e.clusters for e in estimates), 0, group=",") for f in (min, max))
    return low if low == high else f"{low} to {high}"
