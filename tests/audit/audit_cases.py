"""For each rule of the audit, lines that commit its mistake and lines that do not, on one simulated panel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

import gipspec
from gipspec.api import Loaded
from gipspec.diagnostics import Finding
from gipspec.engine import Results

HEAD = 'data "panel.csv"\npanel unit year\ndefaults learner=ols; reps=2; folds=3\n'
ROWS = 'data "panel.csv"\ndefaults learner=ols; reps=2; folds=3\n'


@dataclass(frozen=True)
class Case:
    """A rule, lines with its mistake and without; `runs` tells whether it needs the results of a run."""

    code: str
    mistake: str
    right: str
    runs: bool = False
    head: str = HEAD
    remedied: bool = True  # there is a line of spec that ends it


def panel() -> pd.DataFrame:
    """60 units in 12 provinces over 8 years, with adoption in three years."""
    rng = np.random.default_rng(3)
    units, years = 60, 8
    n = units * years
    unit, year = np.repeat(np.arange(units), years), np.tile(np.arange(2001, 2001 + years), units)
    province = unit // 5
    alpha = rng.normal(size=units)[unit]
    start = np.choose(rng.permutation(units) % 4, [2003, 2005, 2007, 2100])[unit]
    d = (year >= start).astype(int)
    x, w, noise, z = rng.normal(size=(4, n))
    weak = 0.02 * x + rng.normal(size=n)
    dose = 0.6 * x + 0.8 * z + 0.5 * d + alpha + rng.normal(size=n)
    m = 0.5 * d + x + alpha + rng.normal(size=n)
    y = x + 0.4 * m + 0.5 * d + 0.5 * dose + alpha + rng.normal(size=n)
    policy = (rng.random((12, years)) < 0.5)[province, year - 2001]
    flips = rng.random(n) < 0.01
    columns = {
        "unit": unit,
        "year": year,
        "province": province,
        "name": np.char.add("City ", unit.astype(str)),
        "zone": np.char.add("Zone ", province.astype(str)),
        "y": y,
        "d": d,
        "x": x,
        "w": w,
        "noise": noise,
        "m": m,
        "dose": dose,
        "z": z,
        "weak": weak,
        "own": np.where(unit % 2 == 0, x, 3 * x),
        "near": x + 0.001 * noise,
        "b": (rng.random(n) < expit(x)).astype(int),
        "sure": (rng.random(n) < expit(4 * x)).astype(int),
        "policy": np.where(flips, ~policy, policy).astype(int),
        "r1": y + 0.1 * rng.normal(size=n),
        "r2": y + w,
        "r3": noise - 0.5 * y,
        "fold": rng.integers(1, 4, n),
        "whole": 1 + unit % 3,
        "piled": np.maximum(y, 0.5),
        "known": np.where((unit == 1) & (year == 2004), np.nan, (unit <= 20) & (year >= 2005)),
        "lone": ((unit == 7) & (year >= 2005)).astype(int),
        "pilot": (np.isin(province, (1, 4, 6, 9)) & (year >= 2005)).astype(int),
        "likely": (rng.random(n) < expit(2 * x)).astype(int),
        "rare": (rng.random(n) < expit(2 * x - 3)).astype(int),
    }
    return pd.DataFrame(columns)


BASE = "base <- y ~ d | x\n"
INDEX = "let index = entropy(+r1, +r2, -r3)\n"
SEEDS = ", ".join(str(seed) for seed in range(1, 21))

CASES = (
    Case("A01", "base <- y ~ d | x; fe_method=dummies; learner=rf(trees=3)", BASE),
    Case("A01", "base <- y ~ d | x + unit; learner=rf(trees=3)", "base <- y ~ d | x; learner=rf(trees=3)"),
    Case("A01", "base <- y ~ d | x + unit", "base <- y ~ d | x + year"),
    Case(
        "A01",
        "base <- y ~ d | x + name; learner=rf(trees=3)",
        "base <- y ~ d | x + zone; learner=rf(trees=3)",
    ),
    Case("A02", "base <- y ~ d | x; cluster=unit", "base <- y ~ d | x; cluster=unit; folds=whole", head=ROWS),
    Case("A02", "base <- y ~ d | x; fe=unit + year", BASE, head=ROWS),
    Case(
        "A02",
        "base <- y ~ d | x; cluster=province; folds=fold",
        "base <- y ~ d | x; cluster=province; folds=province",
        head=ROWS,
    ),
    Case("A02", f"{BASE}coarse <- base; cluster=province", f"{BASE}coarse <- base; cluster=unit + year"),
    Case(
        "A02",
        "base <- y ~ d | x; cluster=unit; folds=fold",
        "base <- y ~ d | x; cluster=unit; folds=whole",
        head=ROWS,
    ),
    Case("A03", f"{BASE}none <- base; cluster=none", f"{BASE}two <- base; cluster=unit + year"),
    Case("A03", f"{BASE}yearly <- base; cluster=year", BASE),
    Case("A03", "base <- y ~ x | w; cluster=fold", "base <- y ~ x | w; cluster=province"),
    Case("A03", "base <- y ~ pilot | x", "base <- y ~ pilot | x; cluster=province"),
    Case("A03", "base <- y ~ pilot | x; cluster=unit + year", BASE),
    Case("A04", f"{BASE}once <- base; reps=1", BASE),
    Case("A05", f"{BASE}mech <- base; via=m\nmore <- base; add=w + m", f"{BASE}mech <- base; via=m"),
    Case("A05", "base <- y ~ d | x + y^2", "base <- y ~ d | x"),
    Case("A05", "let ly = y / 2\nbase <- ly ~ d | x + w:y", "let ly = y / 2\nbase <- ly ~ d | x + w"),
    Case("A05", "base <- y ~ d | x + d:w", "base <- y ~ d | x + w"),
    Case("A06", f"{BASE}deep <- y ~ d | noise; learner=rf(trees=1, leaf=1)", BASE, runs=True),
    Case("A07", "base <- y ~ near | x; fe=none", "base <- y ~ x | w; fe=none", runs=True, remedied=False),
    Case(
        "A07",
        "base <- y ~ rare | x; model=irm; learner_d=logit; trim=0.1%",
        "base <- y ~ rare | x; model=irm; learner_d=logit; trim=0.1%; target=att",
        runs=True,
        head=ROWS,
    ),
    Case(
        "A08",
        "base <- y ~ d | x; learner=rf(trees=3)\nquad <- base; add=square(x)",
        f"{BASE}quad <- base; add=square(x)",
    ),
    Case(
        "A09",
        f"{BASE}early <- base; sample=year < 2005\nlate <- base; sample=year >= 2005",
        f"{BASE}early <- base; sample=year < 2005\nlate <- base; sample=year >= 2005\ngap <- early - late",
    ),
    Case(
        "A08",
        "let xs = x^2\nbase <- y ~ d | x; learner=rf(trees=3)\nquad <- base; add=xs",
        f"let xs = x^2\n{BASE}quad <- base; add=xs",
    ),
    Case(
        "A09",
        f"{BASE}one <- base; sample=province in [1, 2] and x > 0\n"
        "two <- base; sample=x > 0 and province in [3, 4]",
        f"{BASE}one <- base; sample=province in [1, 2]\ntwo <- base; sample=province in [2, 3]",
    ),
    Case("A10", "base <- y ~ d | x; sample=unit < 20", BASE, runs=True),
    Case("A10", "base <- y ~ lone | x", BASE, runs=True),
    Case("A11", f"{BASE}cut <- base; winsor=10%", f"{BASE}cut <- base; winsor=5%"),
    Case("A11", "let yw = winsor(y, 10%)\nbase <- yw ~ d | x", "let yw = winsor(y, 5%)\nbase <- yw ~ d | x"),
    Case(
        "A11",
        "let xw = log(1 + 2 * winsor(abs(x), 10%))\nbase <- y ~ d | xw",
        f"let unused = winsor(x, 10%)\n{BASE}by <- base; het=unused",
    ),
    Case(
        "A11",
        "base <- y ~ sure | x; model=irm; learner_d=logit; trim=10%",
        "base <- y ~ b | x; model=irm; learner_d=logit",
        runs=True,
        head=ROWS,
    ),
    Case(
        "A11",
        "base <- y ~ sure | x\ninter <- base; model=irm; learner_d=logit; trim=10%",
        "base <- y ~ b | x\ninter <- base; model=irm; learner_d=logit",
        runs=True,
        head=ROWS,
    ),
    Case(
        "A11",
        "base <- y ~ likely | x; model=irm",  # the learner of HEAD and ROWS is `ols`
        "base <- y ~ likely | x; model=irm; learner_d=logit",
        runs=True,
        head=ROWS,
    ),
    Case("A12", f"{INDEX}base <- index ~ d | x + r1", f"{INDEX}base <- index ~ d | x"),
    Case("A12", f"{INDEX}base <- index ~ d | x; via=[m, r2]", f"{INDEX}base <- index ~ d | x; via=m"),
    Case("A12", "let s = r1 + r2\nbase <- s ~ d | x + r1", "let s = r1 + r2\nbase <- s ~ d | x + r3"),
    Case(
        "A12", "let s = r1 - r2 + r3\nbase <- s ~ d | x; via=r2", "let s = r1 - r2\nbase <- s ~ d | x; via=m"
    ),
    Case("A12", "let s = (r1 + r2) / 2\nbase <- s ~ d | x + r2", "let s = r1 / r2\nbase <- s ~ d | x + r2"),
    Case("A13", BASE, f"{BASE}event <- base; event=-2..2", runs=True),
    Case(
        "A14", f"{BASE}all <- base; sample=year > 1900", f"{BASE}some <- base; sample=year > 2002", runs=True
    ),
    Case("A15", "base <- y ~ dose | x; iv=weak", "base <- y ~ dose | x; iv=z", runs=True),
    Case(
        "A16",
        "base <- y ~ policy | x; fe=unit + province:year",
        "base <- y ~ policy | x; fe=unit + year",
        runs=True,
    ),
    Case("A17", f"{BASE}table t: base; digits=0", f"{BASE}table t: base; digits=2", runs=True),
    Case(
        "A18",
        f"{BASE}again <- base; seed=[{SEEDS}]\ntable t: base",
        f"{BASE}again <- base; seed=[{SEEDS}]\ntable t: base, again",
        runs=True,
        head=HEAD.replace("reps=2", "reps=1"),
    ),
    Case("A19", "base <- y ~ d | x; fe=year", BASE),
    Case("A20", "base <- y ~ d | x; model=irm", f"{BASE}inter <- base; model=irm"),
    Case(
        "A21",
        "base <- y ~ known | x; placebo=99; placebo_by=design",
        "base <- y ~ known | x; placebo=99; placebo_by=design; sample=unit != 1",
        runs=True,
        remedied=False,
    ),
    Case(
        "A22",
        "base <- y ~ d | x; model=irm; learner_d=rf(trees=3, leaf=1); trim=10%; sensitivity=yes",
        "base <- y ~ d | x; model=irm; learner_d=logit; sensitivity=yes",
        runs=True,
        head=ROWS,
    ),
    Case(
        "A24",
        "base <- piled ~ b | x; model=qte; quantiles=[0.25, 0.75]",
        "base <- piled ~ b | x; model=qte; quantiles=[0.75, 0.8]",
        runs=True,
        head=ROWS,
    ),
    Case(
        "A25",
        "total <- y ~ d | x\nsecond <- m ~ d | x\nthird <- y ~ d | x + m",
        "total <- y ~ d | x\nsecond <- m ~ d | x\nthird <- total; via=m",
    ),
    Case(
        "A26",
        "let index = entropy(+r1, +r2, -r3, scale=year)\nbase <- index ~ d | x",
        f"{INDEX}base <- index ~ d | x",
    ),
    Case(
        "A27",
        f"{BASE}cut <- base; winsor=[1%, 2%, 3%]\ntable t: base, cut.2",
        f"{BASE}cut <- base; winsor=[1%, 2%, 3%]\ntable t: base, cut",
        runs=True,
    ),
    Case(
        "A28",
        f"{BASE}mech <- base; via=m\nby <- base; het=m",
        f"{BASE}mech <- base; via=m\nby <- base; het=w",
    ),
    Case("A28", f"{INDEX}base <- index ~ d | x\nby <- base; het=r1", f"{INDEX}base <- index ~ d | x; het=x"),
    Case(
        "A29", f"{BASE}high <- base; sample=y > 0", f"{BASE}high <- base; sample=x > 0 and not is_missing(y)"
    ),
    Case("A30", "let before = lag(dose)\nbase <- y ~ dose | x; iv=before", "base <- y ~ dose | x; iv=lag(z)"),
    Case("A31", f"{BASE}dynamic <- base; add=lag(y)", f"{BASE}dynamic <- base; add=lag(x)"),
    Case("A32", f"{BASE}fake <- base; placebo=19", f"{BASE}fake <- base; placebo=99"),
)


def load(case: Case, lines: str, folder: Path) -> Loaded:
    loaded = gipspec.loads(f"{case.head}{lines.rstrip()}\n", folder=folder)
    errors = [p for p in loaded.problems if p.severity == "error"]
    assert not errors, f"{case.code}: {errors[0].message}\n{lines}"
    return loaded


def found(case: Case, loaded: Loaded) -> list[Finding]:
    """Return the findings of the rule: from a run, or from the spec and the data alone."""
    results: Results | None = loaded.run() if case.runs else None
    if results is not None:
        assert not [p for p in results.problems if p.severity == "error"]
        return [f for f in results.findings if f.code == case.code]
    return [f for f in loaded.audit() if f.code == case.code]


def remedied(loaded: Loaded, findings: list[Finding]) -> str:
    """Return the text of a spec with the remedies of findings in the place of their lines, or below."""
    lines: list[str] = loaded.sources[0].text.rstrip("\n").split("\n")
    added: list[str] = []
    for one in sorted(findings, key=lambda f: -(f.span.start if f.span else 0)):
        assert one.remedy is not None
        if one.remedy.replaces:
            assert one.span is not None
            first, last = one.span.line, one.span.source.line_column(one.span.end)[0]
            lines[first - 1 : last] = [one.remedy.lines]
        elif one.remedy.lines not in added:
            added.append(one.remedy.lines)
    return "\n".join([*lines, *added]) + "\n"
