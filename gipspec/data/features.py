"""Terms of a formula to the feature matrix.

Each factor of a term is evaluated by gipspec into a neutral column `c0`, `c1`, ...; formulaic sees only these
names and `poly`, `bs`, `C` and `:`, because it would run whatever text it is given.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gipspec.data.arguments import Arguments, odd_cells, require_numbers, result, shown
from gipspec.data.arithmetic import TOO_LARGE
from gipspec.data.columns import Numbers
from gipspec.data.dataset import Dataset
from gipspec.data.expressions import evaluate
from gipspec.data.vector import Codes, Groups, Vector, groups
from gipspec.diagnostics import GipError, counted, problem
from gipspec.lang.check.values import constant
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Term
from gipspec.lang.syntax import Binary, Call, Expr

MOST_CELLS = 100_000_000
FEW_ROWS = 20  # in which every category may well be there once


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A factor of a term: `kind` is "number", "power", "category", "poly" or "bs".

    `vector` holds the column that it starts from, called `source`; `numbers` are the power, or the arguments
    of `poly` and `bs`.
    """

    name: str
    source: str
    kind: str
    vector: Vector
    expr: Expr
    numbers: tuple[int, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind in ("number", "power")


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """`x` (n, p) with its names, and the columns that were left out with the reason."""

    x: Numbers
    names: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]


def leaves_of(terms: Sequence[Term], dataset: Dataset) -> dict[str, Leaf]:
    """Evaluate each different factor of the terms once, on all rows of the data set, by its name."""
    found: dict[str, Leaf] = {}
    for term in terms:
        for factor in term.factors:
            name = shown(factor)
            if name not in found:
                found[name] = _leaf(name, factor, dataset)
    return found


def _leaf(name: str, expr: Expr, dataset: Dataset) -> Leaf:
    match expr:
        case Call(function="factor"):
            args = Arguments(call=expr, dataset=dataset, evaluate=evaluate)
            return _of(name, "category", args.need("x"), expr, dataset)
        case Call(function="poly"):
            args = Arguments(call=expr, dataset=dataset, evaluate=evaluate)
            return _of(name, "poly", args.need("x"), expr, dataset, (args.whole("degree", 2, 1, 20),))
        case Call(function="bs"):
            args = Arguments(call=expr, dataset=dataset, evaluate=evaluate)
            degree = args.whole("degree", 3, 1, 10)
            df = args.whole("df", degree, degree, 100)
            return _of(name, "bs", args.need("x"), expr, dataset, (df, degree))
        case Call(function="square", arguments=(argument,)):
            return _of(name, "power", argument.value, expr, dataset, (2,))
        case Binary(op="^", left=left, right=right) if (constant(right) or 0.0) in (2, 3, 4, 5, 6, 7, 8, 9):
            return _of(name, "power", left, expr, dataset, (int(constant(right) or 0),))
        case _:
            return _of(name, "number", expr, expr, dataset)


def _of(
    name: str, kind: str, source: Expr, expr: Expr, dataset: Dataset, numbers: tuple[int, ...] = ()
) -> Leaf:
    vector = evaluate(source, dataset)
    if kind == "power" and not vector.is_text:
        values = np.asarray(vector.values, dtype=np.float64)
        with np.errstate(over="ignore"):
            power = result(values ** numbers[0], (vector,), expr, TOO_LARGE)
        vector = replace(vector, faults=power.faults)
    if kind == "number" and vector.is_text:
        _check_categories(vector, source)
        kind = "category"
    elif kind != "category":
        require_numbers(vector, source)
    return Leaf(name=name, source=shown(source), kind=kind, vector=vector, expr=expr, numbers=numbers)


def _check_categories(vector: Vector, source: Expr) -> None:
    """Refuse a text that nobody can mean as categories: numbers with a few odd cells, or hardly a row twice.

    `factor` takes the first as categories all the same.
    """
    name, found = shown(source), odd_cells(vector)
    if found:
        remedy = f"{found}, or write `factor({print_expr(source)})` if these are categories"
        raise GipError(problem("G307", source.span, name=name, remedy=remedy))
    levels, rows = len(groups(vector).names), int((~vector.missing).sum())
    if 2 * levels > rows > FEW_ROWS:
        remedy = f"it has {levels} different texts in {rows} rows, too many to be categories; leave it away"
        raise GipError(problem("G307", source.span, name=name, remedy=remedy))


