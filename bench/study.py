"""What a study costs: as a script of DoubleML and scikit-learn, and as a spec of gipspec.

    python bench/study.py            # a quarter of an hour on two cores; docs/results/study.csv and the table
    python bench/study.py --only defaults   # one stage anew; the others as they were measured
    python bench/study.py --quick    # a small version in half a minute, which writes nothing
    python bench/study.py --table    # no computation: the table in docs/performance.md from the rows

26 columns over one simulated panel of 281 cities and 18 years, then placebo draws: the study that papers of
this kind contain. The script (bench/study_doubleml.py) fits every column on its own. The spec has the same
data, folds, learners and random states, and both are run as a user runs them, from the start of the process
to its end. The estimates must agree to 1e-8. Each row is a measurement; the table holds the ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
from command import as_user, parser_of, user_environment
from document import put_table
from loopback import loopback
from rows import RESULTS, read_rows, write_rows

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent
ROWS = RESULTS / "study.csv"
TOLERANCE = 1e-8
FEW = 5  # draws of the script with scikit-learn's own forests, which are slow
MANY = 5  # times as many draws with gipspec's default, which are quick: a paper has 500
CONTROLS = ("lngdp", "density", "urban", "finance", "fdi", "government")
FOLDS = (3, 5, 8)
SEED = 42

HEAD = """
study "The study of a bench"
data "panel.csv"
panel city year
label gip "Green industrial park"
set own      = lngdp + density + urban + finance + fdi + government
set means    = mean_lngdp + mean_density + mean_urban + mean_finance + mean_fdi + mean_government
set controls = own + means + year
sample late   = year >= 2010
sample later  = year >= 2008
sample plain  = municipality == 0
sample before = year < 2020
sample r1 = region == 1
sample r2 = region == 2
sample r3 = region == 3
sample s0 = resource == 0
sample s1 = resource == 1
"""

COLUMNS = """
defaults fe=none; cluster=city; folds=fold5; reps=1{learner}
base        <- resilience_true ~ gip | controls
outcomes    <- base; outcome=[resist, recover, adapt]
mechanisms  <- base; outcome=[patents, upgrading]
dose        <- base; treatment=dose
samples     <- base; sample=[late, later, plain, before]
regions     <- base; sample=[r1, r2, r3]
resources   <- base; sample=[s0, s1]
winsor      <- base; winsor=[1%, 5%]
one         <- base; add=lowcarbon
two         <- base; add=smartcity
both        <- base; add=lowcarbon + smartcity
quad        <- base; add=square(own)
without_fdi <- base; drop=fdi
without_finance <- base; drop=finance
splits      <- base; folds=[fold3, fold8]
table main "Columns": base, outcomes, samples, winsor, quad
"""

PLACEBO = "fake <- base; placebo={draws}\n"
DEFAULT = "base <- resilience_true ~ gip | own\n"
DESIGN = "known <- base; placebo=999; placebo_by=design\n"


@dataclass(slots=True, kw_only=True)
class Bench:
    """A size, and what was measured so far: seconds by name."""

    folder: Path
    cities: int
    trees: int
    draws: int
    jobs: int
    how: tuple[str, ...] = ()
    rows: dict[str, float] = field(default_factory=dict)
    keep: Path | None = None

    def note(self, name: str, value: float) -> None:
        self.rows[name] = float(f"{value:.5g}")
        print(f"{name:<28} {value:10.4g}", flush=True)
        if self.keep:
            rows = [{"measured": name, "value": value} for name, value in self.rows.items()]
            write_rows(self.keep, ("measured", "value"), rows)

    @property
    def forest(self) -> str:
        return f"; learner=rf(trees={self.trees})"

    # ---------------------------------------------------------------- the data that both read

    def write_data(self) -> None:
        """Write the panel with its folds, and the permuted treatments of the placebo."""
        import pandas as pd

        from gipspec.learn import fold_map
        from gipspec.simulate import gip_panel

        panel = gip_panel(cities=self.cities).frame.copy()
        panel["lngdp"] = np.log(panel["gdp"])
        panel["dose"] = np.log1p(panel["parks"])
        for name in CONTROLS:
            panel[f"mean_{name}"] = panel.groupby("city")[name].transform("mean")
        unit = pd.factorize(panel["city"], sort=True)[0]
        for folds in FOLDS:
            panel[f"fold{folds}"] = fold_map(self.cities, folds, SEED, 0)[unit]
        panel.drop(columns=["city_name", "gip_year"]).to_csv(self.folder / "panel.csv", index=False)
        self._permuted(panel["gip"].to_numpy(float), unit, panel["year"].to_numpy()).to_csv(
            self.folder / "draws.csv", index=False
        )

    def _permuted(self, d: np.ndarray, unit: np.ndarray, year: np.ndarray) -> pd.DataFrame:
        import pandas as pd

        from gipspec.estimate import adoption_paths, permutations, permuted_treatment
        from gipspec.learn import derive_seed

        unit, period = unit.astype(np.int64), (year - year.min()).astype(np.int64)
        paths = adoption_paths(d, unit, period)
        donors = permutations(paths.group, self.draws, derive_seed(SEED, "placebo"))
        moved = permuted_treatment(paths, donors, unit, period)
        return pd.DataFrame({f"draw{b + 1}": row for b, row in enumerate(moved)})

    # ---------------------------------------------------------------- running

    def script(self, *, jobs: int | None, default: bool, draws: int) -> dict[str, object]:
        """Run the script; return its estimates and the seconds of its two parts."""
        arguments = ["--trees", str(self.trees), "--seed", str(self._random_state()), "--draws", str(draws)]
        arguments += [] if default else ["--leaf", "5", "--features", str(1 / 3)]
        arguments += [] if jobs is None else ["--jobs", str(jobs)]
        program = [sys.executable, str(HERE / "study_doubleml.py"), str(self.folder), *arguments]
        done = subprocess.run(program, capture_output=True, text=True, check=True)
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def _random_state(self) -> int:
        """Return the random state that gipspec gives the forests of its first split."""
        import gipspec
        from gipspec.engine.tasks import describe
        from gipspec.learn import derive_seed

        text = f"{HEAD}{COLUMNS.format(learner=self.forest)}"
        learner = gipspec.loads(text, folder=self.folder).require().model("base").settings.learner_y
        return derive_seed(SEED, "fit", describe(learner), 0)

    def run(self, text: str, store: str, *, jobs: int = 0, on: str = "", fitting: bool = False) -> float:
        """Run a spec, here or `on` a cluster; return the seconds from the start of its process to the end.

        With `fitting` those of fits alone are noted by the way.
        """
        spec = self.folder / "study.gip"
        spec.write_text(f"{HEAD}{text}", encoding="utf-8")
        where = ["--on", on] if on else ["-j", str(jobs or self.jobs)]
        return self.command(spec, store, *where, fitting=fitting)

    def command(self, spec: Path, store: str, *options: str, fitting: bool = False) -> float:
        """Run `gipspec run` on a file; return its seconds."""
        places = ["--store", str(self.folder / store), "--out", str(self.folder / "out")]
        arguments = ["run", str(spec), *options, *places]
        program = [sys.executable, __file__, "--fitting"] if fitting else as_user()
        environment = user_environment(GIPSPEC_BENCH=str(self.folder / "fitting.json"))
        begun = time.perf_counter()
        done = subprocess.run([*program, *arguments], capture_output=True, text=True, env=environment)
        took = time.perf_counter() - begun
        if done.returncode:
            raise SystemExit(done.stderr)
        return took

    def results(self) -> dict[str, object]:
        text = (self.folder / "out" / "results.json").read_text(encoding="utf-8")
        found: dict[str, object] = json.loads(text)
        return found


def gap(ours: dict[str, object], script: dict[str, object]) -> float:
    """Return the largest difference of an estimate or a standard error, columns and draws."""
    found = {e["name"]: (e["coef"], e["se"]) for e in ours["estimates"]}  # type: ignore[attr-defined]
    for series in ours["series"]:  # type: ignore[attr-defined]
        if series["kind"] == "placebo":
            pairs = zip(series["columns"]["coef"], series["columns"]["se"], strict=True)
            found |= {f"draw{b + 1}": pair for b, pair in enumerate(pairs)}
    theirs: dict[str, list[float]] = script["found"]  # type: ignore[assignment]
    missing = theirs.keys() - found.keys()
    if missing:
        raise SystemExit(f"the spec has no {sorted(missing)}; it has {sorted(found)}")
    return max(float(np.abs(np.subtract(found[name], theirs[name])).max()) for name in theirs)


# ---------------------------------------------------------------- stages


def same_learners(bench: Bench) -> None:
    """The same forests in both: what is saved by sharing, and by two cores."""
    columns, placebo = COLUMNS.format(learner=bench.forest), PLACEBO.format(draws=bench.draws)
    script = bench.script(jobs=None, default=False, draws=bench.draws)
    bench.note("script.columns", float(str(script["columns"])))
    bench.note("script.draws", float(str(script["draws"])))
    bench.note("columns", bench.run(columns, "a"))
    bench.note("placebo", bench.run(columns + placebo, "a"))
    difference = gap(bench.results(), script)
    bench.note("difference", difference)
    if difference > TOLERANCE:
        raise SystemExit("the estimates of script and spec differ")
    bench.note("warm", bench.run(columns + placebo, "a"))
    bench.note("label", bench.run((columns + placebo).replace('"Columns"', '"Main"'), "a"))
    bench.note("edit", bench.run((columns + placebo).replace("winsor=[1%, 5%]", "winsor=[1%, 4%]"), "a"))
    bench.note("one_core", bench.run(columns, "b", jobs=1, fitting=True))
    for name, value in json.loads((bench.folder / "fitting.json").read_text(encoding="utf-8")).items():
        bench.note(name, value)


def all_cores(bench: Bench) -> None:
    """The same forests, but the script's use all cores themselves."""
    script = bench.script(jobs=-1, default=False, draws=0)
    bench.note("parallel_script.columns", float(str(script["columns"])))


