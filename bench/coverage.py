"""Do 95% intervals cover? Every way to remove effects, by learner, on simulated panels of known truth.

    python bench/coverage.py                    # all cells; continues where it was stopped
    python bench/coverage.py --only within:gbm  # one cell; may be repeated
    python bench/coverage.py --table            # no computation: write docs/validation.md from the rows

A draw is a panel of its own seed, written to a file and estimated by a spec, the way a user would do it.
Results are appended to docs/results/coverage.csv, a row a draw. A row is used again only where its recipe is
the same: method, learner with all its parameters, repetitions.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from command import parser_of
from cover import cover_of_rows
from document import put_table
from rows import RESULTS, append_rows, read_rows

ROWS = RESULTS / "coverage.csv"
FIELDS = ("method", "learner", "reps", "recipe", "draw", "coef", "se", "low", "high", "seconds")
TRUTH = 0.05
DEFAULT_DRAWS, OTHER_DRAWS = 200, 40

METHODS = ("within", "fd", "wg", "cre", "dummies", "none")
FOREST = "rf(trees=100)"
LEARNERS = {
    "gbm": "gbm",
    "ols": "ols",
    "rf": FOREST,
    "stack": f"stack(gbm, ridge, {FOREST}, short=yes)",
}
# Raised when the recipe itself changes: rows that were measured before are then measured again.
REVISION = {"within": 2}

SPEC = """
study "Coverage"
data "panel.dta"
panel city year
let lngdp = log(gdp)
set controls = lngdp + density + urban + finance + fdi + government
learner tried = {learner}
cell <- resilience_true ~ gip | controls{year}; learner=tried; {effects}; reps={reps}; seed={draw}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A row of the table: a way to remove effects, a learner, the number of repeated splits."""

    method: str
    learner: str
    reps: int

    @property
    def default(self) -> bool:
        return (self.method, self.learner) == ("within", "gbm")

    def spec(self, draw: int) -> str:
        pooled = self.method == "none"
        return SPEC.format(
            learner=LEARNERS[self.learner],
            year=" + year" if pooled else "",
            effects="fe=none" if pooled else f"fe_method={self.method}",
            reps=self.reps,
            draw=draw,
        )


def splits(method: str, learner: str) -> int:
    """Return how many repeated splits a cell gets: five, gipspec's default, where time allows."""
    recommended = learner == "gbm" and method in ("within", "fd")
    return 5 if recommended or (learner == "ols" and method != "dummies") else 1


CELLS = tuple(
    Cell(method=method, learner=learner, reps=splits(method, learner))
    for learner in LEARNERS
    for method in METHODS
)


def recipe(cell: Cell) -> str:
    """Spell the learner with all its parameters, so that a changed default is a new recipe."""
    from gipspec.lang.vocabulary.learners import LEARNERS as ENTRIES

    names = [n for n in ENTRIES if n in LEARNERS[cell.learner].replace("(", " ").replace(",", " ").split()]
    defaults = (f"{n}({', '.join(f'{p.name}={p.default}' for p in ENTRIES[n].parameters)})" for n in names)
    parts = [LEARNERS[cell.learner], *defaults, f"revision {REVISION.get(cell.method, 1)}"]
    return "; ".join(parts)


def estimate(cell: Cell, draw: int) -> dict[str, object]:
    """Draw the panel of seed `draw`, write it, and run the spec of a cell on it."""
    import gipspec
    from gipspec.simulate import gip_panel, write_dta

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write_dta(gip_panel(draw), Path(folder) / "panel.dta")
        results = gipspec.loads(cell.spec(draw), folder=folder).run(jobs=1)
        found = results["cell"]
    return {
        "method": cell.method,
        "learner": cell.learner,
        "reps": cell.reps,
        "recipe": recipe(cell),
        "draw": draw,
        "coef": found.coef,
        "se": found.se,
        "low": found.ci[0],
        "high": found.ci[1],
        "seconds": round(time.perf_counter() - begun, 2),
    }


def saved(cell: Cell) -> dict[int, dict[str, str]]:
    """Return the rows of a cell by draw, as far as their recipe is today's."""
    wanted = (cell.method, cell.learner, str(cell.reps), recipe(cell))
    rows = read_rows(ROWS)
    return {int(r["draw"]): r for r in rows if (r["method"], r["learner"], r["reps"], r["recipe"]) == wanted}


def compute(cell: Cell, draws: Iterable[int], jobs: int) -> Iterator[dict[str, object]]:
    missing = [draw for draw in draws if draw not in saved(cell)]
    if jobs == 1:
        yield from (estimate(cell, draw) for draw in missing)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(estimate, [cell] * len(missing), missing)


def summary(cell: Cell) -> str:
    """The row of the table: means over draws, each with its Monte-Carlo error in parentheses."""
    rows = list(saved(cell).values())
    n = len(rows)
    if n < 2:
        return ""
    found = cover_of_rows(rows, TRUTH)
    ratio = found.se / found.sd
    share, error = found.share_text.split(" ")
    bold = "**" if cell.default else ""
    cells = (
        f"{bold}{'pooled, year in X' if cell.method == 'none' else f'`{cell.method}`'}{bold}",
        f"{bold}{cell.learner}{bold}",
        str(n),
        str(cell.reps),
        found.bias_text,
        f"{found.sd:.4f}",
        f"{found.se:.4f}",
        f"{ratio:.2f} ({ratio / math.sqrt(2 * (n - 1)):.2f})",
        f"{bold}{share}{bold} {error}",
        f"{math.fsum(float(r['seconds']) for r in rows) / n:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def table() -> str:
    head = (
        "| effects removed by | learner | draws | splits | bias | SD of estimates | mean SE | SE / SD "
        "| 95% interval covers | seconds |"
    )
    lines = [summary(cell) for method in METHODS for cell in CELLS if cell.method == method]
    return "\n".join([head, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|", *filter(None, lines)])


def main() -> None:
    parser = parser_of(__doc__, table=True)
    parser.add_argument(
        "--draws", type=int, help=f"{DEFAULT_DRAWS} for the default recipe, else {OTHER_DRAWS}"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", metavar="METHOD:LEARNER", default=[])
    options = parser.parse_args()
    known = {f"{cell.method}:{cell.learner}": cell for cell in CELLS}
    for name in options.only:
        if name not in known:
            parser.error(f"{name} is not one of {', '.join(known)}")
    chosen = [known[name] for name in options.only] or list(CELLS)
    for cell in [] if options.table else chosen:
        draws = options.draws or (DEFAULT_DRAWS if cell.default else OTHER_DRAWS)
        for row in compute(cell, range(1, draws + 1), options.jobs):
            append_rows(ROWS, FIELDS, [row])
        print(summary(cell), flush=True)
    put_table("coverage", table())


if __name__ == "__main__":
    main()
