"""What a sensitivity analysis takes of a model: its work, and the elements of each estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gipspec.data import Dataset
from gipspec.estimate import SensitivityElements, bounded, irm, irm_elements, plr, plr_elements
from gipspec.estimate.residuals import single_treatment
from gipspec.lang.study import Model, Panel
from gipspec.learn import CrossFit
from gipspec.recipe.checks import check_binary
from gipspec.recipe.found import Made
from gipspec.recipe.irm import finish_irm, irm_nuisances
from gipspec.recipe.piece import Piece, clusters_of, gather, nuisance
from gipspec.recipe.plr import finish_plr, plr_nuisances, treatment_predictions
from gipspec.recipe.work import Fits, Flags, Nuisance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A model's arrays, nuisances and estimates; `of_rep` gives the elements of each estimate of a split."""

    piece: Piece
    nuisances: tuple[Nuisance, ...]
    finish: Callable[[Fits], Made]
    of_rep: Callable[[Sequence[CrossFit]], list[SensitivityElements]]

    def elements(self, fits: Fits) -> list[list[SensitivityElements]]:
        """Return the elements of each estimate, by repetition."""
        return [list(of_one) for of_one in zip(*(self.of_rep(rep) for rep in fits), strict=True)]

    def named(self, addition: str) -> Subject:
        """Call the nuisances by more than their targets."""
        return replace(
            self, nuisances=tuple(replace(n, name=f"{n.name}, {addition}") for n in self.nuisances)
        )


def _plr(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None) -> Subject:
    piece = gather(model, dataset, panel, only=only)
    nuisances = plr_nuisances(piece)
    design, clusters = piece.design, clusters_of(piece)

    def of_rep(rep: Sequence[CrossFit]) -> list[SensitivityElements]:
        l_hat, m_hat = rep[0].prediction, treatment_predictions(piece, rep[1:])
        splits = plr(design.y, design.d, l_hat, m_hat, clusters, names=piece.treatments)
        singles = (single_treatment(design.y, design.d, l_hat, m_hat, j) for j in range(len(splits)))
        return [
            plr_elements(design.y, design.d[:, j], *single, split, clusters)
            for j, (single, split) in enumerate(zip(singles, splits, strict=True))
        ]

    return Subject(
        piece=piece,
        nuisances=nuisances,
        finish=lambda fits: finish_plr(piece, nuisances, fits),
        of_rep=of_rep,
    )


def _irm(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None) -> Subject:
    """Here the effect on the treated, too, needs the outcome among them: for the variance of its error."""
    settings = model.settings
    piece = gather(model, dataset, panel, only=only, as_they_are=True)
    design, clusters, d = piece.design, clusters_of(piece), piece.design.d[:, 0]
    check_binary(piece, model.treatments[0], d, "a treatment")
    nuisances = irm_nuisances(piece)
    if settings.target == "att":
        treated = nuisance(
            piece, "outcome, treated", piece.outcome, design.y, settings.learner_y, teach=d == 1
        )
        nuisances = (nuisances[0], treated, nuisances[1])

    def of_rep(rep: Sequence[CrossFit]) -> list[SensitivityElements]:
        g0, g1, m = (fit.prediction for fit in rep)
        split = irm(design.y, d, g0, g1, m, clusters, target=settings.target, trim=settings.trim)
        m = bounded(m, settings.trim)
        return [irm_elements(design.y, d, g0, g1, m, split, clusters, target=settings.target)]

    return Subject(
        piece=piece,
        nuisances=nuisances,
        finish=lambda fits: finish_irm(piece, nuisances, fits),
        of_rep=of_rep,
    )


SUBJECTS: dict[str, Callable[[Model, Dataset, Panel | None, Flags | None], Subject]] = {
    "plr": _plr,
    "irm": _irm,
}
