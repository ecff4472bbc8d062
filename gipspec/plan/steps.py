"""The steps of a plan: frozen data that say what would be computed, and nothing that computes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gipspec.lang.study import Contrast, Learner, Model, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class NuisanceStep:
    """One cross-fitted nuisance of one repetition: what defines it, in words of the spec.

    Equal steps are one fit, whatever line asks for them. The engine refines the key by the values themselves,
    since rows with gaps may differ between models that look alike here.
    """

    role: str  # "outcome" or "treatment"
    target: str
    features: tuple[str, ...]
    sample: str
    winsor: float
    fe: tuple[str, ...]
    fe_method: str
    learner: Learner
    tune: int
    folds: int | str
    rep: int
    seed: int

    @property
    def fits(self) -> int:
        """Number of times a learner is fitted, without the inner folds of stacks and penalties."""
        return self.folds if isinstance(self.folds, int) else 1

    @property
    def key(self) -> str:
        """A digest of what defines the step; the role is not part of it."""
        parts = (
            self.target,
            self.features,
            self.sample,
            self.winsor,
            self.fe,
            self.fe_method,
            self.learner,
            self.tune,
            self.folds,
            self.rep,
            self.seed,
        )
        return hashlib.sha256(repr(_plain(parts)).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """Turn learners into plain tuples without their labels, which change nothing."""
    if isinstance(value, Learner):
        return (value.name, value.parameters, tuple(_plain(m) for m in value.members))
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateStep:
    """One model and the nuisances that it needs, all repetitions."""

    model: Model
    nuisances: tuple[NuisanceStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a study asks for: estimates, the nuisances under them, and the differences over them."""

    study: Study
    estimates: tuple[EstimateStep, ...]
    contrasts: tuple[Contrast, ...]
    draft: bool = False

    @property
    def asked(self) -> int:
        """Cross-fitted nuisances that the models ask for, each on its own."""
        return sum(len(step.nuisances) for step in self.estimates)

    @property
    def distinct(self) -> int:
        """Nuisances that differ; only these are fitted."""
        return len({n.key for step in self.estimates for n in step.nuisances})
