"""Results of an earlier run under the labels that the spec has by now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from gipspec.engine.results import Estimate, IndexWeights, Results
from gipspec.lang.study import Study

_NAME = re.compile(r"[^\W\d]\w*")


def relabelled(results: Results, study: Study) -> Results:
    """Return results whose labels are those of the spec, where it has others than at the time of the run.

    A label that the spec no longer has stays: what the data call the column, the results do not say.
    """
    before = dict(results.labels)
    new = {name: text for name, text in study.labels if text and before.get(name) != text}
    if not new:
        return results
    old = {name: before.get(name, name) for name in new}
    return replace(
        results,
        estimates=tuple(_estimate(e, old, new) for e in results.estimates),
        indices=tuple(_index(i, new) for i in results.indices),
        labels=tuple(sorted({**before, **new}.items())),
    )


def _estimate(e: Estimate, old: Mapping[str, str], new: Mapping[str, str]) -> Estimate:
    return replace(
        e,
        outcome_label=new.get(e.outcome, e.outcome_label),
        term_label=_within(e.term_label, _names(e) & new.keys(), old, new),
    )


def _names(e: Estimate) -> set[str]:
    """Return the names of columns that the label of an estimate can be made of."""
    texts = (e.treatment, e.term, e.name, dict(e.settings).get("via", ""))
    return {name for text in texts for name in _NAME.findall(text)}


def _within(text: str, names: set[str], old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Replace the old labels of columns in the label of a term by the new ones, the longest first."""
    by_label = {old[name]: new[name] for name in sorted(names)}
    if not by_label:
        return text
    longest = sorted(by_label, key=lambda label: (-len(label), label))
    pattern = "|".join(rf"(?<!\w){re.escape(label)}(?!\w)" for label in longest)
    return re.sub(pattern, lambda found: by_label[found[0]], text)


def _index(index: IndexWeights, new: Mapping[str, str]) -> IndexWeights:
    rows = ((name, new.get(name, label), sign, weight) for name, label, sign, weight in index.rows)
    return replace(index, rows=tuple(rows))
