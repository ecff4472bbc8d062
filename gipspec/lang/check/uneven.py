"""Differences of estimates that rest on different numbers of splits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gipspec.diagnostics import Problem, counted, problem
from gipspec.lang.study import Contrast, Model


def uneven_differences(contrasts: Iterable[Contrast], models: Iterable[Model]) -> Iterator[Problem]:
    """Yield a warning (G604) for each difference of two estimates of which one has more repetitions."""
    reps = {model.name: model.settings.reps for model in models}
    for contrast in contrasts:
        left, right = _of(contrast.left, reps), _of(contrast.right, reps)
        if left != right and left and right:
            few, most = sorted((left, right))
            few_splits = counted(few, "split")
            yield problem("G604", contrast.span, name=contrast.name, most=most, few=few_splits)


def _of(side: str, reps: dict[str, int]) -> int:
    """Return the repetitions of the model that a side names, alone or by one of its estimates."""
    while side and side not in reps:
        side = side.rpartition(".")[0]
    return reps.get(side, 0)
