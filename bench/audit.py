"""What do the mistakes of the audit cost? Each is made on 100 panels with known truth, beside what is right.

    python bench/audit.py                # all rules; below ten minutes on one core
    python bench/audit.py --only A05     # one rule; may be repeated
    python bench/audit.py --draws 5      # a look with fewer draws, which writes nothing
    python bench/audit.py --table        # no computation: write docs/audit.md from the rows

Results go to docs/results/audit.csv, and from there into docs/audit.md. Set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import mistakes as m
import numpy as np
from command import parser_of
from document import put_table
from mistakes import PANEL, QUICK, Experiment, bias, covers, measure_of, p_of, rejects
from rows import RESULTS, read_rows, write_rows
from trial import run_trial

from gipspec.engine import Results

ROWS = RESULTS / "audit.csv"
PAGE = "audit.md"
FIELDS = ("code", "mistake", "draws", "measure", "wrong", "wrong_error", "right", "right_error", "seconds")

BOOSTED = "defaults learner=rf(trees=20); reps=1; folds=3\n"
SOME, ALL = (" + ".join(f"x{j}" for j in range(k)) for k in (30, 60))
TWENTY = ", ".join(f"y{j}" for j in range(20))
BOUNDS = ("1%", "2%", "3%", "5%", "10%")


def differs(a: str, b: str) -> m.Value:
    """Say in standard errors how far two columns are apart."""
    return lambda r: abs(r[a].coef - r[b].coef) / r[b].se


def smallest(names: list[str]) -> m.Value:
    return lambda r: min(r[name].p for name in names)


def growth(name: str) -> m.Value:
    return lambda r: 100 * r[name].coef


def in_set(results: Results, name: str, truth: float) -> float:
    """Tell whether the Anderson-Rubin set holds the truth; it is two rays where its ends are reversed."""
    measures = dict(results[name].measures)
    low, high = measures["ar.low"], measures["ar.high"]
    if measures["ar.pieces"] == 0:
        return 0.0
    return float(low <= truth <= high) if low <= high else float(truth <= high or truth >= low)


def share(part: str, whole: str) -> m.Value:
    return lambda r: r[part].coef / r[whole].coef


EXPERIMENTS = (
    Experiment(
        code="A01",
        mistake="dummies of 60 units in a forest",
        draw=m.panel,
        spec=f"{PANEL}{BOOSTED}right <- y ~ d | x\nwrong <- right; fe_method=dummies",
        measures=(bias(0.5), covers(0.5)),
        draws=60,
    ),
    Experiment(
        code="A02",
        mistake="folds of rows, where a feature tells the city",
        draw=m.coarse,
        spec="defaults learner_y=rf(trees=20); learner_d=ols; reps=1; cluster=unit\n"
        "wrong <- y ~ d | own\nright <- wrong; folds=whole",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A03",
        mistake="robust errors, where errors of a city last",
        draw=m.serial,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x\nwrong <- right; cluster=none",
        measures=(covers(0.5),),
    ),
    Experiment(
        code="A04",
        mistake="one split; the same study with another seed",
        draw=m.noisy,
        spec=f"defaults learner=ols; folds=3\nwrong <- y ~ d | {SOME}; reps=1\nagain <- wrong; seed=7\n"
        "right <- wrong; reps=5\nonce <- right; seed=7",
        measures=(("moves by, in standard errors", differs("again", "wrong"), differs("once", "right")),),
    ),
    Experiment(
        code="A05",
        mistake="a mediator of half of the effect among the controls",
        draw=m.mediated,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x\nwrong <- right; add=m",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A06",
        mistake="least squares with 60 controls and 150 rows, out-of-fold R² below nought",
        draw=m.noisy,
        spec=f"{QUICK}wrong <- y ~ d | {ALL}\nright <- wrong; learner=lasso",
        measures=(("standard deviation", lambda r: r["wrong"].coef, lambda r: r["right"].coef), covers(0.5)),
        spread=("standard deviation",),
    ),
    Experiment(
        code="A07",
        mistake="controls leave 1% of the treatment rather than half",
        draw=m.determined,
        spec=f"{QUICK}wrong <- yn ~ near | x\nright <- yf ~ far | x",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A08",
        mistake="squares for boosted trees rather than for a lasso, where they matter",
        draw=m.curved,
        spec="defaults reps=1; folds=3\nboosted <- y ~ d | x + w; learner=gbm(trees=50)\n"
        "lasso <- boosted; learner=lasso\nwrong <- boosted; add=square(x)\nright <- lasso; add=square(x)",
        measures=(
            (
                "the column moves by, in standard errors",
                differs("wrong", "boosted"),
                differs("right", "lasso"),
            ),
        ),
        draws=30,
    ),
    Experiment(
        code="A09",
        mistake="significant here, insignificant there, where effects are equal",
        draw=m.groups,
        spec=f"{QUICK}east <- y ~ d | x; sample=east == 1\nwest <- east; sample=east == 0\n"
        "gap <- east - west",
        measures=(
            (
                "a difference is claimed",
                lambda r: float((r["east"].p < 0.05) != (r["west"].p < 0.05)),
                lambda r: float(r["gap"].p < 0.05),
            ),
        ),
    ),
    *(
        Experiment(
            code="A10",
            mistake=f"{clusters} and the normal distribution, rather than a permutation",
            draw=draw,
            spec=f"{PANEL}{QUICK}wrong <- y ~ d | x\nright <- wrong; placebo=119; placebo_by=design",
            measures=(
                rejects("rejects at 5% without an effect", p_of("wrong"), measure_of("right", "placebo.p")),
            ),
        )
        for clusters, draw in (("ten clusters", m.few), ("one treated cluster of 27", m.lone))
    ),
    Experiment(
        code="A10",
        mistake="five treated clusters of 50 and the normal distribution, rather than ten of 50",
        draw=m.several,
        spec=f"{PANEL}{QUICK}wrong <- y ~ five | x\nright <- y ~ ten | x",
        measures=(rejects("rejects at 5% without an effect", p_of("wrong"), p_of("right")),),
        draws=400,
    ),
    Experiment(
        code="A11",
        mistake="10% of each tail winsorised",
        draw=m.tails,
        spec=f"{QUICK}right <- y ~ d | x\nwrong <- right; winsor=10%",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A11",
        mistake="propensities cut at 30% and 70%, rather than at 1% and 99%",
        draw=m.overlap,
        spec=f"{QUICK}right <- y ~ d | x; model=irm; learner_d=logit\nwrong <- right; trim=30%",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A12",
        mistake="a component of the index as its mediator, rather than a column that nothing moves",
        draw=m.components,
        spec=f"{PANEL}{QUICK}let index = entropy(+r1, +r2, +r3)\nright <- index ~ d | x; via=m\n"
        "wrong <- index ~ d | x; via=r1",
        measures=(
            (
                "share mediated, truth 0",
                share("wrong.indirect", "wrong.total"),
                share("right.indirect", "right.total"),
            ),
            rejects("a mechanism is found at 5%", p_of("wrong.indirect"), p_of("right.indirect")),
        ),
    ),
    Experiment(
        code="A13",
        mistake="one coefficient, where effects grow by 0.4 a year; beside it an event study",
        draw=m.growing,
        spec=f"{PANEL}{QUICK}wrong <- y ~ d | x\nright <- wrong; event=-3..2; learner_d=ridge",
        measures=(
            ("bias", lambda r: r["wrong"].coef - m.GROWN, lambda r: r["right.overall"].coef - 0.9),
            (
                "95% interval covers",
                covers(m.GROWN, "wrong")[1],
                covers(0.9, "right.overall", "right.overall")[1],
            ),
        ),
    ),
    Experiment(
        code="A14",
        mistake="a sample without large units that holds them all; their effect is 3, not 0.5",
        draw=m.municipalities,
        spec=f"{PANEL}{QUICK}base <- y ~ d | x\nwrong <- base; sample=large < 2\n"
        "right <- base; sample=large < 1",
        measures=(
            bias(0.5),
            ("moves by, in standard errors", differs("wrong", "base"), differs("right", "base")),
        ),
    ),
    Experiment(
        code="A15",
        mistake="the usual interval with a first-stage F of about 1; beside it the Anderson-Rubin set",
        draw=m.instruments,
        spec=f"{QUICK}wrong <- yw ~ dw | x; iv=weak",
        measures=(("95% interval covers", covers(0.5)[1], lambda r: in_set(r, "wrong", 0.5)),),
    ),
    Experiment(
        code="A15",
        mistake="a weak instrument, and a strong one",
        draw=m.instruments,
        spec=f"{QUICK}wrong <- yw ~ dw | x; iv=weak\nright <- ys ~ ds | x; iv=strong",
        measures=(("median bias", bias(0.5)[1], bias(0.5)[2]),),
    ),
    Experiment(
        code="A16",
        mistake="effects of provinces by year for a policy of provinces, 2% of it recorded wrongly",
        draw=m.saturated,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x\nwrong <- right; fe=unit + province:year",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A18",
        mistake="the best of twenty outcomes, without an effect on any",
        draw=m.many,
        spec=f"{QUICK}try <- y0 ~ d | x; outcome=[{TWENTY}]",
        measures=(rejects("significant at 5%", smallest([f"try.y{j}" for j in range(20)]), p_of("try.y0")),),
        draws=60,
    ),
    Experiment(
        code="A19",
        mistake="effects of years alone",
        draw=m.panel,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x\nwrong <- right; fe=year",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A20",
        mistake="an interactive model on a panel with unit effects, and a linear one that removes them",
        draw=m.panel,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x\nwrong <- right; model=irm; learner_d=logit",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A21",
        mistake="no value just before adoption for a fourth of the adopters: an event study loses them",
        draw=m.gaps,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x; event=-2..2; learner_d=ridge\n"
        "wrong <- right; treatment=known",
        measures=(("standard error", lambda r: r["wrong.overall"].se, lambda r: r["right.overall"].se),),
        draws=30,
    ),
    Experiment(
        code="A22",
        mistake="propensities of a forest of three deep trees, rather than of a logit",
        draw=m.sensitive,
        spec=f"{QUICK}right <- y ~ d | x + w; model=irm; learner_d=logit; sensitivity=yes\n"
        "wrong <- right; learner_d=rf(trees=3, leaf=1)",
        measures=(
            (
                "robustness value",
                measure_of("wrong", "rv"),
                measure_of("right", "rv"),
            ),
        ),
        draws=60,
    ),
    Experiment(
        code="A24",
        mistake="a quantile among the noughts, rather than above them",
        draw=m.piled,
        spec=f"{QUICK}wrong <- y ~ d | x; model=qte; learner=logit; quantiles=[0.25, 0.75]",
        measures=(
            (
                "95% interval covers",
                covers(m.LOW_QUARTILE, "wrong.q25")[1],
                covers(0.5, "wrong.q75")[1],
            ),
        ),
        draws=60,
    ),
    Experiment(
        code="A25",
        mistake="three steps, with errors of two coefficients as if they were independent",
        draw=m.mediated,
        spec=f"{PANEL}{QUICK}total <- y ~ d | x\nthird <- total; add=m\nright <- total; via=m",
        measures=(
            (
                "the mechanism is found at 5%",
                lambda r: float(
                    abs(r["total"].coef - r["third"].coef) > 1.96 * np.hypot(r["total"].se, r["third"].se)
                ),
                lambda r: float(r["right.indirect"].p < 0.05),
            ),
        ),
    ),
    Experiment(
        code="A26",
        mistake="an index scaled year by year; its indicators grow everywhere",
        draw=m.yearly,
        spec=f"{PANEL}{QUICK}let all = entropy(+r1, +r2, +r3)\n"
        "let each = entropy(+r1, +r2, +r3, scale=year)\n"
        "wrong <- each ~ year | x; fe=none; cluster=unit\nright <- all ~ year | x; fe=none; cluster=unit",
        measures=(("growth a year of the index, in hundredths", growth("wrong"), growth("right")),),
    ),
    Experiment(
        code="A27",
        mistake="the best of no winsorising and five bounds, without an effect",
        draw=m.heavy,
        spec=f"{QUICK}base <- y ~ d | x\ncut <- base; winsor=[{', '.join(BOUNDS)}]",
        measures=(
            rejects(
                "significant at 5%",
                smallest(["base", *(f"cut.{bound.rstrip('%')}" for bound in BOUNDS)]),
                p_of("base"),
            ),
        ),
        draws=150,
    ),
    Experiment(
        code="A28",
        mistake="the effect in the high group, of what the treatment moves rather than of its value before",
        draw=m.moved,
        spec=f"{PANEL}{QUICK}wrong <- y ~ d | x; het=m\nright <- y ~ d | x; het=before",
        measures=(bias(0.5, "wrong.high", "right.high"), covers(0.5, "wrong.high", "right.high")),
    ),
    Experiment(
        code="A29",
        mistake="the rows with an outcome above nought",
        draw=m.tails,
        spec=f"{QUICK}right <- y ~ d | x\nwrong <- right; sample=y > 0",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A30",
        mistake="the treatment of the year before as instrument, and one from outside",
        draw=m.lagging,
        spec=f"{PANEL}{QUICK}right <- y ~ dose | x; iv=z\nwrong <- y ~ dose | x; iv=lag(dose)",
        measures=(bias(0.5), covers(0.5)),
    ),
    Experiment(
        code="A31",
        mistake="the outcome of the year before among the controls; the effect is 2",
        draw=m.dynamic,
        spec=f"{PANEL}{QUICK}right <- y ~ d | x\nwrong <- right; add=lag(y)",
        measures=(bias(2.0), covers(2.0)),
    ),
    Experiment(
        code="A32",
        mistake="19 draws rather than 199, with an effect of 0.5",
        draw=m.panel,
        spec=f"{PANEL}{QUICK}wrong <- y ~ d | x; placebo=19; placebo_by=design\nright <- wrong; placebo=199",
        measures=(rejects("p below 5%", measure_of("wrong", "placebo.p"), measure_of("right", "placebo.p")),),
    ),
)


def digits(seed: int) -> tuple[float, float]:
    """Draw an estimate; tell whether one digit of its error, and two, leave its stars open.

    Stars stand for levels of |t|; they are open where numbers that print alike have others.
    """
    rng = np.random.default_rng([seed, 91])
    se = 10.0 ** rng.uniform(-3, -2)
    coef = se * (2 + rng.normal())
    return open_stars(coef, se, 3), open_stars(coef, se, 4)


def open_stars(coef: float, se: float, decimals: int) -> float:
    half, b, s = 0.5 * 10.0**-decimals, abs(round(coef, decimals)), round(se, decimals)
    least, most = max(0.0, b - half) / (s + half), (b + half) / max(s - half, 1e-12)
    bounds = (1.6449, 1.9600, 2.5758)
    return float(sum(least > bound for bound in bounds) != sum(most > bound for bound in bounds))


def draw(one: Experiment, seed: int) -> Iterator[tuple[float, float]]:
    """Yield the values of the measures in a draw, with the mistake and without."""
    what = f"{one.code}, draw {seed}"
    results = run_trial(one.draw(seed), one.spec, what)
    failed = [p for p in results.problems if p.severity == "error"]
    if failed:
        raise SystemExit(f"{what}: {failed[0].message}")
    for _, wrong, right in one.measures:
        yield wrong(results), right(results)


def measured(one: Experiment) -> Iterator[dict[str, object]]:
    """Run an experiment and yield a row for each measure."""
    started = time.process_time()
    values = np.array([list(draw(one, seed)) for seed in range(1, one.draws + 1)])
    seconds = time.process_time() - started
    for k, (what, _, _) in enumerate(one.measures):
        yield row(one.code, one.mistake, what, values[:, k], what in one.spread, seconds / len(one.measures))


def row(
    code: str, mistake: str, what: str, values: np.ndarray, spread: bool, seconds: float
) -> dict[str, object]:
    """Summarise draws (n, 2): means with their Monte-Carlo errors, or standard deviations with theirs."""
    n = len(values)
    sd = values.std(axis=0, ddof=1)
    middle, error = (sd, sd / np.sqrt(2 * (n - 1))) if spread else (values.mean(axis=0), sd / np.sqrt(n))
    if what.startswith("median"):  # its error from the quartiles: these estimates have no variance
        low, high = np.quantile(values, (0.25, 0.75), axis=0)
        middle, error = np.median(values, axis=0), 1.2533 * (high - low) / 1.349 / np.sqrt(n)
    return {
        "code": code,
        "mistake": mistake,
        "draws": n,
        "measure": what,
        "wrong": f"{middle[0]:.4f}",
        "wrong_error": f"{error[0]:.4f}",
        "right": f"{middle[1]:.4f}",
        "right_error": f"{error[1]:.4f}",
        "seconds": f"{seconds:.1f}",
    }


def run(only: list[str], draws: int | None) -> None:
    """Run experiments and write their rows, in the order of codes; rows of others stay.

    With a number of draws that is not the experiments' own, rows are only printed.
    """
    rows: list[dict[str, object]] = [{**r} for r in read_rows(ROWS) if only and r["code"] not in only]
    if not only or "A17" in only:
        values = np.array([digits(seed) for seed in range(1, 4001)])
        mistake = "standard errors printed with one digit rather than two, t about 2"
        rows.append(row("A17", mistake, "stars that cannot be checked", values, False, 0.0))
    for one in EXPERIMENTS:
        if not only or one.code in only:
            rows += measured(replace(one, draws=draws or one.draws))
            print(*rows[-1].values(), file=sys.stderr)
            if draws is None:
                write_rows(ROWS, FIELDS, sorted(rows, key=lambda r: str(r["code"])))


PERCENT = ("covers", "rejects", "significant", "found", "claimed", "cannot be checked", "below 5%")


def number(text: str, error: str, what: str) -> str:
    if any(word in what for word in PERCENT):
        return f"{float(text):.0%} ({100 * float(error):.0f})"
    sign = "+" if "bias" in what else ""
    return f"{float(text):{sign}.3f} ({float(error):.3f})"


def table() -> str:
    lines = ["| rule | the mistake | what it costs | with it | without it |", "|---|---|---|---:|---:|"]
    for r in read_rows(ROWS):
        cells = [number(r[side], r[f"{side}_error"], r["measure"]) for side in ("wrong", "right")]
        lines.append(f"| {r['code']} | {r['mistake']} | {r['measure']} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def main() -> None:
    parser = parser_of(__doc__, table=True)
    parser.add_argument("--only", action="append", default=[], metavar="CODE")
    parser.add_argument("--draws", type=int, help="of each experiment; writes nothing")
    options = parser.parse_args()
    if not options.table:
        run(options.only, options.draws)
    if options.draws is None:
        put_table("costs", table(), PAGE)


if __name__ == "__main__":
    main()
