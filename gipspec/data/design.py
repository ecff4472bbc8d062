"""The ways to remove effects (docs/statistics.md): what the learners predict, and from which features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.data.columns import Numbers
from gipspec.data.demean import compact, demean, group_means, steadied
from gipspec.data.features import fingerprint
from gipspec.data.model import ModelData
from gipspec.data.shifts import earlier
from gipspec.data.vector import Codes
from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import Panel, Settings

NOTHING_LEFT = 1e-11  # of the largest value: more than rounding errors of the demeaning
MOST_CELLS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is estimated on: outcome `y` (n,), treatments `d` (n, k), `features` (n, p), `extra` (n, q).

    `categorical` are positions of features that hold codes of periods: trees take them as numbers, other
    learners as dummies. `rows` (n,) are positions in the `ModelData`; first differences have no first period.
    `clusters` and `folds` are those of `ModelData` on these rows. With `correct_by_unit` predictions of the
    treatment are to be given the unit means of the treatment, as in DoubleML's `cre_general`.
    `effects_share` is the share of the variance of the first treatment that is left when the effects are
    projected out.
    """

    y: Numbers
    d: Numbers
    extra: Numbers
    features: Numbers
    feature_names: tuple[str, ...]
    categorical: tuple[int, ...]
    rows: Codes
    unit: Codes
    clusters: tuple[tuple[str, tuple[str, ...], Codes], ...]
    folds: Codes | None
    correct_by_unit: bool
    effects_share: float


Columns = list[tuple[str, Numbers]]


def panel_design(data: ModelData, settings: Settings, panel: Panel | None) -> Design:
    """Remove the effects of `settings.fe` in the way of `settings.fe_method`.

    Raises GipError: G402 and G408 where nothing of outcome or treatment is left, G410 where `fd` finds no
    neighbouring periods, G007 where there are too many effects.
    """
    if not settings.fe:
        return _design(data, data.y, data.moving, _columns(data.x, data.x_names))
    left = demean(np.column_stack([data.y, data.moving]), [codes for _, codes in data.effects])
    _check_left(data, left)
    share = float(left[:, 1].var() / data.d[:, 0].var())
    design = METHODS[settings.fe_method](data, settings, panel, left)
    return replace(design, effects_share=share)


def covariate_design(data: ModelData, settings: Settings, panel: Panel | None) -> Design:
    """Leave every variable as it is; features are X and, where effects are named, its means and the period.

    This is what models that need the variables themselves make of `fe=`: a binary treatment must stay binary.
    """
    if not settings.fe:
        return _design(data, data.y, data.moving, _columns(data.x, data.x_names))
    columns = [*_columns(data.x, data.x_names), *_means(data, panel)]
    return _design(data, data.y, data.moving, columns, period=_has_time(settings, panel))


def _within(data: ModelData, settings: Settings, panel: Panel | None, left: Numbers) -> Design:
    """Demean outcome and treatment; features are X, its group means, and the period.

    What is predicted has mean zero in every unit, and so must its prediction (see `correct_by_unit`); this
    halves the bias that is left (docs/validation.md).
    """
    columns = [*_columns(data.x, data.x_names), *_means(data, panel)]
    design = _design(data, left[:, 0], left[:, 1:], columns, period=_has_time(settings, panel))
    return replace(design, correct_by_unit=panel is not None and (panel.unit,) in settings.fe)


def _fd(data: ModelData, settings: Settings, panel: Panel | None, left: Numbers) -> Design:
    """Difference outcome and treatment over neighbouring periods; features are X of both, and the period.

    Effects that vary within units by more than time are removed from the differences.
    """
    before = earlier(data.unit, data.time, 1)
    rows = np.flatnonzero(before >= 0)
    if len(rows) == 0:
        raise GipError(problem("G410"))
    change = np.column_stack([data.y, data.moving])
    change = change[rows] - change[before[rows]]
    others = [codes[rows] for names, codes in data.effects if not _plain(names, codes, data, panel)]
    change = demean(change, others)
    lagged = [f"lag({name})" for name in data.x_names]
    columns = [*_columns(data.x[rows], data.x_names), *_columns(data.x[before[rows]], lagged)]
    return _design(data, change[:, 0], change[:, 1:], columns, rows=rows, period=_has_time(settings, panel))


def _cre(data: ModelData, settings: Settings, panel: Panel | None, left: Numbers) -> Design:
    """Leave outcome and treatment; features are X, its group means, and the period."""
    return replace(covariate_design(data, settings, panel), correct_by_unit=True)


def _wg(data: ModelData, settings: Settings, panel: Panel | None, left: Numbers) -> Design:
    """Demean outcome, treatment and features, and add the grand means, as DoubleML's `wg_approx` does."""
    x = np.apply_along_axis(steadied, 0, demean(data.x, [codes for _, codes in data.effects]))
    scale = data.x.std(axis=0)
    kept = [i for i in range(x.shape[1]) if x[:, i].std() > NOTHING_LEFT * scale[i]]
    columns = _columns((x + data.x.mean(axis=0))[:, kept], [data.x_names[i] for i in kept])
    return _design(data, left[:, 0] + data.y.mean(), left[:, 1:] + data.moving.mean(axis=0), columns)


