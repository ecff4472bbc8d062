"""The arrays of a model on its rows, and the steps that recipes share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gipspec.data import Dataset, Design, ModelData, covariate_design, model_data, panel_design
from gipspec.data.demean import steadied
from gipspec.diagnostics import GipError, problem
from gipspec.estimate import Clusters, Split, aggregate, stack_influence
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Learner, Model, Panel
from gipspec.lang.syntax import Expr
from gipspec.learn import CrossFit, fit_quality
from gipspec.recipe.arms import few_in_an_arm
from gipspec.recipe.copies import check_copies
from gipspec.recipe.found import Found, NuisanceFit
from gipspec.recipe.work import Array, Fits, Flags, Localized, Nested, Nuisance

MEANS = "means"  # what models that take variables as they are make of `fe=`
SOLVED = ("within", "fd", "wg")  # ways to remove effects that solve a system of equations
CERTAIN = 1e-10  # of an estimate: a standard error that is nothing but rounding
MAY_BE_CERTAIN = ("level", "potential quantile", "share")  # all rows of an arm may have one outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A model's data on the rows that it uses. `excluded` counts rows of the data set outside the sample."""

    model: Model
    data: ModelData
    design: Design
    fe_method: str
    labels: Mapping[str, str]
    excluded: int

    @property
    def outcome(self) -> str:
        return print_expr(self.model.outcome)

    @property
    def treatments(self) -> tuple[str, ...]:
        return tuple(term_name(print_expr(t)) for t in self.model.treatments)

    @property
    def n(self) -> int:
        return len(self.design.y)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Positions (n,) in the data set."""
        return np.asarray(self.data.rows[self.design.rows], dtype=np.int64)

    def label(self, name: str) -> str:
        return " × ".join(self.labels.get(part, part) for part in name.split(":"))


def gather(
    model: Model,
    dataset: Dataset,
    panel: Panel | None,
    *,
    extra: tuple[Expr, ...] = (),
    needed: tuple[Expr, ...] = (),
    only: Flags | None = None,
    as_they_are: bool = False,
) -> Piece:
    """Build the arrays of a model. Raises GipError with what is wrong with the data, G424 for copies in it.

    `extra`, `needed` and `only` are those of `model_data`. With `as_they_are` variables are not transformed:
    effects enter as features.
    """
    settings = model.settings
    data = model_data(
        dataset,
        model.outcome,
        model.treatments,
        model.controls,
        settings,
        extra=extra,
        needed=needed,
        only=only,
    )
    check_copies(model, data)
    make = covariate_design if as_they_are else panel_design
    method = MEANS if as_they_are else settings.fe_method
    return Piece(
        model=model,
        data=data,
        design=make(data, settings, panel),
        fe_method=method if settings.fe else "none",
        labels=dataset.labels,
        excluded=dataset.n - data.n_candidates,
    )


def term_name(printed: str) -> str:
    """Name a product of treatments as an interaction: `gip * compute` is `gip:compute`."""
    return printed.replace(" * ", ":")


def nuisance(
    piece: Piece,
    role: str,
    name: str,
    target: Array,
    learner: Learner,
    *,
    x: Array | None = None,
    teach: Flags | None = None,
    way: Localized | Nested | None = None,
) -> Nuisance:
    """Ask for a nuisance on the rows of a piece, by default from its features."""
    design = piece.design
    return Nuisance(
        role=role,
        name=name,
        learner=learner,
        x=design.features if x is None else x,
        target=steadied(target) if piece.fe_method in SOLVED else np.ascontiguousarray(target),
        unit=design.unit,
        folds=design.folds,
        categorical=design.categorical,
        teach=teach,
        way=way,
    )


def clusters_of(piece: Piece) -> Clusters:
    """Return the clusters of standard errors; without dimensions where they are not clustered."""
    design = piece.design
    return Clusters(
        dimensions=tuple(name for name, _, _ in design.clusters),
        names=tuple(names for _, names, _ in design.clusters),
        codes=tuple(codes for _, _, codes in design.clusters),
    )


def described(nuisances: Sequence[Nuisance], fits: Fits) -> tuple[NuisanceFit, ...]:
    """Measure each nuisance out of fold, on the rows that it was learned from.

    A nested one is measured against the predictions of its inner one, which it is the mean of.
    """
    return tuple(
        _described(one, [rep[i] for rep in fits], _targets(one, nuisances, fits))
        for i, one in enumerate(nuisances)
    )


def _targets(one: Nuisance, nuisances: Sequence[Nuisance], fits: Fits) -> list[Array]:
    if not isinstance(one.way, Nested):
        return [one.target] * len(fits)
    inner = nuisances.index(one.way.inner)
    return [rep[inner].prediction for rep in fits]


def _described(one: Nuisance, fits: Sequence[CrossFit], targets: Sequence[Array]) -> NuisanceFit:
    seen = slice(None) if one.teach is None else one.teach
    qualities = [
        dict(fit_quality(target[seen], f.prediction[seen], f.task))
        for target, f in zip(targets, fits, strict=True)
    ]
    weights = [dict(f.weights) for f in fits]
    return NuisanceFit(
        role=one.role,
        target=one.name,
        learner=one.learner.label,
        metrics=_means(qualities),
        weights=_means(weights),
    )


def _means(rows: Sequence[dict[str, float]]) -> tuple[tuple[str, float], ...]:
    common = [name for name in rows[0] if all(name in row for row in rows)]
    return tuple((name, float(np.mean([row[name] for row in rows]))) for name in common)


def found(
    piece: Piece,
    splits: Sequence[Split],
    *,
    treatment: str,
    nuisances: tuple[NuisanceFit, ...],
    key: str = "",
    kind: str = "effect",
    outcome: str = "",
    term: str = "",
    term_label: str = "",
    residual_share: float = float("nan"),
    measures: tuple[tuple[str, float], ...] = (),
    clusters: Clusters | None = None,
) -> Found:
    """Aggregate the splits (R,) of one estimate, and say on what rows it stands.

    `clusters` are those of the splits, by default those of the piece. Raises GipError G425 where scores
    leave no standard error.
    """
    design = piece.design
    of_splits = clusters_of(piece) if clusters is None else clusters
    if kind not in MAY_BE_CERTAIN:
        _check_error(splits, treatment, of_splits)
    named = of_splits if of_splits.dimensions else Clusters.of_rows(piece.rows)
    return Found(
        key=key,
        kind=kind,
        outcome=outcome or piece.outcome,
        treatment=treatment,
        term=term or treatment,
        term_label=term_label or piece.label(term or treatment),
        aggregate=aggregate(splits, piece.model.settings.level),
        influence=stack_influence(splits, named),
        n=piece.n,
        units=int(np.unique(design.unit).size),
        clusters=min((int(np.unique(codes).size) for codes in of_splits.codes), default=piece.n),
        cluster=of_splits.dimensions,
        fe_method=piece.fe_method,
        excluded=piece.excluded,
        rows_lost=piece.data.rows_lost,
        nuisances=nuisances,
        residual_share=residual_share,
        effects_share=design.effects_share,
        measures=(*measures, *_arms(piece, treatment), *_first(piece)),
    )


def _arms(piece: Piece, treatment: str) -> tuple[tuple[str, float], ...]:
    """Count the clusters of both arms of a treatment; other variables, such as a mediator, have none."""
    if treatment not in piece.treatments:
        return ()
    d = piece.data.d[piece.design.rows, piece.treatments.index(treatment)]
    return few_in_an_arm(d, clusters_of(piece))


def _first(piece: Piece) -> tuple[tuple[str, float], ...]:
    """Count the complete rows that differencing leaves out, since the period before them is not there."""
    lost = len(piece.data.y) - piece.n
    return (("first.rows", float(lost)),) if lost else ()


def _check_error(splits: Sequence[Split], treatment: str, clusters: Clusters) -> None:
    """Refuse estimates (R,) without a standard error, which every test would take for certain (G425).

    Scores sum to nought over all rows; with two clusters and effects removed they may do so in each.
    """
    if not any(split.se < CERTAIN * abs(split.theta) for split in splits):
        return
    counts = [
        f"the {np.unique(c).size} clusters of `{n}`"
        for n, c in zip(clusters.dimensions, clusters.codes, strict=True)
    ]
    where = " and ".join(counts) or "the rows"
    raise GipError(problem("G425", name=treatment, where=where))
