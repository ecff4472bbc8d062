"""The rows below the coefficients: how each column was estimated, and how well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gipspec.engine.results import Estimate
from gipspec.lang.vocabulary import TABLE_ROWS
from gipspec.recipe import NuisanceFit
from gipspec.report.analyses import MEASURES
from gipspec.report.assumptions import F_ROW
from gipspec.report.cells import DASH, TICK, Cell, Interval, Mark, Number, Text
from gipspec.report.columns import Column, is_difference
from gipspec.report.groups import comparison_readers
from gipspec.report.names import joined_label
from gipspec.report.options import TableOptions
from gipspec.report.styles import Style
from gipspec.report.table import Row

ROLES = (
    *("outcome", "outcome, untreated", "outcome, treated", "outcome, unassigned", "outcome, assigned"),
    *("treatment", "treatment, unassigned", "treatment, assigned", "mediator"),
    *("mediator, untreated", "mediator, treated", "instrument"),
)
P_DIGITS = 3  # of further p-values and shares
SQUARE = re.compile(r"^square\(|\^\s*[2-9]")
ON_REQUEST = frozenset({"spread", "clusters", "residual", "overlap", "quality"})
PRETREND, PLACEBO, *ROBUST = MEASURES
METRICS = {"r2": "R²", "rmse": "RMSE", "log_loss": "Log loss", "auc": "AUC"}

Reader = Callable[[Column], Cell]
Readers = list[tuple[Cell, Reader]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What footers of all panels of a table share. `everywhere` are the columns of all panels."""

    everywhere: tuple[Column, ...]
    labels: Mapping[str, str]
    options: TableOptions
    style: Style

    def words(self) -> tuple[str, str]:
        """Return how the rows say yes and no."""
        return {"ticks": (TICK, ""), "signs": ("+", "")}.get(
            self.options.marks, (self.style.yes, self.style.no)
        )

    def mark(self, on: bool) -> Mark:
        return Mark(on=on, words=self.words())


def footer_rows(columns: tuple[Column, ...], footer: Footer) -> tuple[Row, ...]:
    """Return the footer of a panel: the rows that the table asks for, or those of the genre, in its order.

    Rows that say nothing of any column are left out.
    """
    asked = footer.options.rows
    kinds = [k for k in TABLE_ROWS if k not in ON_REQUEST] if asked is None else list(asked)
    rows: list[Row] = []
    for kind in kinds:
        for stub, reader in _readers(kind, footer, asked is not None):
            cells = tuple(reader(c) for c in columns)
            if any(cell != DASH for cell in cells):
                rows.append(_row(stub, cells, footer))
    return tuple(rows)


def _row(stub: Cell, cells: tuple[Cell, ...], footer: Footer) -> Row:
    label = Text(text=footer.style.row(stub.text)) if isinstance(stub, Text) else stub
    return Row(stub=label, cells=cells, kind="footer", span=1 if footer.options.beside == "none" else 2)


def _readers(kind: str, footer: Footer, asked: bool) -> Readers:
    """Return the rows that go by a word of the vocabulary."""
    everywhere = footer.everywhere
    match kind:
        case "differences":
            return comparison_readers(everywhere)
        case "controls":
            return [_named("Controls", _fitted(lambda c: footer.mark(_linear_controls(c))))]
        case "squares":
            squares = any(_squares(c.first) for c in everywhere) or asked
            row = _named("Controls, squared", _fitted(lambda c: footer.mark(_squares(c.first))))
            return [row] if squares else []
        case "effects":
            return [
                _named(_effects(name, footer), _fitted(_has_effect(name, footer)))
                for name in effects_of(everywhere)
            ]
        case "units":
            several = any(c.first.units != c.first.n for c in everywhere)
            return [_named("Units", lambda c: _count(c.first.units))] if several else []
        case "r2" | "quality":
            metrics = METRICS if kind == "quality" else {"r2": METRICS["r2"]}
            return [pair for metric in metrics for pair in _quality_readers(footer, metric)]
        case _:
            return list(_simple(kind, footer, asked))


