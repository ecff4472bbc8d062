"""The effect along a continuous moderator: its best linear predictor, and its mean in each quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gipspec.data import Dataset, Grouping, group_by_quantile
from gipspec.diagnostics import GipError
from gipspec.estimate import Split, Standardized, aggregate, standardize
from gipspec.lang.study import Model, Panel
from gipspec.recipe.found import Found, Made, Series
from gipspec.recipe.moderator import Moderator, group_terms
from gipspec.recipe.piece import Piece, found
from gipspec.recipe.views import SIGNALS, Groups, Line
from gipspec.recipe.whole import About, about, obstacles, whole_sample
from gipspec.recipe.work import Array, Fits, Flags, Work

QUARTERS = 4
SLOPE, GATES = "slope", "gate"
NOTHING = Work(nuisances=(), finish=lambda _: Made(found=()))


def prepare_along(
    model: Model, dataset: Dataset, panel: Panel | None, moderator: Moderator, only: Flags | None = None
) -> Work:
    """Estimate the effect as a line in a continuous moderator, and by quarter of it, from common nuisances.

    There is nothing of it for categories, and for models without a signal for each row. What fails is
    reported, so that it spares the groups.
    """
    settings = model.settings
    if moderator.values is None or settings.model not in SIGNALS or settings.target != "ate":
        return NOTHING
    try:
        return _prepare(model, dataset, panel, moderator, moderator.values, only)
    except GipError as error:
        failed = Made(found=(), problems=error.problems)
        return replace(NOTHING, finish=lambda _: failed)


def _prepare(
    model: Model,
    dataset: Dataset,
    panel: Panel | None,
    moderator: Moderator,
    values: Array,
    only: Flags | None,
) -> Work:
    piece = whole_sample(model, dataset, panel, group_terms(moderator), (moderator.expr,), only)
    standard = standardize(values[:, None])
    quarters = group_by_quantile(values, QUARTERS, moderator.name)
    within = [at for at in range(len(quarters.keys)) if at not in obstacles(piece, quarters)]
    views = (
        Line(z=standard.values[:, 0], name=moderator.name),
        *((Groups.of(quarters, within),) if within else ()),
    )
    signals = SIGNALS[model.settings.model](piece, views, panel)
    level = model.settings.level

    def finish(fits: Fits) -> Made:
        try:
            reps = [signals.estimate(rep) for rep in fits]
            common = about(piece, signals.nuisances[: signals.common], fits)
        except GipError as error:
            return Made(found=(), problems=error.problems)
        slope = _slope(piece, moderator, standard, [rep[0] for rep in reps], common)
        gates = [[rep[1][k] for rep in reps] for k in range(len(within))]
        return Made(found=(slope,), series=(_gates(values, quarters, within, gates, level),) if gates else ())

    return Work(nuisances=signals.nuisances, finish=finish)


def _slope(
    piece: Piece,
    moderator: Moderator,
    standard: Standardized,
    reps: Sequence[tuple[Split, ...]],
    common: About,
) -> Found:
    """The change of the effect with one standard deviation of the moderator, and the effect at its mean."""
    treatment = piece.treatments[0]
    label = f"{piece.label(treatment)} × moderator (per standard deviation)"
    measures = (
        *common.measures,
        ("moderator.mean", float(standard.mean[0])),
        ("moderator.sd", float(standard.sd[0])),
        ("effect_at_mean", aggregate([rep[0] for rep in reps], piece.model.settings.level).coef),
    )
    estimate = found(
        piece,
        [rep[1] for rep in reps],
        key=SLOPE,
        kind=SLOPE,
        treatment=treatment,
        term=SLOPE,
        term_label=label,
        nuisances=common.nuisances,
        residual_share=common.residual_share,
        measures=measures,
    )
    return replace(estimate, moderator=moderator.name)


def _gates(
    values: Array,
    quarters: Grouping,
    within: Sequence[int],
    gates: Sequence[Sequence[Split]],
    level: float,
) -> Series:
    """Return the effect in each quarter, its interval, and what values of the moderator it holds."""
    found = [aggregate(splits, level) for splits in gates]
    rows = [quarters.codes == at for at in within]
    columns: dict[str, Sequence[float | str]] = {
        "group": [quarters.keys[at].capitalize() for at in within],
        "from": [float(values[here].min()) for here in rows],
        "to": [float(values[here].max()) for here in rows],
        "mean": [float(values[here].mean()) for here in rows],
        "n": [float(here.sum()) for here in rows],
        "coef": [f.coef for f in found],
        "se": [f.se for f in found],
        "low": [f.ci[0] for f in found],
        "high": [f.ci[1] for f in found],
    }
    return Series(key="", kind=GATES, columns=tuple((name, tuple(v)) for name, v in columns.items()))
