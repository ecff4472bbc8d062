"""How a note says what was done about fixed effects; it mirrors `fe_method` (DESIGN 4.2) case by case."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.engine.results import Estimate
from gipspec.lang.study import Panel
from gipspec.report.names import english_list, joined_label


def effects_phrase(e: Estimate, panel: Panel | None, labels: Mapping[str, str], *, listed: bool) -> str:
    """Return the clause for one estimate, empty without effects; `listed` names the effects in it."""
    if not e.fe:
        return ""
    time = panel.time if panel is not None else ""
    groups = tuple(name for name in e.fe if name != time)
    subject = f"{_names(e.fe, labels)} effects" if listed else "effects, as shown,"
    period = time in e.fe
    return {
        "within": lambda: _within(subject, groups, period, labels, listed=listed),
        "fd": lambda: _first_differences(subject, e, panel, period, labels, listed=listed),
        "cre": lambda: (
            f"{subject} are taken up by unit means of the controls and the period among the features "
            "(correlated random effects)"
        ),
        "wg": lambda: f"{subject} are removed by demeaning outcome, treatment and controls",
        "dummies": lambda: f"{subject} enter as dummies among the features",
    }[e.fe_method]()


def _names(fe: tuple[str, ...], labels: Mapping[str, str]) -> str:
    return english_list([joined_label(name, labels) for name in fe])


def _within(
    subject: str, groups: tuple[str, ...], period: bool, labels: Mapping[str, str], *, listed: bool
) -> str:
    if not listed:
        return f"{subject} are removed by demeaning outcome and treatment, not the controls"
    features = ["the controls as they are"]
    if groups:
        features.append(f"their means by {_names(groups, labels)}")
    if period:
        features.append("the period")
    return (
        f"{subject} are removed by demeaning outcome and treatment; the learners see {english_list(features)}"
    )


def _first_differences(
    subject: str, e: Estimate, panel: Panel | None, period: bool, labels: Mapping[str, str], *, listed: bool
) -> str:
    rest = tuple(name for name in e.fe if panel is None or name != panel.unit)
    also = f" and, for {_names(rest, labels)}, by demeaning the differences" if rest and listed else ""
    features = "the controls of this and the last period" + (" and the period" if period else "")
    return f"{subject} are removed by first differences{also}; the learners see {features}"
