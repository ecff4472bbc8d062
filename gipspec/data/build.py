"""From a table to a data set: canonical order, places in the panel, lets, the hash of the content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gipspec.data.arguments import Arguments
from gipspec.data.dataset import Dataset, Index, RowNumbers
from gipspec.data.expressions import evaluate
from gipspec.data.indices import METHODS, index_weights
from gipspec.data.periods import check_periods
from gipspec.data.table import Table
from gipspec.data.vector import Codes, Groups, Vector, coded, groups
from gipspec.diagnostics import GipError, Problem, counted, nearest, problem
from gipspec.lang.study import Let, Panel
from gipspec.lang.syntax import Argument, Binary, Call, Each, Expr, Range, Unary


def build_dataset(
    table: Table, panel: Panel | None, lets: tuple[Let, ...], labels: tuple[tuple[str, str], ...]
) -> Dataset:
    """Place the rows of a table and compute the lets. `labels` of the spec come before those of the file.

    A let that fails is noted in `failed`; the lets and models that do not use it go on.
    Raises GipError: G102 for an unknown panel column, G306 duplicate rows, G310 rows without a place,
    G318 periods without a clear order.
    """
    columns = {
        str(name): Vector(values=table.frame[name].to_numpy(), labels=table.value_labels.get(str(name), {}))
        for name in table.frame.columns
    }
    order = _order(columns, panel, table.name)
    if (np.diff(order) != 1).any():
        columns = {name: replace(c, values=c.values[order]) for name, c in columns.items()}
    unit_names, unit, time = _places(columns, panel, len(order))
    dataset = Dataset(
        name=table.name,
        panel=panel,
        columns=columns,
        unit=unit,
        unit_names=unit_names,
        time=time.codes,
        time_values=time.values,
        labels={**table.labels, **dict(labels)},
        value_labels=table.value_labels,
        content_hash=content_hash(columns),
        failed={},
    )
    if panel:
        _check_unique(dataset, panel)
        check_periods(panel, time.values, columns)
    return _with_lets(dataset, lets)


def _order(columns: dict[str, Vector], panel: Panel | None, name: str) -> Codes:
    """Return positions (n,) of the rows in canonical order."""
    if panel is None:
        return _by_content(columns)
    for column in (panel.unit, panel.time):
        if column not in columns:
            guess = nearest(column, columns)
            remedy = f"did you mean `{guess}`?" if guess else "look at the columns of the file"
            raise GipError(problem("G102", panel.span, name=column, file=name, remedy=remedy))
        count = int(columns[column].missing.sum())
        if count:
            raise GipError(problem("G310", panel.span, name=column, rows=counted(count, "row")))
    keys = [coded(columns[panel.time])[1], coded(columns[panel.unit])[1]]
    return np.lexsort(keys).astype(np.int64)


def _by_content(columns: dict[str, Vector]) -> Codes:
    """Return the order of rows (n,) by all columns, in the order of names; the first few settle it mostly."""
    names = sorted(columns)
    rank = coded(columns[names[0]])[1]
    order = np.argsort(rank, kind="stable")
    for name in names[1:]:
        if (np.diff(rank[order]) != 0).all():
            break
        codes = coded(columns[name])[1]
        order = np.lexsort((codes, rank))
        differs = (np.diff(rank[order]) != 0) | (np.diff(codes[order]) != 0)
        rank[order] = np.concatenate([[0], np.cumsum(differs)])
    return order.astype(np.int64)


def _places(columns: dict[str, Vector], panel: Panel | None, n: int) -> tuple[Sequence[str], Codes, Groups]:
    """Return the names of the units, the unit of each row (n,), and the times."""
    if panel:
        unit = groups(columns[panel.unit])
        return unit.names, unit.codes, groups(columns[panel.time])
    always = Groups(names=("",), codes=np.zeros(n, dtype=np.int64), values=(0.0,))
    return RowNumbers(n), np.arange(n, dtype=np.int64), always


def _check_unique(dataset: Dataset, panel: Panel) -> None:
    repeats = (np.diff(dataset.unit) == 0) & (np.diff(dataset.time) == 0)
    if repeats.any():
        first = dataset.place(int(np.argmax(repeats)))
        raise GipError(
            problem(
                "G306",
                panel.span,
                rows=counted(int(repeats.sum()), "row"),
                unit=panel.unit,
                time=panel.time,
                example=first,
            )
        )


def content_hash(columns: dict[str, Vector]) -> str:
    """Return the SHA-256 of names and values: the same for any format and any order of columns.

    Rows must be in canonical order.
    """
    digest = hashlib.sha256()
    for name in sorted(columns):
        vector = columns[name]
        digest.update(f"{len(name)}:{name}:{'text' if vector.is_text else 'number'}:".encode())
        if vector.is_text:
            for value in vector.values.tolist():
                digest.update(b"-" if value is None else f"{len(value)}:{value}".encode())
        else:
            values = np.asarray(vector.values, dtype="<f8")
            digest.update(np.where(np.isnan(values), np.nan, values).tobytes())
    return digest.hexdigest()


def _with_lets(base: Dataset, lets: tuple[Let, ...]) -> Dataset:
    columns = dict(base.columns)
    failed: dict[str, Problem] = {}
    indices: list[Index] = []
    dataset = replace(base, columns=columns, failed=failed)  # sees each let once it is computed
    for let in lets:
        try:
            value = evaluate(let.value, dataset)
            weights = list(_weights(let, dataset))
        except GipError as error:
            failed[let.name] = error.problems[0]
            continue
        columns[let.name] = value
        indices += weights
    value_labels = {n: dict(c.labels) for n, c in columns.items() if c.labels}
    return replace(dataset, value_labels=value_labels, indices=tuple(indices))


def _weights(let: Let, dataset: Dataset) -> Iterator[Index]:
    """Yield the weights of each index in a let; the second and further ones are numbered."""
    for number, call in enumerate(_index_calls(let.value), start=1):
        args = Arguments(call=call, dataset=dataset, evaluate=evaluate)
        name = let.name if number == 1 else f"{let.name}.{number}"
        yield Index(name=name, method=call.function, rows=index_weights(args))


def _index_calls(expr: Expr | Argument) -> Iterator[Call]:
    match expr:
        case Call() if expr.function in METHODS:
            yield expr
        case Call(arguments=parts) | Each(items=parts):
            for part in parts:
                yield from _index_calls(part)
        case Argument(value=value):
            yield from _index_calls(value)
        case Unary(operand=operand):
            yield from _index_calls(operand)
        case Binary(left=left, right=right) | Range(low=left, high=right):
            yield from _index_calls(left)
            yield from _index_calls(right)
