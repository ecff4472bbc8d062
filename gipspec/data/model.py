"""The rows and columns of one model: sample, complete cases, winsorising, features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gipspec.data.arguments import require_numbers, shown
from gipspec.data.columns import Numbers
from gipspec.data.dataset import Dataset, check_finite
from gipspec.data.expressions import column, evaluate, evaluate_condition
from gipspec.data.features import Leaf, feature_matrix, leaves_of, on_rows
from gipspec.data.transforms import without_tails
from gipspec.data.vector import Codes, Flags, Groups, Vector, cross, groups, rows_text
from gipspec.diagnostics import GipError, problem
from gipspec.lang.check.terms import factors_of
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Sample, Settings, Term
from gipspec.lang.syntax import Expr
from gipspec.source import Span

MOST_LABELS = 4  # that a message lists


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelData:
    """The data of a model: outcome `y` (n,), treatments `d` (n, k), features `x` (n, p), no value missing.

    `extra` (n, q) are further variables that effects are removed from: instruments, mediators.
    `unit`, `time` (n,) are codes of the data set. `effects` are pairs of a name and codes (n,), one for each
    entry of `Settings.fe`; `clusters` are (name, names of the clusters, codes (n,)); `folds` (n,) are codes
    of the fold column, None where folds are drawn. `rows` (n,) are positions in the data set. Of the
    `n_candidates` rows of the sample, `rows_lost` counts those without a value, by column. `dropped` are
    features that were left out, with the reason.
    """

    y: Numbers
    y_name: str
    d: Numbers
    d_names: tuple[str, ...]
    extra: Numbers
    extra_names: tuple[str, ...]
    x: Numbers
    x_names: tuple[str, ...]
    unit: Codes
    time: Codes
    effects: tuple[tuple[str, Codes], ...]
    clusters: tuple[tuple[str, tuple[str, ...], Codes], ...]
    folds: Codes | None
    rows: Codes
    rows_lost: tuple[tuple[str, int], ...]
    n_candidates: int
    dropped: tuple[tuple[str, str], ...]

    @property
    def moving(self) -> Numbers:
        """Treatments and further variables, (n, k + q): what is transformed beside the outcome."""
        return np.column_stack([self.d, self.extra])


def model_data(
    dataset: Dataset,
    outcome: Expr,
    treatments: tuple[Expr, ...],
    controls: tuple[Term, ...],
    settings: Settings,
    *,
    extra: tuple[Expr, ...] = (),
    needed: tuple[Expr, ...] = (),
    only: Flags | None = None,
) -> ModelData:
    """Gather the data of one model.

    `extra` are further variables of the model, `needed` are expressions that rows must have a value of, and
    `only` (rows of the data set,) flags the rows of a group.

    Raises GipError: G308 not finite, G309 no complete row, G313 empty sample, G314 no condition, G401 a
    treatment or G402 an outcome that is constant, G405 the fold column, and what `evaluate` raises.
    """
    y = require_numbers(evaluate(outcome, dataset), outcome)
    d = [require_numbers(evaluate(t, dataset), t) for t in treatments]
    others = [require_numbers(evaluate(e, dataset), e) for e in extra]
    leaves = leaves_of(controls, dataset)
    design = _groupings(dataset, settings)
    sample = _sample_rows(dataset, settings.sample)
    if only is not None:
        sample = sample & only
    used: dict[str, Vector] = {
        shown(outcome): y,
        **{shown(t): v for t, v in zip(treatments, d, strict=True)},
        **{shown(e): v for e, v in zip(extra, others, strict=True)},
        **{shown(e): evaluate(e, dataset) for e in needed},
        **{leaf.source: leaf.vector for leaf in leaves.values()},
    }
    used |= {name: column(name, dataset) for name in _grouping_columns(settings) if name not in used}
    rows, lost = _complete_rows(dataset, used, sample, outcome.span)

    def ready(expr: Expr) -> Numbers:
        vectors = [(f, evaluate(f, dataset)) for f in factors_of(expr)]  # each has tails of its own
        if len(vectors) > 1:
            for factor, vector in vectors:
                _check_scale(factor, vector)
        factors = [np.asarray(v.values[rows], dtype=np.float64) for _, v in vectors]
        product: Numbers = np.prod([without_tails(f, settings.winsor) for f in factors], axis=0)
        return product

    target = ready(outcome)
    doses = np.column_stack([ready(t) for t in treatments])
    _check_varies(target, "G402", outcome, y.values[rows], settings)
    for j, (treatment, vector) in enumerate(zip(treatments, d, strict=True)):
        _check_varies(doses[:, j], "G401", treatment, vector.values[rows], settings)
    if design.folds:
        _check_folds(design.folds.codes[rows], dataset.unit[rows], str(settings.folds))
    features = feature_matrix(controls, _on_rows(leaves, rows, settings.winsor))
    return ModelData(
        y=target,
        y_name=shown(outcome),
        d=doses,
        d_names=tuple(shown(t) for t in treatments),
        extra=np.column_stack([ready(e) for e in extra]) if extra else np.empty((len(rows), 0)),
        extra_names=tuple(shown(e) for e in extra),
        x=features.x if controls else np.empty((len(rows), 0)),
        x_names=features.names,
        unit=dataset.unit[rows],
        time=dataset.time[rows],
        effects=tuple((name, g.codes[rows]) for name, g in design.effects),
        clusters=tuple((name, *_clusters(g, rows)) for name, g in design.clusters),
        folds=design.folds.codes[rows] if design.folds else None,
        rows=rows,
        rows_lost=lost,
        n_candidates=int(sample.sum()),
        dropped=features.dropped,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groupings:
    effects: tuple[tuple[str, Groups], ...]
    clusters: tuple[tuple[str, Groups], ...]
    folds: Groups | None


def _groupings(dataset: Dataset, settings: Settings) -> _Groupings:
    def by(names: Iterable[str]) -> Groups:
        return cross([groups(column(name, dataset)) for name in names])

    return _Groupings(
        effects=tuple((":".join(names), by(names)) for names in settings.fe),
        clusters=tuple((name, by([name])) for name in settings.cluster),
        folds=by([settings.folds]) if isinstance(settings.folds, str) else None,
    )


def _grouping_columns(settings: Settings) -> list[str]:
    names = [name for effect in settings.fe for name in effect] + list(settings.cluster)
    return [*names, settings.folds] if isinstance(settings.folds, str) else names


def _clusters(found: Groups, rows: Codes) -> tuple[tuple[str, ...], Codes]:
    """Keep the clusters that the rows have."""
    present, codes = np.unique(found.codes[rows], return_inverse=True)
    return tuple(found.names[c] for c in present.tolist()), codes.astype(np.int64)


def _sample_rows(dataset: Dataset, sample: Sample | None) -> Flags:
    if sample is None:
        return np.ones(dataset.n, dtype=bool)
    rows = evaluate_condition(sample.condition, dataset)
    if not rows.any():
        name = f"`{sample.name}`" if sample.name else f"`{shown(sample.condition)}`"
        remedy = "look at the values of its columns: the condition is false in every row"
        raise GipError(problem("G313", sample.condition.span, name=name, remedy=remedy))
    return rows


def _complete_rows(
    dataset: Dataset, used: Mapping[str, Vector], sample: Flags, span: Span
) -> tuple[Codes, tuple[tuple[str, int], ...]]:
    """Return the positions of complete rows of the sample, and how many rows lack each column."""
    complete = sample
    lost: dict[str, int] = {}
    for name, vector in used.items():
        check_finite(vector, dataset, sample)
        gone = vector.missing
        lost[name] = int((gone & sample).sum())
        complete = complete & ~gone
    if not complete.any():
        name, count = max(lost.items(), key=lambda entry: entry[1])
        total = int(sample.sum())
        reason = f"`{name}` is missing in {'all' if count == total else f'{count} of'} {total} rows"
        remedy = f"fill `{name}`, or leave it away"
        raise GipError(problem("G309", span, reason=reason, remedy=remedy))
    return np.flatnonzero(complete), tuple((name, count) for name, count in lost.items() if count)


def _on_rows(leaves: Mapping[str, Leaf], rows: Codes, share: float) -> dict[str, Leaf]:
    found = {name: on_rows(leaf, rows) for name, leaf in leaves.items()}
    if share == 0:
        return found
    return {
        name: leaf
        if leaf.kind == "category"
        else replace(
            leaf,
            vector=replace(
                leaf.vector, values=without_tails(np.asarray(leaf.vector.values, dtype=float), share)
            ),
        )
        for name, leaf in found.items()
    }


def _check_folds(folds: Codes, unit: Codes, name: str) -> None:
    if len(np.unique(folds)) < 2:
        remedy = "give it at least two values in the sample"
        raise GipError(problem("G405", name=name, reason="has one value only", remedy=remedy))
    pairs = np.unique(np.stack([unit, folds]), axis=1)[0]
    if len(pairs) > len(np.unique(unit)):
        remedy = "keep all rows of a unit in one fold"
        raise GipError(problem("G405", name=name, reason="puts a unit into two folds", remedy=remedy))


def _check_scale(factor: Expr, vector: Vector) -> None:
    """Refuse the codes of three or more categories as a factor of a product (G319)."""
    values = np.unique(np.asarray(vector.values[~vector.missing], dtype=np.float64)).tolist()
    if len(values) < 3 or not all(v in vector.labels for v in values):
        return
    name, labels = print_expr(factor), [vector.labels[v] for v in values]
    listed = ", ".join(labels[:MOST_LABELS]) + (" and others" if len(labels) > MOST_LABELS else "")
    remedy = (
        f"compare the categories with `het={name}`; if they are steps of a scale, `let scale = 1 * {name}`"
    )
    raise GipError(problem("G319", factor.span, name=shown(factor), labels=listed, remedy=remedy))


def _check_varies(
    values: Numbers, code: str, expr: Expr, before: NDArray[np.generic], settings: Settings
) -> None:
    """Refuse a variable (n,) that is constant; `before` (n,) are its values with their tails."""
    if values.max() > values.min():
        return
    where = f" in {rows_text(len(values))}"
    remedy = "look at the sample and the rows lost" if settings.sample else "choose another variable"
    if len(np.unique(before)) > 1:
        where = f"{where} once its tails are winsorised"
        remedy = "lower `winsor=`, or leave it away here: few rows differ from the others"
    raise GipError(problem(code, expr.span, name=shown(expr), where=where, remedy=remedy))