def defaults(bench: Bench) -> None:
    """gipspec's default learner, and the forest that scikit-learn gives without arguments, on all cores."""
    draws = MANY * bench.draws
    columns, placebo = COLUMNS.format(learner=""), PLACEBO.format(draws=draws)
    bench.note("default.draws", draws)
    bench.note("default.columns", bench.run(columns, "d"))
    bench.note("default.placebo", bench.run(columns + placebo, "d"))
    bench.note("default.warm", bench.run(columns + placebo, "d"))
    few = min(FEW, bench.draws)
    script = bench.script(jobs=-1, default=True, draws=few)
    bench.note("default_script.columns", float(str(script["columns"])))
    bench.note("default_script.draw", float(str(script["draws"])) / few)


def design(bench: Bench) -> None:
    """999 draws whose propensity is known, beyond the base model: effects removed, five splits."""
    bench.note("design.base", bench.run(DEFAULT, "e"))
    bench.note("design.warm", bench.run(DEFAULT, "e"))
    bench.note("design.both", bench.run(DEFAULT + DESIGN, "e"))


def cluster(bench: Bench) -> None:
    """The columns on a Dask cluster of one worker and of two."""
    columns = COLUMNS.format(learner=bench.forest)
    for workers, name in enumerate(("one", "two"), start=1):
        with loopback(bench.folder / f"dask-{name}", workers) as on:
            bench.note(f"dask.{name}", bench.run(columns, f"dask-{name}-store", on=on))


