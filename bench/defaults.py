"""Which way of using the same nuisances should be the default? Candidates on one fit each, on known truth.

    python bench/defaults.py --first 201 --draws 200

For each panel of `bench/coverage.py` the nuisances of the default recipe are fitted once; the candidates
differ in what is done with the predictions before they meet the score. Rows go to bench/.cache/defaults.csv,
and the summary, with Monte-Carlo errors, to the terminal.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from command import parser_of
from cover import cover_of
from coverage import CELLS, TRUTH, Cell
from numpy.typing import NDArray
from rows import append_rows, read_rows

from gipspec.estimate import Split

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
ROWS = Path(__file__).parent / ".cache" / "defaults.csv"
FIELDS = ("candidate", "draw", "coef", "se")


def candidates(l_hat: Array, m_hat: Array, unit: Codes, time: Codes) -> dict[str, tuple[Array, Array]]:
    """Return (l_hat, m_hat) of each candidate: predictions of demeaned variables, demeaned or not."""
    from gipspec.data.demean import demean

    columns = np.column_stack([l_hat, m_hat])
    by_unit, by_both = demean(columns, [unit]), demean(columns, [unit, time])
    return {
        "as predicted": (l_hat, m_hat),
        "m demeaned by unit": (l_hat, by_unit[:, 1]),
        "both demeaned by unit": (by_unit[:, 0], by_unit[:, 1]),
        "m demeaned by unit and time": (l_hat, by_both[:, 1]),
        "both demeaned by unit and time": (by_both[:, 0], by_both[:, 1]),
    }


def estimate(cell: Cell, draw: int) -> list[dict[str, object]]:
    import gipspec
    from gipspec.engine.prepare import fit_tasks
    from gipspec.estimate import aggregate, plr
    from gipspec.recipe import prepare_model
    from gipspec.recipe.piece import clusters_of, gather
    from gipspec.simulate import gip_panel, write_dta

    with tempfile.TemporaryDirectory() as folder:
        write_dta(gip_panel(draw), Path(folder) / "panel.dta")
        loaded = gipspec.loads(cell.spec(draw), folder=folder)
        dataset = loaded.dataset()
    (model,) = loaded.require().models
    piece = gather(model, dataset, loaded.require().panel)
    work = prepare_model(model, dataset, loaded.require().panel)
    design, clusters = piece.design, clusters_of(piece)
    time = piece.data.time[design.rows]
    splits: dict[str, list[Split]] = {}
    for tasks in fit_tasks(model, work, len(dataset.unit_names), {}):
        l_hat, m_hat = (task.run().prediction for task in tasks)
        for label, (left, right) in candidates(l_hat, m_hat, design.unit, time).items():
            splits.setdefault(label, []).append(plr(design.y, design.d, left, right[:, None], clusters)[0])
    found = {label: aggregate(each, 0.95) for label, each in splits.items()}
    return [{"candidate": k, "draw": draw, "coef": v.coef, "se": v.se} for k, v in found.items()]


def summary(first: int, last: int) -> None:
    rows = [r for r in read_rows(ROWS) if first <= int(r["draw"]) <= last]
    for label in dict.fromkeys(r["candidate"] for r in rows):
        own = [r for r in rows if r["candidate"] == label]
        coef = np.array([float(r["coef"]) for r in own])
        se = np.array([float(r["se"]) for r in own])
        found = cover_of(coef, se, coef - 1.959964 * se, coef + 1.959964 * se, TRUTH)
        print(
            f"{label:32} {found.n:4} draws  bias {found.bias_text}  sd {found.sd:.4f}  se {found.se:.4f}  "
            f"covers {found.share_text}"
        )


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--first", type=int, default=201)
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    done = {int(r["draw"]) for r in read_rows(ROWS)}
    (cell,) = (c for c in CELLS if c.default)
    last = options.first + options.draws - 1
    for draw in range(options.first, last + 1):
        if draw not in done:
            append_rows(ROWS, FIELDS, estimate(cell, draw))
    summary(options.first, last)


if __name__ == "__main__":
    main()