def feature_matrix(terms: Sequence[Term], leaves: Mapping[str, Leaf]) -> Features:
    """Build the features of complete rows: `leaves` hold only these, without missing values.

    Columns that are constant, repeat an earlier one, or square a column of 0 and 1 are left out.
    Raises GipError: G207 for `poly` and `bs` of columns with too few values, G007 over the bound of cells.
    """
    grouped = {name: groups(leaf.vector) for name, leaf in leaves.items() if leaf.kind == "category"}
    dropped: list[tuple[str, str]] = []
    kept: list[tuple[Leaf, ...]] = []
    for term in terms:
        factors = [leaves[shown(f)] for f in term.factors]
        varying = tuple(f for f in factors if f.kind != "category" or len(grouped[f.name].names) > 1)
        if _squares_dummy(factors):
            dropped.append((factors[0].name, "the square of a column of 0 and 1 is the column"))
        elif not varying:
            dropped.append((":".join(f.name for f in factors), "constant"))
        else:
            kept.append(varying)
    _check_size(kept, grouped)
    _check_shapes(kept)
    if all(leaf.is_number for factors in kept for leaf in factors):
        blocks = [(":".join(f.name for f in factors), _product(factors)) for factors in kept]
        return _lean(blocks, dropped, _rows(leaves))
    return _lean(_by_formulaic(kept, grouped), dropped, _rows(leaves))


def _rows(leaves: Mapping[str, Leaf]) -> int:
    return next((len(leaf.vector.values) for leaf in leaves.values()), 0)


def _squares_dummy(factors: Sequence[Leaf]) -> bool:
    first = factors[0]
    return (
        len(factors) == 1 and first.kind == "power" and bool(np.isin(first.vector.values, (0.0, 1.0)).all())
    )


def _check_size(terms: Sequence[tuple[Leaf, ...]], grouped: Mapping[str, Groups]) -> None:
    cells = 0
    for factors in terms:
        width = 1
        for leaf in factors:
            width *= _width(leaf, grouped)
        cells += width * len(factors[0].vector.values)
        if cells > MOST_CELLS:
            raise GipError(
                problem(
                    "G007",
                    factors[0].expr.span,
                    what="the feature matrix",
                    bound=f"{MOST_CELLS:,} cells",
                    help="leave terms with many categories away",
                )
            )


def _width(leaf: Leaf, grouped: Mapping[str, Groups]) -> int:
    if leaf.kind == "category":
        return len(grouped[leaf.name].names)
    return leaf.numbers[0] if leaf.kind in ("poly", "bs") else 1


def _check_shapes(terms: Sequence[tuple[Leaf, ...]]) -> None:
    for leaf in {leaf.name: leaf for factors in terms for leaf in factors}.values():
        if leaf.kind not in ("poly", "bs"):
            continue
        distinct = len(np.unique(np.asarray(leaf.vector.values, dtype=np.float64)))
        if distinct <= leaf.numbers[0]:
            reason = f"`{leaf.source}` has {distinct} values, too few for {leaf.numbers[0]} columns"
            remedy = f"write `factor({leaf.source})`, or a lower number"
            raise GipError(problem("G207", leaf.expr.span, name=leaf.kind, reason=reason, remedy=remedy))


def values_of(leaf: Leaf) -> Numbers:
    """Return the values (n,) of a numeric factor."""
    values = np.asarray(leaf.vector.values, dtype=np.float64)
    return values ** leaf.numbers[0] if leaf.kind == "power" else values


def _product(factors: Sequence[Leaf]) -> Numbers:
    product = values_of(factors[0])
    for leaf in factors[1:]:
        product = product * values_of(leaf)
    return product