def _dummies(data: ModelData, settings: Settings, panel: Panel | None, left: Numbers) -> Design:
    """Leave outcome and treatment; features are X and dummies of every effect, the first left out."""
    columns = _columns(data.x, data.x_names)
    effects = [(name, compact(codes)) for name, codes in data.effects]
    width = data.x.shape[1] + sum(int(codes.max()) for _, codes in effects)
    if width * len(data.y) > MOST_CELLS:
        raise GipError(
            problem(
                "G007",
                what=f"{width:,} dummies and features of {len(data.y):,} rows",
                bound=f"{MOST_CELLS:,} cells",
                help="use `fe_method=within`",
            )
        )
    for name, codes in effects:
        columns += [(f"{name}[{c}]", (codes == c).astype(float)) for c in range(1, int(codes.max()) + 1)]
    return _design(data, data.y, data.moving, columns)


METHODS: dict[str, Callable[[ModelData, Settings, Panel | None, Numbers], Design]] = {
    "within": _within,
    "fd": _fd,
    "cre": _cre,
    "wg": _wg,
    "dummies": _dummies,
}


def _columns(x: Numbers, names: Sequence[str]) -> Columns:
    return [(name, x[:, i]) for i, name in enumerate(names)]


def _means(data: ModelData, panel: Panel | None) -> Columns:
    """Return the group means of X for each effect but the time; columns constant within groups have none."""
    found: Columns = []
    for name, codes in data.effects:
        if panel and name == panel.time:
            continue
        means = group_means(data.x, codes)
        distance = np.abs(data.x - means).max(axis=0, initial=0)
        varies = distance > NOTHING_LEFT * np.abs(data.x).max(axis=0, initial=0)
        found += [(f"ave({x}, {name})", means[:, i]) for i, x in enumerate(data.x_names) if varies[i]]
    return found


def _has_time(settings: Settings, panel: Panel | None) -> bool:
    return panel is not None and any(panel.time in effect for effect in settings.fe)


def _plain(name: str, codes: Codes, data: ModelData, panel: Panel | None) -> bool:
    """Tell whether an effect is the time, or constant within units, which differencing removes."""
    if panel and name == panel.time:
        return True
    return len(np.unique(np.stack([data.unit, codes]), axis=1)[0]) == len(np.unique(data.unit))


def _check_left(data: ModelData, left: Numbers) -> None:
    """Raise where the effects determine the outcome or a treatment."""
    names = " + ".join(name for name, _ in data.effects)
    remedy = f"use fewer effects than `fe={names}`"
    for at, name in enumerate(data.d_names):
        if left[:, at + 1].std() <= NOTHING_LEFT * _scale(data.d[:, at]):
            raise GipError(problem("G408", name=name, remedy=remedy))
    if left[:, 0].std() <= NOTHING_LEFT * _scale(data.y):
        where = " once the effects are removed"
        raise GipError(problem("G402", name=data.y_name, where=where, remedy=remedy))


def _scale(values: Numbers) -> float:
    return float(np.abs(values).max())


def _design(
    data: ModelData,
    y: Numbers,
    moved: Numbers,
    columns: Columns,
    *,
    rows: Codes | None = None,
    period: bool = False,
) -> Design:
    """Put features together, without those that are constant or repeat an earlier one."""
    at = np.arange(len(data.y), dtype=np.int64) if rows is None else rows
    treatments = data.d.shape[1]
    kept: dict[bytes, tuple[str, Numbers]] = {}
    for name, column in columns:
        if np.ptp(column) > NOTHING_LEFT * _scale(column):
            kept.setdefault(fingerprint(column), (name, column))
    found = list(kept.values())
    categorical: tuple[int, ...] = ()
    if period and len(np.unique(data.time[at])) > 1:
        categorical = (len(found),)
        found.append(("period", data.time[at].astype(np.float64)))
    return Design(
        y=np.ascontiguousarray(y),
        d=np.ascontiguousarray(moved[:, :treatments]),
        extra=np.ascontiguousarray(moved[:, treatments:]),
        features=_side_by_side(data, found) if rows is None else _stacked(found, len(at)),
        feature_names=tuple(name for name, _ in found),
        categorical=categorical,
        rows=at,
        unit=data.unit[at],
        clusters=tuple((name, *_kept_clusters(names, codes[at])) for name, names, codes in data.clusters),
        folds=None if data.folds is None else data.folds[at],
        correct_by_unit=False,
        effects_share=1.0,
    )


def _side_by_side(data: ModelData, found: Columns) -> Numbers:
    """Put features together; where they are X and no more, X itself is taken."""
    if found and len(found) == data.x.shape[1] and all(column.base is data.x for _, column in found):
        return data.x
    return _stacked(found, len(data.y))


def _stacked(found: Columns, n: int) -> Numbers:
    return np.column_stack([c for _, c in found]) if found else np.empty((n, 0))


def _kept_clusters(names: tuple[str, ...], codes: Codes) -> tuple[tuple[str, ...], Codes]:
    present, compacted = np.unique(codes, return_inverse=True)
    return tuple(names[c] for c in present.tolist()), compacted.astype(np.int64)
