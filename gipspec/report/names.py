"""Labels of what a table shows, and the natural order of names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gipspec.engine.results import Results
from gipspec.lang.study import Study

# Terms made of one column, by what makes them; what is not named here stays as the spec has it.
POWERS = {"2": "squared", "3": "cubed"}
MADE = {
    "square": "{} squared",
    "lag": "{} (period before)",
    "lead": "{} (period after)",
    "diff": "change of {}",
    "log": "logarithm of {}",
    "log1p": "logarithm of one plus {}",
    "sqrt": "root of {}",
    "standardize": "{} (standardised)",
    "rank": "rank of {}",
}
_POWER = re.compile(r"(\w+)\^([23])")
_CALL = re.compile(r"(\w+)\((\w+)\)")


def labels_of(results: Results, study: Study) -> dict[str, str]:
    """Return the label of each column and treatment that has one; the spec's come before the data's."""
    treatments = ((e.treatment, e.term_label) for e in results if e.term == e.treatment)
    return {name: text for name, text in (*treatments, *results.labels, *study.labels) if text}


def splits_text(reps: int, folds: int | str) -> str:
    """Say what estimates are taken from; with a column of folds, repetitions differ in the learners alone."""
    if reps == 1:
        return "from one split"
    return f"medians over {reps} {'runs of the learners' if isinstance(folds, str) else 'repeated splits'}"


def joined_label(name: str, labels: Mapping[str, str], sign: str = " × ") -> str:
    """Return the label of `province:year`, factor by factor; `lag(gdp)` and `gdp^2` have that of `gdp`."""
    if name in labels:
        return labels[name]
    return sign.join(_factor(part, labels) for part in name.split(":"))


def _factor(text: str, labels: Mapping[str, str]) -> str:
    if text in labels:
        return labels[text]
    if (power := _POWER.fullmatch(text)) and power[1] in labels:
        return f"{labels[power[1]]} {POWERS[power[2]]}"
    if (call := _CALL.fullmatch(text)) and call[1] in MADE and call[2] in labels:
        return MADE[call[1]].replace("{}", labels[call[2]])
    return text


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order `m2` before `m10` and `event.-1` before `event.0`: stretches of digits compare as numbers."""
    parts = re.split(r"((?:(?<=\.)-)?[0-9]+)", name)
    pieces = [(0, int(p), p) if i % 2 else (1, 0, p) for i, p in enumerate(parts)]
    return tuple(pieces)


def english_list(items: list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