def paper(bench: Bench) -> None:
    """The whole study of specs/gip.gip, then unchanged: the middle of three runs."""
    spec = HERE.parent / "specs" / "gip.gip"
    bench.note("paper.first", bench.command(spec, "paper", *bench.how))
    bench.note("paper.again", median(bench.command(spec, "paper", *bench.how) for _ in range(3)))
    bench.note("paper.estimates", len(bench.results()["estimates"]))  # type: ignore[arg-type]


STAGES: tuple[Callable[[Bench], None], ...] = (same_learners, all_cores, defaults, design, cluster, paper)
NAMES = tuple(stage.__name__ for stage in STAGES)


# ---------------------------------------------------------------- table


def lines(r: dict[str, float], draws: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of the table: what, the script, gipspec, the ratio and what it should be."""

    def row(what: str, theirs: float, ours: float, least: str) -> tuple[str, str, str, str]:
        return what, f"{theirs:.1f}", f"{ours:.1f}", f"**{theirs / ours:.1f}×**{least}"

    script = r["script.columns"] + r["script.draws"]
    ours = r["columns"] + r["placebo"]
    yield row(f"26 columns and {draws} placebo draws, the same forests", script, ours, " (≥ 2)")
    yield row("the columns alone", r["script.columns"], r["columns"], "")
    yield row(
        "the columns, the script's forests on all cores", r["parallel_script.columns"], r["columns"], ""
    )
    yield row("one line edited (winsor)", script, r["edit"], "")
    yield row("nothing edited", script, r["warm"], " (< 2 s)")
    yield row("a label edited", script, r["label"], " (< 2 s)")
    yield row(
        "the columns, each with its default learner",
        r["default_script.columns"],
        r["default.columns"],
        " (≥ 5)",
    )
    draw = (r["default.placebo"] - r["default.warm"]) / r["default.draws"]
    theirs = r["default_script.draw"]
    yield (
        "a placebo draw, default learners",
        f"{theirs:.2f}",
        f"{draw:.2f}",
        f"**{theirs / draw:.0f}×** (≥ 20)",
    )


def table(r: dict[str, float], draws: int) -> str:
    head = ["| | script, s | gipspec, s | ratio |", "|---|---:|---:|---:|"]
    body = [f"| {' | '.join(cells)} |" for cells in lines(r, draws)]
    share = 100 * (r["one_core"] - r["fitting"]) / r["fitting"]
    beyond = r["design.both"] - r["design.warm"]
    more = [
        "",
        "| | measured | should be |",
        "|---|---:|---:|",
        f"| largest difference of an estimate or standard error | {r['difference']:.0e} | ≤ 1e-8 |",
        f"| all that is not fitting, as a share of fitting (`-j 1`) | {share:.1f}% | < 5% |",
        f"| the columns with `-j 2` against `-j 1` | {r['one_core'] / r['columns']:.2f}× | ≥ 1.8× |",
        f"| the columns on two Dask workers against one | {r['dask.one'] / r['dask.two']:.2f}× | ≥ 1.7× |",
        f"| `placebo=999; placebo_by=design` beyond its base model | {beyond:.1f} s | < 5 s |",
        f"| {r['paper.estimates']:.0f} estimates, `specs/gip.gip`, anew | {r['paper.first']:.0f} s | |",
        f"| the same, run again unchanged | {r['paper.again']:.1f} s | < 2 s |",
    ]
    return "\n".join([*head, *body, *more])


def saved() -> dict[str, float]:
    return {row["measured"]: float(row["value"]) for row in read_rows(ROWS)}


def timed_run(arguments: list[str]) -> None:
    """Run gipspec in this process and write down the seconds that its fits take."""
    from gipspec.cli.main import main as gipspec
    from gipspec.engine import executor
    from gipspec.engine.tasks import Outcomes, Task, perform

    spent = {"fitting": 0.0, "fits": 0.0}

    def timed(task: Task) -> Outcomes:
        begun = time.perf_counter()
        outcomes = perform(task)
        spent["fitting"] += time.perf_counter() - begun
        spent["fits"] += len(outcomes)
        return outcomes

    try:
        with patch.object(executor, "perform", timed):
            gipspec(arguments)
    finally:
        Path(os.environ["GIPSPEC_BENCH"]).write_text(json.dumps(spent), encoding="utf-8")


def main() -> None:
    if "--fitting" in sys.argv:
        timed_run(sys.argv[sys.argv.index("--fitting") + 1 :])
        return
    parser = parser_of(__doc__, table=True)
    parser.add_argument(
        "--quick", action="store_true", help="60 cities, 10 trees, 3 draws; writes no document"
    )
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2, help="fits at a time of gipspec")
    parser.add_argument("--only", action="append", choices=NAMES, help="measure a stage anew, keep the rest")
    options = parser.parse_args()
    if not options.table:
        with tempfile.TemporaryDirectory() as folder:
            sizes = (60, 10, 3) if options.quick else (281, 100, options.draws)
            keep = None if options.quick else ROWS
            cities, trees, draws = sizes
            bench = Bench(
                folder=Path(folder),
                cities=cities,
                trees=trees,
                draws=draws,
                jobs=options.jobs,
                how=("--draft",) if options.quick else (),
                keep=keep,
            )
            bench.rows.update(saved() if options.only and keep else {})
            bench.write_data()
            bench.note("draws", draws)
            for stage in STAGES:
                if not options.only or stage.__name__ in options.only:
                    stage(bench)
        rows = bench.rows
    else:
        rows = saved()
    if options.quick and options.only:
        return
    text = table(rows, int(rows["draws"]))
    print(text)
    if not options.quick:
        put_table("study", text, "performance.md")


if __name__ == "__main__":
    main()
