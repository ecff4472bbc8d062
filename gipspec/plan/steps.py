"""The steps of a plan: frozen data that say what would be computed, and nothing that computes."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.study import Contrast, Model, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateStep:
    """One model to estimate. Which nuisances it needs, its recipe tells once the data are there."""

    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a study asks for: models to estimate, and the differences over them."""

    study: Study
    estimates: tuple[EstimateStep, ...]
    contrasts: tuple[Contrast, ...]
    draft: bool = False
