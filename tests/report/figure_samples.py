"""A small panel whose study has every kind of model that a figure shows, and its figures."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd

from gipspec.report.figures import Figure
from gipspec.report.figures.numbers import csv_figure

UNITS, YEARS = 60, 8

SPEC = """\
study "Parks"
data "panel.csv"
panel city year
label y "Resilience"
label d "Park"
label z "Trade openness"
label x1 "Income"
let scale = z - 0.5
set controls = x1 + x2
sample late = year >= 2003
defaults learner=ols; reps=2; folds=3
base    <- y ~ d | controls
algos   <- base; learner=[ols, ridge]; folds=[2, 3]
short   <- base; drop=x2
late    <- base; sample=late
gap     <- base - short
event   <- base; event=-2..2
notyet  <- base; event=-2..2; control=notyet
notice  <- base; event=-3..1; anticipation=1
fake    <- base; placebo=60; placebo_by=design
sens    <- base; sensitivity=x1
hetero  <- base; het=[z, kind]
both    <- y ~ d * scale | controls
two     <- y ~ d * kind | controls
mech    <- base; via=x3
spread  <- y ~ treated | x1; model=qte; fe=none; cluster=city; learner_d=logit; quantiles=[0.25, 0.5, 0.75]
broken  <- y ~ one | controls
figure dynamics "Dynamic effects": event
figure early "With a period of notice": notice
figure compared "By comparison group": event, notyet; names=[event: "Never", notyet: "Not yet"]
figure robust "Robustness": base, algos, gap, broken; names=[algos: "Learners"]
figure how "Mechanism": mech; scale=100
figure choices "Choices": base, algos, short, late; kind=curve
figure listed "Choices": base, algos, short, late; kind=curve; order=listed
figure fakes "Placebo": fake
figure who "Heterogeneity": hetero
figure along "Along openness": hetero; kind=marginal
figure curve "Along the scale": both; band=no; xlabel="Scale"; ylabel="Effect"
figure spread "Quantiles": spread; scale=100
figure points "By kind": two
figure strength "Strength": sens; title=yes; width=page; height=4; font=sans
figure nothing "Nothing": broken
table main "Main": base
"""


def panel() -> pd.DataFrame:
    """Return 60 units over 8 years: adoption in two years, an effect of 0.5 + z, and a mediator x3."""
    rng = np.random.default_rng(8)
    city, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(YEARS), UNITS)
    start = np.where(city % 2 == 0, 3 + (city // 2) % 2, 99)
    d = (year >= start).astype(float)
    x1, x2, x3, noise = rng.normal(size=(4, len(city)))
    z, kind = rng.random(UNITS)[city], rng.integers(0, 2, UNITS)[city]
    x3 = x3 + d
    y = (0.5 + z) * d + x1 + 0.3 * x3 + 0.3 * noise
    columns = {"city": city, "year": 2001 + year, "y": y, "d": d, "x1": x1, "x2": x2, "x3": x3}
    return pd.DataFrame(columns).assign(z=z, kind=kind, one=1.0, treated=rng.integers(0, 2, len(city)))


def numbers(figure: Figure) -> list[dict[str, str]]:
    """Return the rows of a figure's table of numbers, read back."""
    return list(csv.DictReader(io.StringIO(csv_figure(figure).removeprefix("\ufeff"))))


def floats(rows: list[dict[str, str]], name: str) -> list[float]:
    return [float(row[name]) for row in rows]
