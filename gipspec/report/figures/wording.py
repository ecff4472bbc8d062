"""Sentences that the notes of several kinds share, written from the estimates themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gipspec.engine.results import Estimate
from gipspec.report.decimals import percent
from gipspec.report.names import english_list, splits_text


def levels(estimates: Iterable[Estimate]) -> str:
    """Return `95%`, or `90% and 95%` where estimates differ."""
    return english_list([percent(level) for level in sorted({e.level for e in estimates})])


def intervals(estimates: Iterable[Estimate], labels: Mapping[str, str], what: str) -> str:
    """Say what the intervals of a figure are, and by what their standard errors are clustered."""
    shown = tuple(estimates)
    return f"{what} are {levels(shown)} confidence intervals; standard errors are {clustered(shown, labels)}."


def recipe(estimates: Iterable[Estimate]) -> list[str]:
    """Say how estimates were made, as far as it holds for all of them, and on how many observations."""
    shown = [e for e in estimates if e.learner]  # a difference of models has none of its own
    parts: list[str] = []
    if len({e.learner for e in shown}) == 1:
        parts.append(f"nuisances learned by {shown[0].learner}")
    if len({e.folds for e in shown}) == 1 and isinstance(shown[0].folds, int):
        parts.append(f"cross-fitted in {shown[0].folds} folds")
    if len({splits_text(e.reps, e.folds) for e in shown}) == 1:
        parts.append(splits_text(shown[0].reps, shown[0].folds))
    sizes = sorted({e.n for e in shown})
    if sizes:
        between = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
        parts.append(f"{between} observations")
    return [f"Double machine learning: {', '.join(parts)}."] if parts else []


def clustered(estimates: Iterable[Estimate], labels: Mapping[str, str]) -> str:
    """Say by what the standard errors are clustered, as the end of a sentence."""
    return "; or ".join(dict.fromkeys(_clustering(e, labels) for e in estimates))


def _clustering(e: Estimate, labels: Mapping[str, str]) -> str:
    if not e.cluster:
        return "robust to heteroskedasticity, not clustered"
    by = english_list([labels.get(name, name) for name in e.cluster])
    return f"clustered by {by}"


def scaled(scale: float) -> list[str]:
    """Say that estimates are multiplied, where they are."""
    return [] if scale == 1 else [f"Estimates and intervals are multiplied by {scale:.12g}."]