def _by_formulaic(
    terms: Sequence[tuple[Leaf, ...]], grouped: Mapping[str, Groups]
) -> list[tuple[str, Numbers]]:
    """Let formulaic code categories, polynomials, splines and interactions; keep the order of the terms."""
    import pandas as pd
    from formulaic import Formula

    leaves = {leaf.name: leaf for factors in terms for leaf in factors}
    text = {name: _text(f"c{i}", leaf) for i, (name, leaf) in enumerate(leaves.items())}
    columns = {
        f"c{i}": _categorical(grouped[name]) if leaf.kind == "category" else values_of(leaf)
        for i, (name, leaf) in enumerate(leaves.items())
    }
    formula = "1 + " + " + ".join(":".join(text[leaf.name] for leaf in factors) for factors in terms)
    matrix = Formula(formula).get_model_matrix(
        pd.DataFrame(columns), context={}, output="numpy", na_action="raise"
    )
    values = np.asarray(matrix, dtype=np.float64)
    by_text = {shorthand: leaves[name] for name, shorthand in text.items()}
    order = {frozenset(text[leaf.name] for leaf in factors): i for i, factors in enumerate(terms)}
    placed: list[tuple[int, str, Numbers]] = []
    for at, column in enumerate(matrix.model_spec.column_names):
        if column == "Intercept":
            continue
        parts = [_PART.fullmatch(part) for part in column.split(":")]
        found = [(m["leaf"], m["level"]) for m in parts if m]
        name = ":".join(_name(by_text[leaf], level, grouped) for leaf, level in found)
        placed.append((order[frozenset(leaf for leaf, _ in found)], name, values[:, at]))
    placed.sort(key=lambda entry: entry[0])
    return [(name, column) for _, name, column in placed]


def _categorical(found: Groups) -> Any:
    import pandas as pd

    return pd.Categorical(found.codes, categories=list(range(len(found.names))))


_PART = re.compile(r"(?P<leaf>.*?)(?:\[(?:T\.)?(?P<level>\d+)\])?")


def _text(column: str, leaf: Leaf) -> str:
    match leaf.kind:
        case "category":
            return f"C({column})"
        case "poly":
            return f"poly({column}, degree={leaf.numbers[0]})"
        case "bs":
            return f"bs({column}, df={leaf.numbers[0]}, degree={leaf.numbers[1]})"
        case _:
            return column


def _name(leaf: Leaf, level: str | None, grouped: Mapping[str, Groups]) -> str:
    if level is None:
        return leaf.name
    if leaf.kind == "category":
        return f"{leaf.source}[{grouped[leaf.name].names[int(level)]}]"
    return f"{leaf.name}[{level}]"


def _lean(blocks: Sequence[tuple[str, Numbers]], dropped: list[tuple[str, str]], n: int) -> Features:
    """Leave out columns that are constant or equal to an earlier one."""
    seen: dict[bytes, str] = {}  # by a hash of the values: the values themselves would be the data once more
    kept: list[tuple[str, Numbers]] = []
    for name, column in blocks:
        key = fingerprint(column)
        if not np.isfinite(column).all():
            wrong = ~np.isfinite(column)
            row = f"row {int(np.argmax(wrong)) + 1} of the model"
            rows = counted(int(wrong.sum()), "row")
            raise GipError(problem("G308", found=name, rows=rows, example=row, remedy=TOO_LARGE))
        if len(column) and column.max() == column.min():
            dropped.append((name, "constant"))
        elif key in seen:
            dropped.append((name, f"the same as {seen[key]}"))
        else:
            seen[key] = name
            kept.append((name, column))
    x = np.column_stack([c for _, c in kept]) if kept else np.empty((n, 0))
    return Features(x=x, names=tuple(name for name, _ in kept), dropped=tuple(dropped))


def fingerprint(column: Numbers) -> bytes:
    """Return a hash of a column (n,) by which equal ones are found; 0 and -0 are equal."""
    return hashlib.sha256((column + 0.0).data).digest()


def on_rows(leaf: Leaf, rows: Codes) -> Leaf:
    """Keep some rows of a leaf; `rows` are ascending positions."""
    values = leaf.vector.values
    kept = values if len(rows) == len(values) else values[rows]
    return replace(leaf, vector=replace(leaf.vector, values=kept, faults=()))