def _simple(kind: str, footer: Footer, asked: bool) -> Iterator[tuple[Cell, Reader]]:
    digits = footer.options.digits
    match kind:
        case "learner":
            yield _named("Learner", _fitted(lambda c: Text(text=c.first.learner)))
        case "folds":
            yield _named("Folds", _fitted(lambda c: _count_or_text(c.first.folds)))
        case "reps":
            yield _named("Repeated splits", _fitted(lambda c: _count(c.first.reps)))
        case "spread":
            yield _named("Range over splits", _spread(footer.options))
        case "n":
            yield _named("Observations", lambda c: _count(c.first.n))
        case "clusters":
            yield _named("Clusters", lambda c: _count(c.first.clusters))
        case "first_stage":
            yield _named(F_ROW, _measure("first_stage_f", 1))
            if asked:
                yield _named("First stage, coefficient", _measure("first_stage.coef", digits))
                yield _named("First stage, standard error", _measure("first_stage.se", digits, "()"))
        case "pretrend":
            yield _named(PRETREND[0], _measure(PRETREND[1], P_DIGITS))
        case "placebo":
            yield _named(PLACEBO[0], _measure(PLACEBO[1], P_DIGITS))
        case "robustness":
            for label, name in ROBUST:
                yield _named(label, _measure(name, P_DIGITS))
        case "residual":
            yield _named("Treatment left after controls, share", _fitted(_residual))
        case "overlap":
            yield _named("Propensity, smallest", _measure("propensity.low", P_DIGITS))
            yield _named("Propensity, largest", _measure("propensity.high", P_DIGITS))
            yield _named("At the bounds, share", _measure("trimmed", P_DIGITS))


def _named(label: str, reader: Reader) -> tuple[Cell, Reader]:
    return Text(text=label), reader


def _effects(name: str, footer: Footer) -> str:
    return footer.style.effects.replace("{label}", joined_label(name, footer.labels))


def _spread(options: TableOptions) -> Reader:
    def read(column: Column) -> Cell:
        low, high = (bound * options.scale for bound in column.first.spread)
        return Interval(low=low, high=high, digits=options.digits)

    return read


def _residual(column: Column) -> Cell:
    return Number(value=column.first.residual_share, digits=P_DIGITS)


def _measure(name: str, digits: int, brackets: str = "") -> Reader:
    """Read a further number of a column; a dash where it has none."""

    def read(column: Column) -> Cell:
        value = dict(column.first.measures).get(name)
        return DASH if value is None else Number(value=value, digits=digits, brackets=brackets)

    return read


def _fitted(reader: Reader) -> Reader:
    """A difference of two estimates has no controls, learner or folds of its own."""
    return lambda c: DASH if is_difference(c) else reader(c)


def effects_of(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the effects of any column, in the order of their first appearance."""
    return tuple(dict.fromkeys(name for c in columns if not is_difference(c) for name in c.first.fe))


def _has_effect(effect: str, footer: Footer) -> Reader:
    """A model that takes effects up among its features must not claim to have removed them."""
    return lambda c: (
        Text(text="features")
        if effect in c.first.fe and c.first.fe_method == "means"
        else footer.mark(effect in c.first.fe)
    )


def is_square(control: str) -> bool:
    """Tell whether a control is a square or a higher power: `square(x)`, `x^2`. A `poly` is a control."""
    return SQUARE.search(control) is not None


def _squares(e: Estimate) -> bool:
    return any(is_square(c) for c in e.controls)


def _linear_controls(column: Column) -> bool:
    return any(not is_square(c) for c in column.first.controls)


def _count(value: int) -> Cell:
    return Number(value=value, digits=0)


def _count_or_text(value: int | str) -> Cell:
    return Text(text=value) if isinstance(value, str) else _count(value)


def _quality_readers(footer: Footer, metric: str) -> Readers:
    """Out-of-fold fit of each nuisance; a line each where a model has several of a kind."""
    readers: Readers = []
    everywhere, labels = footer.everywhere, footer.labels
    digits = max(2, min(footer.options.digits, 3))
    for role in ROLES:
        targets = tuple(dict.fromkeys(f.target for c in everywhere for f in _fits(c, role)))
        if any(len({f.target for f in _fits(c, role)}) > 1 for c in everywhere):
            arm = role[role.index(",") :] if "," in role else ""
            readers += [
                _named(
                    f"{METRICS[metric]}, {joined_label(t, labels)}{arm}",
                    _fitted(_fit(role, t, metric, digits)),
                )
                for t in targets
            ]
        elif targets:
            readers.append(_named(f"{METRICS[metric]}, {role}", _fitted(_fit(role, None, metric, digits))))
    return readers


def _fits(column: Column, role: str) -> list[NuisanceFit]:
    return [f for _, e in column.estimates for f in e.nuisances if f.role == role]


def _fit(role: str, target: str | None, metric: str, digits: int) -> Reader:
    def read(column: Column) -> Cell:
        for fit in _fits(column, role):
            metrics = dict(fit.metrics)
            if target in (None, fit.target) and metric in metrics:
                return Number(value=metrics[metric], digits=digits)
        return DASH

    return read
