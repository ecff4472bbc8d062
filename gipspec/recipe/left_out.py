"""What of a staggered design cannot be estimated: an error where nothing can be, otherwise warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gipspec.diagnostics import GipError, Problem, counted, problem
from gipspec.estimate.did import NEVER, LeftOut
from gipspec.recipe.staggered import Staggered, in_window, reported

MOST_LISTED = 8
REMEDIES = {
    "base": "let the data begin before the adoption",
    "treated": "let several units adopt together: a larger sample, or periods of several years",
    "controls": "let the sample have units that are not treated at the same time",
    "folds": "use fewer `folds=` or a larger sample, or let cohorts begin together",
}


def check_estimable(design: Staggered) -> None:
    """Raise G461 where `control=never` finds nobody, G462 where no effect within the window is left."""
    settings, name = design.piece.model.settings, design.piece.treatments[0]
    span = design.piece.model.treatments[0].span
    observed = design.observed.any(axis=1)
    if settings.control == "never" and not (design.cells.cohort[observed] == NEVER).any():
        raise GipError(problem("G461", span, name=name))
    if reported(design):
        return
    if design.cells.cells:
        low, high = _ends(cell.event for cell in design.cells.cells)
        reason = f"the event times of the panel are {low} to {high}"
        raise GipError(problem("G462", span, name=name, reason=reason, remedy=f"write `event={low}..{high}`"))
    reason = _listed(list(_gone(design))) or "no unit adopts it in the rows of the model"
    first = next((gone.reason for gone in design.cells.left_out), "controls")
    raise GipError(problem("G462", span, name=name, reason=reason, remedy=REMEDIES[first]))


def left_out(design: Staggered) -> tuple[Problem, ...]:
    """Return warnings: cohorts without an effect (G620), event times that do not exist (G621), units whose
    adoption is hidden (A21)."""
    name = design.piece.treatments[0]
    found: list[Problem] = []
    gone = list(_gone(design))
    if gone:
        found.append(problem("G620", name=name, cohorts=_listed(gone)))
    window = design.piece.model.settings.event
    there = {design.cells.cells[k].event for k in reported(design)}
    missing = sorted(set(range(window[0], window[1] + 1)) - there) if window else []
    if missing:
        low, high = _ends(there)
        events = f"event {'time' if len(missing) == 1 else 'times'} {_listed([str(e) for e in missing])}"
        found.append(problem("G621", events=events, low=low, high=high))
    hidden = int(design.hidden.sum())
    if hidden:
        found.append(problem("A21", units=counted(hidden, "unit"), name=name))
    return tuple(found)


def _gone(design: Staggered) -> Iterator[str]:
    """Say of each cohort that lost cells of the window which these are, and why."""
    kept = {design.cells.cells[k].cohort for k in reported(design)}
    reasons: dict[tuple[int, str], list[int]] = {}
    for gone in design.cells.left_out:
        if gone.period is None or in_window(design, gone.period - gone.cohort):
            reasons.setdefault((gone.cohort, _reason(gone)), []).append(gone.period or 0)
    for (cohort, reason), periods in reasons.items():
        at = design.period_names[cohort]
        if cohort in kept:
            yield f"{at} in {_listed([design.period_names[t] for t in periods])} ({reason})"
        else:
            yield f"{at} ({reason})"


def _reason(gone: LeftOut) -> str:
    match gone.reason:
        case "base":
            return "no period before adoption"
        case "treated":
            return f"{gone.count} treated {'unit' if gone.count == 1 else 'units'}"
        case "controls":
            return f"{gone.count} {'unit' if gone.count == 1 else 'units'} to compare with"
        case "folds":
            return "too few units for the folds"


def _listed(items: list[str]) -> str:
    shown = ", ".join(items[:MOST_LISTED])
    return shown if len(items) <= MOST_LISTED else f"{shown} and {len(items) - MOST_LISTED} more"


def _ends(events: Iterable[int]) -> tuple[int, int]:
    found = sorted(events)
    return found[0], found[-1]
