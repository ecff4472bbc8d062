"""Do 95% intervals cover? Simple truths with the right learner, the simulated panel with the default one.

    python bench/estimators.py                 # all designs of bench/designs.py; measures what has no rows
    python bench/estimators.py --only panel    # one design; may be repeated
    python bench/estimators.py --table         # no computation: write docs/validation.md from the rows

A draw is a data file and a spec, run as a user would. Rows go to docs/results/estimators.csv: each estimate
that has a true value, and each p-value that is uniform by construction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from command import parser_of
from cover import cover_of_rows, share_text
from designs import DESIGNS, Design
from document import put_table
from rows import RESULTS, append_rows, read_rows
from trial import run_trial

ROWS = RESULTS / "estimators.csv"
FIELDS = ("design", "draw", "name", "coef", "se", "low", "high", "p")
LEVEL = 0.05


def run(design: Design, draw: int, lines: set[str]) -> Iterator[dict[str, object]]:
    """Draw the data, run lines of the spec, and yield a row for each of their estimates and nulls."""
    spec = f"defaults seed={draw}\n{design.spec}"
    what = f"{design.name}, draw {draw}"
    found = {e.name: e for e in run_trial(design.draw(draw), spec, what, sorted(lines))}
    for name in (n for n in design.truth if line_of(n) in lines):
        if name in found:
            e = found[name]
            yield {
                "name": name,
                "coef": shorter(e.coef),
                "se": shorter(e.se),
                "low": shorter(e.ci[0]),
                "high": shorter(e.ci[1]),
                "p": shorter(e.p),
            }
        elif draw == 1:
            print(f"{design.name}: no estimate {name}; there are {sorted(found)}")
    for name, measure in ((n, m) for n, m in design.nulls if line_of(n) in lines):
        if name in found and measure in dict(found[name].measures):
            yield {"name": f"{name} {measure}", "p": shorter(dict(found[name].measures)[measure])}
        elif draw == 1:
            print(f"{design.name}: {name} has no {measure}")


def shorter(value: float) -> float:
    """Keep seven digits: the rows are many, and stay in the repository."""
    return float(f"{value:.7g}")


def line_of(name: str) -> str:
    """Return the line of the spec that an estimate, or a p-value of one, is from."""
    return re.split(r"[. ]", name, maxsplit=1)[0]


def measure(design: Design, draws: int) -> None:
    """Measure the lines of a design that have no row of a draw."""
    lines = {line_of(name) for name in (*design.truth, *(n for n, _ in design.nulls))}
    done = {(int(r["draw"]), line_of(r["name"])) for r in read_rows(ROWS) if r["design"] == design.name}
    for draw in range(1, draws + 1):
        missing = {line for line in lines if (draw, line) not in done}
        if missing:
            found = [{"design": design.name, "draw": draw, **row} for row in run(design, draw, missing)]
            append_rows(ROWS, FIELDS, found)


def covered(rows: list[dict[str, str]], truth: float) -> str:
    found = cover_of_rows(rows, truth)
    return (
        f"{truth:.4f} | {found.n} | {found.bias_text} | {found.sd:.4f} | {found.se:.4f} | {found.share_text}"
    )


def table(designs: list[Design]) -> str:
    rows = read_rows(ROWS)
    lines = [
        "| design | estimate | truth | draws | bias | SD of estimates | mean SE | 95% interval covers |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for design in designs:
        for name, truth in design.truth.items():
            own = [r for r in rows if (r["design"], r["name"]) == (design.name, name)]
            if len(own) > 1:
                lines.append(f"| {design.name} | `{name}` | {covered(own, truth)} |")
    lines += [
        "",
        "| design | test under the null | draws | rejects at 5% | rejects at 10% | mean p |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for design in designs:
        for name, of in design.nulls:
            p = np.array(
                [float(r["p"]) for r in rows if (r["design"], r["name"]) == (design.name, f"{name} {of}")]
            )
            if len(p) > 1:
                tail = [share_text(float(np.mean(p <= level)), len(p)) for level in (LEVEL, 2 * LEVEL)]
                lines.append(
                    f"| {design.name} | `{name}`, {of} | {len(p)} | {tail[0]} | {tail[1]} | {p.mean():.3f} |"
                )
    return "\n".join(lines)


def main() -> None:
    parser = parser_of(__doc__, table=True)
    parser.add_argument("--draws", type=int, help="500 of a simple design, 100 of the panel")
    parser.add_argument("--only", action="append", choices=sorted(DESIGNS), default=[])
    options = parser.parse_args()
    for name in [] if options.table else options.only or list(DESIGNS):
        measure(DESIGNS[name], options.draws or DESIGNS[name].draws)
    hard = [DESIGNS["parks"], DESIGNS["changes"]]
    put_table("estimators", table([d for d in DESIGNS.values() if d not in hard]))
    put_table("parks", table(hard))


if __name__ == "__main__":
    main()
