"""Labels of what a table shows, and the natural order of names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gipspec.engine.results import Results
from gipspec.lang.study import Study


def labels_of(results: Results, study: Study) -> dict[str, str]:
    """Return the label of each column and treatment that has one; the spec's come before the data's."""
    treatments = ((e.treatment, e.term_label) for e in results if e.term == e.treatment)
    return {name: text for name, text in (*treatments, *results.labels, *study.labels) if text}


def joined_label(name: str, labels: Mapping[str, str], sign: str = " × ") -> str:
    """Return the label of `province:year`, factor by factor."""
    if name in labels:
        return labels[name]
    return sign.join(labels.get(part, part) for part in name.split(":"))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order `m2` before `m10` and `event.-1` before `event.0`: stretches of digits compare as numbers."""
    parts = re.split(r"((?:(?<=\.)-)?[0-9]+)", name)
    pieces = [(0, int(p), p) if i % 2 else (1, 0, p) for i, p in enumerate(parts)]
    return tuple(pieces)


def english_list(items: list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
