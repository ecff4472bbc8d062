"""Models that lose many of their rows to missing values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gipspec.audit.names import formula_of, parts_of
from gipspec.diagnostics import Problem, counted, problem
from gipspec.diagnostics.finding import short_list
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Study
from gipspec.lang.syntax import Argument, Binary, Call, Expr, Name, Unary

if TYPE_CHECKING:
    from gipspec.data import Dataset
    from gipspec.engine import Estimate, Results

MANY = 1 / 3  # of the rows of the sample


@dataclass(frozen=True, slots=True)
class _Loss:
    """`lost` of `rows` are left out; `name` is missing in most of them, `count`."""

    lost: int
    rows: int
    name: str
    count: int


def rows_lost(study: Study, results: Results, dataset: Dataset) -> tuple[Problem, ...]:
    """Return a warning (G606) for each loss of more than a third of the rows, with the models that have it.

    Rows at the ends of a panel, where `lag`, `lead` and `diff` have no value by construction, do not count.
    """
    losses: dict[_Loss, list[Model]] = {}
    for model in sorted(study.models, key=lambda m: m.name):
        estimate = next(iter(results.of_model(model.name)), None)
        loss = _loss(study, model, estimate, dataset) if estimate else None
        if loss:
            losses.setdefault(loss, []).append(model)
    return tuple(_warning(loss, models) for loss, models in losses.items())


def _warning(loss: _Loss, models: list[Model]) -> Problem:
    first = models[0]
    controls = {print_expr(f) for m in models for t in m.controls for f in t.factors}
    leave = f"leave it away with `drop={loss.name}`" if loss.name in controls else "leave it away"
    warning = problem(
        "G606",
        first.span,
        lost=f"{loss.lost:,}",
        rows=counted(loss.rows, "row"),
        name=loss.name,
        count=f"{loss.count:,}",
        leave=leave,
    )
    return warning.about(short_list([m.name for m in models]))


def _loss(study: Study, model: Model, estimate: Estimate, dataset: Dataset) -> _Loss | None:
    rows = dataset.n - estimate.excluded
    counts = dict(estimate.rows_lost)
    if not counts:
        return None
    shifts = {name: _reach(study, model, name) for name in counts}
    units = len(dataset.unit_names)
    name = min(counts, key=lambda n: (units * sum(shifts[n]) - counts[n], n))
    lost = _incomplete(model, estimate, dataset, counts)
    ends = units * sum(max(reach[side] for reach in shifts.values()) for side in (0, 1))
    if lost - ends <= rows * MANY:
        return None
    return _Loss(lost, rows, name, counts[name])


def _incomplete(model: Model, estimate: Estimate, dataset: Dataset, counts: Mapping[str, int]) -> int:
    """Count the rows of the sample that lack a value of some variable; `counts` says how many lack each.

    What an estimate leaves out tells it, unless rows are left out for other reasons, too, or the estimate is
    one of a group. Then the rows are looked at.
    """
    settings, alone = model.settings, max(counts.values())
    otherwise = settings.model == "did" or settings.fe_method == "fd" or estimate.moderator
    if not otherwise and settings.het is None:
        return max(alone, min(sum(counts.values()), dataset.n - estimate.excluded - estimate.n))
    return max(alone, _lacking(model, dataset, counts))


def _lacking(model: Model, dataset: Dataset, names: Collection[str]) -> int:
    from gipspec.data import evaluate, evaluate_condition  # `gipspec check` has no time to import numpy

    written = {shown: part for e in _variables(model) for part in parts_of(e) for shown in _shown(part)}
    sample = model.settings.sample
    lacking = None
    for name in names:
        if name in dataset.columns:
            gone = dataset.columns[name].missing
        elif name in written:
            gone = evaluate(written[name], dataset).missing
        else:
            continue
        lacking = gone if lacking is None else lacking | gone
    if lacking is None:
        return 0
    return int((lacking if sample is None else lacking & evaluate_condition(sample.condition, dataset)).sum())


def _shown(expr: Expr) -> tuple[str, ...]:
    """Return what an expression may be called: a name has its backticks, or not."""
    return (print_expr(expr), expr.text) if isinstance(expr, Name) else (print_expr(expr),)


def _reach(study: Study, model: Model, name: str) -> tuple[int, int]:
    """Return how many periods before and after its own the values of a variable are taken from."""
    written = {print_expr(e): e for e in _variables(model)}
    return _shift(study, written[name]) if name in written else _of_let(study, name)


def _variables(model: Model) -> Iterator[Expr]:
    settings = model.settings
    yield from (*formula_of(model), *settings.iv, *settings.via)
    yield from (() if settings.het is None else (settings.het,))


def _of_let(study: Study, name: str) -> tuple[int, int]:
    value = next((let.value for let in study.lets if let.name == name), None)
    return (0, 0) if value is None else _shift(study, value)


def _shift(study: Study, expr: Expr) -> tuple[int, int]:
    match expr:
        case Name(text=text):
            return _of_let(study, text)
        case Call(function="lag" | "lead" | "diff" as function, arguments=(first, *more)):
            before, after = _shift(study, first.value)
            periods = int(constant(more[0].value) or 1) if more else 1
            return (before, after + periods) if function == "lead" else (before + periods, after)
        case Call(arguments=arguments):
            return _furthest(study, (a.value for a in arguments if isinstance(a, Argument)))
        case Binary(left=left, right=right):
            return _furthest(study, (left, right))
        case Unary(operand=operand):
            return _shift(study, operand)
    return (0, 0)


def _furthest(study: Study, parts: Iterable[Expr]) -> tuple[int, int]:
    reaches = [_shift(study, part) for part in parts] or [(0, 0)]
    return max(r[0] for r in reaches), max(r[1] for r in reaches)
