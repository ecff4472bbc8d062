"""Time and memory by the number of rows and columns: a partially linear model on boosted trees.

    python bench/scale.py                        # all sizes; continues where it was stopped
    python bench/scale.py --most 500000          # no more rows than these
    python bench/scale.py --dask                 # on a Dask cluster of one worker, which it starts
    python bench/scale.py --on dask://host:8786  # on a cluster; rows of their own in the results
    python bench/scale.py --table                # no computation: write docs/performance.md from the rows

Each size is a run as a user starts it, on one worker, so that the peak of its memory is that of one process.
On a cluster it is the larger of the peaks of that process and of a worker. Data come from a parquet file of
float64 columns. Rows go to docs/results/scale.csv; `--again` measures anew.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from command import parser_of
from document import put_table
from loopback import loopback
from rows import RESULTS, append_rows, read_rows

ROWS = RESULTS / "scale.csv"
DASK = "Dask"
FIELDS = ("where", "rows", "columns", "seconds", "peak_mb", "data_mb")
SIZES = (
    *((rows, 20) for rows in (5_000, 50_000, 500_000, 5_000_000)),
    *((50_000, columns) for columns in (10, 50, 100, 200)),
    (500_000, 200),
)
SPEC = """
data "data.parquet"
set controls = {controls}
base <- y ~ d | controls; learner=gbm(trees=20); folds=2; reps=1; fe=none; cluster=none
"""
BLOCK = 250_000  # rows that are drawn at a time: the data of a large size are never whole in this process


def write_data(path: Path, rows: int, columns: int) -> None:
    """Draw a cross-section with non-linear confounding and write it in blocks."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(rows + columns)
    names = [f"x{j + 1}" for j in range(columns)]
    schema = pa.schema([(name, pa.float64()) for name in ("y", "d", *names)])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, BLOCK):
            n = min(BLOCK, rows - start)
            x = rng.normal(size=(n, columns))
            g = np.sin(x[:, 0]) + x[:, 1] ** 2 / 2
            d = 0.5 * g + rng.normal(size=n)
            y = 0.5 * d + g + rng.normal(size=n)
            writer.write_table(pa.table([y, d, *x.T], schema=schema))


def measure(rows: int, columns: int, on: str) -> dict[str, object]:
    """Run one size; return its seconds and the peak of its memory in megabytes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / "data.parquet", rows, columns)
        controls = " + ".join(f"x{j + 1}" for j in range(columns))
        (folder / "study.gip").write_text(SPEC.format(controls=controls), encoding="utf-8")
        places = ["--out", str(folder / "out"), "--store", str(folder / "store")]
        how = ["--on", on] if on else ["-j", "1"]
        begun = time.perf_counter()
        program = [sys.executable, "-m", "gipspec", "run", str(folder / "study.gip"), *places, *how]
        with (folder / "said").open("w") as said:
            child = subprocess.Popen(program, stdout=said, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit((folder / "said").read_text())
    peak = max(usage.ru_maxrss, _peak_of_workers(on) if on else 0)
    return {
        "where": on or "local",
        "rows": rows,
        "columns": columns,
        "seconds": round(took, 1),
        "peak_mb": round(peak * 1024 / 1e6),
        "data_mb": round(rows * (columns + 2) * 8 / 1e6, 1),
    }


def _peak_of_workers(on: str) -> int:
    """Return the largest peak of a worker so far, in kilobytes."""
    from dask.distributed import Client

    with Client(on.replace("dask://", "tcp://")) as client:  # type: ignore[no-untyped-call]
        found = client.run(resource.getrusage, resource.RUSAGE_SELF)
    return max(int(usage.ru_maxrss) for usage in found.values())


def on_own_cluster(rows: int, columns: int) -> dict[str, object]:
    """Run one size on a new cluster of one worker, whose peak is that of this size alone."""
    with tempfile.TemporaryDirectory() as name, loopback(Path(name) / "dask", 1) as address:
        return measure(rows, columns, address) | {"where": DASK}


def table() -> str:
    """The last measurement of each size; the memory of Python and its libraries is part of it."""
    last = {(r["where"].partition(":")[0], int(r["rows"]), int(r["columns"])): r for r in read_rows(ROWS)}
    lines = ["| where | rows | controls | data, MB | time, s | peak, MB | peak / data |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    for (where, rows, columns), r in sorted(last.items(), key=lambda e: (e[0][0] != "local", *e[0])):
        data, peak = float(r["data_mb"]), float(r["peak_mb"])
        share = f"{peak / data:.1f}" if data > 100 else ""
        took = float(r["seconds"])
        lines.append(f"| {where} | {rows:,} | {columns} | {data:.0f} | {took:.1f} | {peak:.0f} | {share} |")
    return "\n".join(lines)


def main() -> None:
    parser = parser_of(__doc__, table=True)
    parser.add_argument("--most", type=int, default=5_000_000, help="rows")
    parser.add_argument("--on", default="", metavar="dask://HOST:PORT")
    parser.add_argument("--dask", action="store_true", help="on a cluster of one worker, started for it")
    parser.add_argument("--again", action="store_true", help="measure what was measured before")
    parser.add_argument("--dry", action="store_true", help="print, and write nothing")
    options = parser.parse_args()
    where = options.on or (DASK if options.dask else "local")
    done = {(r["where"], int(r["rows"]), int(r["columns"])) for r in read_rows(ROWS)}
    for rows, columns in () if options.table else SIZES:
        if rows > options.most or ((where, rows, columns) in done and not options.again):
            continue
        row = on_own_cluster(rows, columns) if options.dask else measure(rows, columns, options.on)
        print(*(f"{name}={value}" for name, value in row.items()), flush=True)
        if not options.dry:
            append_rows(ROWS, FIELDS, [row])
    if not options.dry:
        put_table("scale", table(), "performance.md")


if __name__ == "__main__":
    main()
