"""How a note says what was done about fixed effects; it mirrors `fe_method` case by case."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.diagnostics import counted
from gipspec.engine.results import Estimate
from gipspec.lang.study import Panel
from gipspec.report.assumptions import instruments_of
from gipspec.report.columns import Column
from gipspec.report.mechanisms import is_mechanism
from gipspec.report.names import english_list, joined_label
from gipspec.report.phrases import sentence

BRIEF = {
    "within": "removed by demeaning {moved}",
    "fd": "removed by first differences",
    "cre": "taken up by unit means of the controls among the features (correlated random effects)",
    "wg": "removed by demeaning {all}",
    "dummies": "dummies among the features",
    "differences": "removed by the change since the base period and by comparison with untreated units",
    "means": "not removed, since the model needs {moved} as they are",
}


def effects_sentence(columns: tuple[Column, ...], panel: Panel | None, labels: Mapping[str, str]) -> str:
    """Return the sentence for all columns: in full where they share their effects, otherwise in brief."""
    moved = ["outcome", "treatment"]
    moved += ["mediator"] if any(is_mechanism(c) for c in columns) else []
    moved += ["instrument"] if any(instruments_of(c.first) for c in columns) else []
    if len({c.first.fe for c in columns if c.first.fe}) == 1:
        return sentence("", columns, lambda e: _in_full(e, moved, panel, labels) if e.fe else "")
    return sentence("effects, as shown, are ", columns, lambda e: _brief(e, moved) if e.fe else "")


def _brief(e: Estimate, moved: list[str]) -> str:
    brief = BRIEF.get(e.fe_method, f"treated by {e.fe_method}")
    text = brief.format(moved=english_list(moved), all=english_list([*moved, "controls"]))
    first = dict(e.measures).get("first.rows")
    return f"{text} ({counted(int(first), 'row')} without the period before left out)" if first else text


def _in_full(e: Estimate, moved: list[str], panel: Panel | None, labels: Mapping[str, str]) -> str:
    unit, time = (panel.unit, panel.time) if panel is not None else ("", "")
    subject = f"{_names(e.fe, labels)} effects are {_brief(e, moved)}"
    period = ["the period"] if time in e.fe else []
    if e.fe_method == "within":
        groups = tuple(name for name in e.fe if name != time)
        means = [f"their means by {_names(groups, labels)}"] if groups else []
        return f"{subject}; the learners see {english_list(['the controls as they are', *means, *period])}"
    if e.fe_method == "means":
        groups = tuple(name for name in e.fe if name != time)
        means = [f"their means by {_names(groups, labels)}"] if groups else []
        return f"{subject}; the learners see {english_list(['the controls', *means, *period])} instead"
    if e.fe_method == "fd":
        rest = tuple(name for name in e.fe if name != unit)
        also = f" and, for {_names(rest, labels)}, by demeaning the differences" if rest else ""
        features = english_list(["the controls of this and the last period", *period])
        return f"{subject}{also}; the learners see {features}"
    return subject


def _names(fe: tuple[str, ...], labels: Mapping[str, str]) -> str:
    return english_list([joined_label(name, labels) for name in fe])
