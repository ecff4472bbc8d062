"""How a note says what interactive and instrumental models rest on: whose effect, overlap, instruments."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gipspec.engine.results import Estimate
from gipspec.report.columns import Column
from gipspec.report.decimals import fixed, percent
from gipspec.report.names import english_list, joined_label
from gipspec.report.phrases import sentence

TARGETS = {
    "ate": "over all observations (ATE)",
    "att": "over the treated (ATT)",
    "late": "over compliers, whom the instrument moves (LATE)",
}
F_ROW = "First-stage F"
EFFECTIVE = ", with several instruments as the effective F (Montiel Olea and Pflueger 2013)"
ROBUST = "Anderson-Rubin confidence sets, which hold with weak instruments too: "


def assumption_sentences(columns: tuple[Column, ...], labels: Mapping[str, str]) -> list[str]:
    """Return the sentences that such columns need; nothing for other models."""
    found = [
        sentence("the effect is the mean ", columns, _target),
        sentence("propensities lie ", columns, _overlap),
        sentence("instruments: ", columns, lambda e: _instruments(e, labels)),
    ]
    shown = tuple(c for c in columns if "first_stage_f" in dict(c.first.measures))
    if shown:
        several = any(len(instruments_of(c.first)) > 1 for c in shown)
        levels = {percent(c.first.level) for c in shown}
        level = f"{levels.pop()} " if len(levels) == 1 else ""
        found.append(f"{F_ROW} from the same kind of standard errors{EFFECTIVE if several else ''}.")
        found.append(sentence(f"{level}{ROBUST}", shown, robust_set))
    return [text for text in found if text]


def _target(e: Estimate) -> str:
    return TARGETS.get(dict(e.settings).get("target", ""), "")


def _overlap(e: Estimate) -> str:
    measures, trim = dict(e.measures), dict(e.settings).get("trim", "")
    if "propensity.low" not in measures:
        return ""
    low, high = (_minus(measures[f"propensity.{end}"], 3) for end in ("low", "high"))
    if measures["trimmed"] == 0:
        return f"between {low} and {high}"
    cut = percent(round(measures["trimmed"], 4))
    return f"between {low} and {high}, with {cut} of the observations set to the bounds of {trim}"


def instruments_of(e: Estimate) -> tuple[str, ...]:
    return tuple(f.target for f in e.nuisances if f.role == "instrument")


def _instruments(e: Estimate, labels: Mapping[str, str]) -> str:
    names = [joined_label(name, labels) for name in instruments_of(e)]
    return english_list(names) if names else ""


def robust_set(e: Estimate, digits: int = 3) -> str:
    """Write the Anderson-Rubin set of an estimate: an interval, two rays, the line or nothing."""
    measures = dict(e.measures)
    if "ar.pieces" not in measures:
        return ""
    if not measures["ar.pieces"]:
        return "empty"
    low, high = measures["ar.low"], measures["ar.high"]
    if low > high:
        return f"(−∞, {_minus(high, digits)}] ∪ [{_minus(low, digits)}, ∞)"
    left = f"[{_minus(low, digits)}" if math.isfinite(low) else "(−∞"
    right = f"{_minus(high, digits)}]" if math.isfinite(high) else "∞)"
    return f"{left}, {right}"


def _minus(value: float, digits: int) -> str:
    return fixed(value, digits).replace("-", "−")
