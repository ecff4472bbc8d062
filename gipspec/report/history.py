"""What is remembered of runs, as text for the terminal and as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from gipspec.engine.history import MOVED, Comparison, Entry, Move
from gipspec.engine.ledger import Run
from gipspec.engine.record import State
from gipspec.report.cells import Coefficient, Number
from gipspec.report.decimals import fixed
from gipspec.report.escape import one_line
from gipspec.report.names import natural_key
from gipspec.report.printed import DASHES, plain_cell
from gipspec.source import display_width

MOST_NAMES = 3  # that a cause is told with
MOST_DIGITS = 8
FEWEST_DIGITS = 3
Place = Callable[[Entry], str]


def runs_text(runs: Sequence[Run], changes: Sequence[Comparison | None]) -> str:
    """Return a line a run, the last one first; `changes` are those of `changes_by_run`."""
    rows = [("run", "when", "took", "fitted", "found", "estimates", "what changed")]
    for run, changed in reversed(list(zip(runs, changes, strict=True))):
        counts = (str(run.fitted), str(run.found), str(len(run.entries)))
        rows.append((str(run.id), when(run), f"{run.seconds:.0f} s", *counts, _told(run, changed)))
    return aligned(rows, "><>>>><")


def when(run: Run) -> str:
    """Return the time of a run on the clock of whoever reads."""
    return datetime.fromisoformat(run.time).astimezone().strftime("%Y-%m-%d %H:%M")


def _told(run: Run, changed: Comparison | None) -> str:
    parts = [f"first {'draft' if run.draft else 'run'}"] if changed is None else phrases(changed)
    parts += [f"failed: {_some(run.failed)}"] if run.failed else []
    about = [
        *(["draft"] if run.draft and changed else []),
        *([f"only {_some(run.selected)}"] if run.selected else []),
    ]
    return "; ".join(parts) + (f" ({', '.join(about)})" if about else "")


def phrases(changed: Comparison) -> list[str]:
    """Say what changed: the models that moved, each with its causes, then what is new and what is gone.

    That a difference moved with its sides is not told again.
    """
    models: dict[tuple[str, ...], list[str]] = {}
    for move in changed.moved:
        if move.now.model != "difference" or not all(c.endswith(MOVED) for c in move.causes):
            models.setdefault(move.causes, []).append(move.now.model_name)
    told = [f"{_some(names)}: {', '.join(causes)}" for causes, names in models.items()]
    for word, entries in (("new", changed.added), ("gone", changed.gone)):
        told += [f"{word}: {_some(e.model_name for e in entries)}"] if entries else []
    return told or ["nothing"]


def _some(names: Iterable[str]) -> str:
    distinct = sorted(dict.fromkeys(names), key=natural_key)
    more = len(distinct) - MOST_NAMES
    return ", ".join(distinct[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def runs_data(runs: Sequence[Run], changes: Sequence[Comparison | None]) -> list[dict[str, object]]:
    """Return runs as plain data, the first one first."""
    return [
        {
            "run": run.id,
            "time": run.time,
            "seconds": run.seconds,
            "jobs": run.jobs,
            "draft": run.draft,
            "selected": list(run.selected),
            "fitted": run.fitted,
            "found": run.found,
            "failed": list(run.failed),
            "spec_sha256": run.spec_hash,
            "data": {"name": run.data_name, "sha256": run.data_hash},
            "versions": dict(run.versions),
            "estimates": [entry_data(e) for e in run.entries],
            "changes": None if changed is None else comparison_data(changed),
        }
        for run, changed in zip(runs, changes, strict=True)
    ]


def entry_data(e: Entry) -> dict[str, object]:
    numbers: dict[str, object] = {k: _finite(v) for k, v in (("coef", e.coef), ("se", e.se), ("p", e.p))}
    return {"name": e.name, "model_name": e.model_name, **numbers, "n": e.n, "line": e.line}


def comparison_data(changed: Comparison) -> dict[str, object]:
    """Return a comparison as plain data; pairs are before and now."""
    return {
        "moved": [_move_data(m) for m in changed.moved],
        "added": [entry_data(e) for e in changed.added],
        "gone": [entry_data(e) for e in changed.gone],
        "same": changed.same,
    }


def _move_data(move: Move) -> dict[str, object]:
    old, new = entry_data(move.before), entry_data(move.now)
    pairs: dict[str, Any] = {key: [old[key], new[key]] for key in ("coef", "se", "p", "n", "line")}
    return {"name": move.now.name, **pairs, "change": _finite(move.change), "causes": list(move.causes)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def states_text(states: Sequence[State]) -> str:
    """Return a line for each time that an estimate changed, the last one first, with its causes."""
    rows = [("run", "when", "name", "coef", "se", "p", "n", "what changed")]
    for state in reversed(states):
        e = state.entry
        se, p = (plain_cell(Number(value=v, digits=FEWEST_DIGITS)) for v in (e.se, e.p))
        coef = plain_cell(Coefficient(value=e.coef, digits=FEWEST_DIGITS, p=e.p))
        counts = (fixed(e.n, 0, group=","), "; ".join(state.causes))
        rows.append((str(state.run.id), when(state.run), e.name, coef, se, p, *counts))
    return aligned(rows, "><<<>>><")


def comparison_text(changed: Comparison, place: Place) -> str:
    """Return the estimates that moved with their causes and lines, and what is new, gone or the same."""
    rows = [("name", "before", "now", "change", "why")]
    for move in changed.moved:
        before, now = _numbers(move)
        change = f"{move.change:+.2f} SE" if math.isfinite(move.change) else DASHES
        rows.append((move.now.name, before, now, change, "; ".join(move.causes)))
    lines = aligned(rows, "<<<><").splitlines() if changed.moved else []
    for i, move in enumerate(changed.moved):
        lines[2 * i + 2 : 2 * i + 2] = [f"    {one_line(place(move.now))}"]
    for word, entries in (("new", changed.added), ("gone", changed.gone)):
        for e in entries:
            number = plain_cell(Coefficient(value=e.coef, digits=FEWEST_DIGITS, p=e.p))
            lines.append(f"{word}: {one_line(e.name)} {number}")
    lines.append(_same(changed))
    return "\n".join(lines) + "\n"


def _same(changed: Comparison) -> str:
    if changed:
        return f"{changed.same} the same"
    return "the only one is the same" if changed.same == 1 else f"all {changed.same} the same"


def _numbers(move: Move) -> tuple[str, str]:
    """Return coefficient and SE of before and now, with so many digits that a difference is seen."""
    texts = ("", "")
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        texts = (_with_error(move.before, digits), _with_error(move.now, digits))
        if texts[0] != texts[1]:
            break
    return texts


def _with_error(e: Entry, digits: int) -> str:
    coef, se = (plain_cell(Number(value=v, digits=digits)) for v in (e.coef, e.se))
    return f"{coef} ({se})"


def aligned(rows: Sequence[tuple[str, ...]], sides: str) -> str:
    """Return rows as columns; `sides` says for each whether it stands left `<` or right `>`."""
    rows = [tuple(one_line(cell) for cell in row) for row in rows]
    widths = [max(display_width(row[i]) for row in rows) for i in range(len(sides))]
    return "".join(
        "  ".join(_padded(c, w, s) for c, w, s in zip(row, widths, sides, strict=True)).rstrip() + "\n"
        for row in rows
    )


def _padded(text: str, width: int, side: str) -> str:
    gap = " " * (width - display_width(text))
    return gap + text if side == ">" else text + gap


def states_data(states: Sequence[State]) -> list[dict[str, object]]:
    """Return the history of estimates as plain data, the first state first."""
    return [
        {"run": s.run.id, "time": s.run.time, **entry_data(s.entry), "causes": list(s.causes)} for s in states
    ]
