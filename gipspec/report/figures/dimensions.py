"""What sets specifications apart: the choices behind each estimate, of which those that vary are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gipspec.engine.results import Estimate
from gipspec.report.decimals import percent
from gipspec.report.names import joined_label

MOST_NAMED = 3  # terms by which a set of controls differs from the first
ALL_ROWS = "all rows"

# Settings that a dimension of its own shows, or that move no estimate of one effect.
COVERED = frozenset(
    {
        *("outcome", "treatment", "controls", "model", "learner_y", "learner_d", "learner_z", "learner_m"),
        *("fe", "fe_method", "folds", "reps", "cluster", "sample", "winsor", "level", "via", "het", "het_by"),
        *("placebo", "placebo_lead", "sensitivity", "quantiles", "event"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A choice that varies: its values in the order in which they first occur, and that of each estimate."""

    title: str
    values: tuple[str, ...]
    chosen: tuple[int, ...]  # positions in `values`, by estimate


Reader = Callable[[Estimate, Mapping[str, str]], tuple[str, str]]  # what tells values apart, and their label


def dimensions_of(estimates: Sequence[Estimate], labels: Mapping[str, str]) -> tuple[Dimension, ...]:
    """Return the choices by which estimates differ; none where all are of one specification."""
    readers = [*READERS, ("Controls", _controls_beside(estimates[0].controls))] if estimates else []
    found = [_dimension(title, read, estimates, labels) for title, read in readers]
    others = dict.fromkeys(name for e in estimates for name, _ in e.settings if name not in COVERED)
    found += [
        _dimension(name.capitalize(), _setting(name), estimates, labels)
        for name in others
        if not name.startswith("let ")
    ]
    return tuple(d for d in found if len(d.values) > 1)


def _dimension(
    title: str, read: Reader, estimates: Sequence[Estimate], labels: Mapping[str, str]
) -> Dimension:
    pairs = [read(e, labels) for e in estimates]
    seen = dict.fromkeys(key for key, _ in pairs)
    names = dict(reversed(pairs))
    positions = {key: at for at, key in enumerate(seen)}
    return Dimension(
        title=title,
        values=tuple(names[key] for key in seen),
        chosen=tuple(positions[key] for key, _ in pairs),
    )


def _setting(name: str) -> Reader:
    def read(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
        value = dict(e.settings).get(name, "")
        return value, " + ".join(joined_label(part, labels) for part in value.split(" + ")) or "none"

    return read


def _learner(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
    settings = dict(e.settings)
    parts = [settings.get(f"learner_{role}", "") for role in ("y", "d", "z", "m")]
    return " | ".join(parts), e.learner


def _effects(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
    shown = " + ".join(joined_label(name, labels) for name in e.fe)
    return " + ".join(e.fe), shown or "none"


def _cluster(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
    return " + ".join(e.cluster), " + ".join(labels.get(name, name) for name in e.cluster) or "none"


def _sample(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
    return e.sample, "All rows" if e.sample == ALL_ROWS else labels.get(e.sample, e.sample)


def _winsor(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
    return f"{e.winsor:.6g}", percent(e.winsor) if e.winsor > 0 else "no"


def _controls_beside(first: tuple[str, ...]) -> Reader:
    """Name a set of controls by what it has beyond the first one, and what it lacks."""

    def read(e: Estimate, labels: Mapping[str, str]) -> tuple[str, str]:
        key = " + ".join(sorted(e.controls))
        more = [f"+ {joined_label(t, labels)}" for t in e.controls if t not in first]
        less = [f"− {joined_label(t, labels)}" for t in first if t not in e.controls]
        if not more and not less:
            return key, "as in the first"
        if len(more) + len(less) <= MOST_NAMED:
            return key, " ".join((*more, *less))
        counts = [f"{sign} {len(terms)} terms" for sign, terms in (("+", more), ("−", less)) if terms]
        return key, ", ".join(counts)

    return read


READERS: tuple[tuple[str, Reader], ...] = (
    ("Outcome", lambda e, labels: (e.outcome, e.outcome_label or e.outcome)),
    ("Treatment", lambda e, labels: (e.treatment, e.term_label or labels.get(e.treatment, e.treatment))),
    ("Model", lambda e, labels: (e.model, e.model)),
    ("Learner", _learner),
    ("Effects removed", _effects),
    ("How removed", lambda e, labels: (e.fe_method, e.fe_method)),
    ("Sample", _sample),
    ("Winsorised", _winsor),
    ("Folds", lambda e, labels: (str(e.folds), labels.get(str(e.folds), str(e.folds)))),
    ("Splits", lambda e, labels: (str(e.reps), str(e.reps))),
    ("Clustered by", _cluster),
)
