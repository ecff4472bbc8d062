"""Data with known truth for the mistakes of the audit, and what is measured of them (`bench/audit.py`).

Learners are quick ones and confounding is what they can learn, so that nothing but the mistake stands between
an estimate and the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit

from gipspec.engine import Results

Value = Callable[[Results], float]
UNITS, YEARS = 60, 8
GROWN = 0.5 + 0.4 * 34 / 18  # mean effect over the treated rows of `growing`: four cohorts, 18 rows, 34 years
LOW_QUARTILE = 1 - 0.6744897501960817  # what the quartile of `piled` gains: from nought to N(1, 1)'s
PANEL = "panel unit year\n"
QUICK = "defaults learner=ols; reps=1; folds=10\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A rule's mistake and its cost.

    `spec` has a model `wrong` and a model `right`. Each measure is (what it is, its value in a draw with the
    mistake, its value without); the mean over draws is reported, or the standard deviation where `spread`
    names the measure.
    """

    code: str
    mistake: str
    draw: Callable[[int], pd.DataFrame]
    spec: str
    measures: tuple[tuple[str, Value, Value], ...]
    spread: tuple[str, ...] = field(default=())
    draws: int = 100


def bias(truth: float, wrong: str = "wrong", right: str = "right") -> tuple[str, Value, Value]:
    """The mean of estimates less the truth."""
    return "bias", lambda r: r[wrong].coef - truth, lambda r: r[right].coef - truth


def covers(truth: float, wrong: str = "wrong", right: str = "right") -> tuple[str, Value, Value]:
    """The share of 95% intervals that hold the truth."""

    def inside(name: str) -> Value:
        return lambda r: float(r[name].ci[0] <= truth <= r[name].ci[1])

    return "95% interval covers", inside(wrong), inside(right)


def rejects(what: str, wrong: Value, right: Value) -> tuple[str, Value, Value]:
    """The share of p-values below 5%."""
    return what, lambda r: float(wrong(r) < 0.05), lambda r: float(right(r) < 0.05)


def p_of(name: str) -> Value:
    return lambda r: r[name].p


def measure_of(name: str, measure: str) -> Value:
    return lambda r: dict(r[name].measures)[measure]


def index(units: int = UNITS, years: int = YEARS) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(units), years), np.tile(np.arange(2001, 2001 + years), units)


def persistent(rng: np.random.Generator, units: int, years: int, rho: float) -> np.ndarray:
    """Errors of units that follow a first-order autoregression with variance one."""
    e = rng.normal(size=(units, years))
    for t in range(1, years):
        e[:, t] = rho * e[:, t - 1] + np.sqrt(1 - rho**2) * e[:, t]
    return e.ravel()


def plain(seed: int, units: int = UNITS, years: int = YEARS, rho: float = 0.0) -> dict[str, np.ndarray]:
    """A panel in which a unit effect drives adoption and outcome; the effect is 0.5."""
    rng = np.random.default_rng([seed, 71])
    unit, year = index(units, years)
    alpha = rng.normal(size=units)
    late = 2003 + rng.integers(0, 4, units)
    start = np.where(rng.random(units) < expit(1.5 * alpha), late, 9999)[unit]
    x = 0.5 * alpha[unit] + rng.normal(size=unit.size)
    d = (year >= start).astype(float)
    error = persistent(rng, units, years, rho)
    y = 0.5 * d + x + alpha[unit] + 0.1 * (year - 2001) + error
    return {
        "unit": unit,
        "year": year,
        "y": y,
        "d": d,
        "x": x,
        "null": y - 0.5 * d,
        "start": start,
        "alpha": alpha[unit],
        "z": rng.normal(size=unit.size),
    }


def frame(columns: dict[str, np.ndarray], *keep: str, **more: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({name: columns[name] for name in ("unit", "year", *keep)} | more)


def panel(seed: int) -> pd.DataFrame:
    return frame(plain(seed), "y", "d", "x", "null", "z")


def serial(seed: int) -> pd.DataFrame:
    return frame(plain(seed, rho=0.8), "y", "d", "x", "null")


def coarse(seed: int) -> pd.DataFrame:
    """Features that tell a city: with folds of rows a forest recognises the city's own errors."""
    rng = np.random.default_rng([seed, 72])
    unit, year = index(50, 8)
    own, v, u = rng.normal(size=(3, 50))
    d = own[unit] + v[unit] + 0.5 * rng.normal(size=unit.size)
    y = 0.5 * d + own[unit] + u[unit] + 0.5 * rng.normal(size=unit.size)
    return pd.DataFrame({"unit": unit, "year": year, "y": y, "d": d, "own": own[unit], "whole": unit % 5})


def dynamic(seed: int) -> pd.DataFrame:
    """An effect of 2, and errors that last."""
    c = plain(seed, rho=0.8)
    return frame(c, "d", "x", y=c["null"] + 2 * c["d"])


def mediated(seed: int) -> pd.DataFrame:
    """Half of an effect of 0.5 goes through m; `before` is m before any treatment."""
    c = plain(seed)
    rng = np.random.default_rng([seed, 73])
    m = 0.5 * c["d"] + 0.3 * c["x"] + c["alpha"] + rng.normal(size=c["x"].size)
    start = np.repeat(m.reshape(UNITS, YEARS)[:, :2].mean(axis=1), YEARS)
    y = 0.25 * c["d"] + 0.5 * m + c["x"] + c["alpha"] + rng.normal(size=c["x"].size)
    return frame(c, "d", "x", y=y, m=m, before=start)


def noisy(seed: int) -> pd.DataFrame:
    """150 rows, one control that matters and 59 that do not."""
    rng = np.random.default_rng([seed, 74])
    x = rng.normal(size=(150, 60))
    d = x[:, 0] + rng.normal(size=150)
    y = 0.5 * d + x[:, 0] + rng.normal(size=150)
    return pd.DataFrame({"y": y, "d": d} | {f"x{j}": x[:, j] for j in range(60)})


def determined(seed: int) -> pd.DataFrame:
    """A dose of which controls leave 1%, and one of which they leave half; confounding is slightly curved."""
    rng = np.random.default_rng([seed, 75])
    x = rng.normal(size=500)
    curve = x + 0.1 * x**2
    near, far = curve + 0.1 * rng.normal(size=500), curve + rng.normal(size=500)
    error = rng.normal(size=500)
    shared = {"near": near, "far": far, "x": x}
    return pd.DataFrame(shared | {"yn": 0.5 * near + curve + error, "yf": 0.5 * far + curve + error})


def curved(seed: int) -> pd.DataFrame:
    """Confounding by the square of x, which has one sign."""
    rng = np.random.default_rng([seed, 76])
    x, w = rng.uniform(0, 3, size=(2, 400))
    d = 0.5 * x**2 + rng.normal(size=400)
    return pd.DataFrame({"y": 0.5 * d + x**2 + w + rng.normal(size=400), "d": d, "x": x, "w": w})


def groups(seed: int) -> pd.DataFrame:
    """Two groups with the same effect, each of which finds it in about half of all draws."""
    rng = np.random.default_rng([seed, 77])
    x, d0 = rng.normal(size=(2, 300))
    d = x + d0
    return pd.DataFrame(
        {"y": 0.16 * d + x + rng.normal(size=300), "d": d, "x": x, "east": np.arange(300) % 2}
    )


def adopters(rng: np.random.Generator, units: int, treated: int) -> pd.DataFrame:
    """Cities of which the first adopt; no effect, errors that last."""
    unit, year = index(units, 12)
    d = ((unit < treated) & (year >= 2007)).astype(float)
    y = persistent(rng, units, 12, 0.8)
    return pd.DataFrame({"unit": unit, "year": year, "y": y, "d": d, "x": rng.normal(size=unit.size)})


def few(seed: int) -> pd.DataFrame:
    """Ten cities, three of which adopt."""
    return adopters(np.random.default_rng([seed, 78]), 10, 3)


def lone(seed: int) -> pd.DataFrame:
    """27 cities, one of which adopts."""
    return adopters(np.random.default_rng([seed, 95]), 27, 1)


def several(seed: int) -> pd.DataFrame:
    """Fifty cities, of which five adopt a policy and ten another; no effect, errors that last."""
    rng = np.random.default_rng([seed, 96])
    unit, year = index(50, 12)
    late = year >= 2007
    y = persistent(rng, 50, 12, 0.8)
    columns = {"five": (unit < 5) & late, "ten": (unit < 10) & late}
    policies = {name: d.astype(float) for name, d in columns.items()}
    return pd.DataFrame({"unit": unit, "year": year, "y": y, "x": rng.normal(size=unit.size), **policies})


def tails(seed: int) -> pd.DataFrame:
    """An effect that works through the tails of the treatment and the outcome."""
    rng = np.random.default_rng([seed, 79])
    d = rng.standard_t(3, size=400)
    x = rng.normal(size=400)
    return pd.DataFrame({"y": 0.5 * d + x + rng.standard_t(3, size=400), "d": d, "x": x})


def overlap(seed: int) -> pd.DataFrame:
    """Propensities near nought and one, and an outcome that is not linear in x; the effect is 0.5."""
    rng = np.random.default_rng([seed, 80])
    x = rng.normal(size=800)
    d = (rng.random(800) < expit(1.5 * x)).astype(float)
    return pd.DataFrame({"y": 0.5 * d + np.exp(0.7 * x) + rng.normal(size=800), "d": d, "x": x})


def components(seed: int) -> pd.DataFrame:
    """An index of three parts that the treatment moves alike; `m` is moved by nothing."""
    c = plain(seed)
    rng = np.random.default_rng([seed, 81])
    parts = {f"r{j}": c["y"] + rng.normal(size=c["y"].size) for j in (1, 2, 3)}
    return frame(c, "d", "x", m=rng.normal(size=c["y"].size), **parts)


def growing(seed: int) -> pd.DataFrame:
    """Effects that grow by 0.4 a year since adoption; 0.9 on average over three years."""
    c = plain(seed)
    since = np.clip(c["year"] - c["start"], 0, None)
    return frame(c, "d", "x", y=c["y"] + 0.4 * since * c["d"])


def municipalities(seed: int) -> pd.DataFrame:
    """A tenth of the units have an effect of 3 rather than 0.5."""
    c = plain(seed)
    large = (c["unit"] % 10 == 0).astype(float)
    return frame(c, "d", "x", y=c["y"] + 2.5 * c["d"] * large, large=large)


def instruments(seed: int) -> pd.DataFrame:
    """A hidden confounder, an instrument that hardly moves the dose, and one that does."""
    rng = np.random.default_rng([seed, 82])
    hidden, x, weak, strong = rng.normal(size=(4, 400))
    rest = hidden + 0.1 * rng.normal(size=400)
    dw, ds = 0.05 * weak + x + rest, strong + x + rest
    error = hidden + 0.1 * rng.normal(size=400)
    shared = {"dw": dw, "ds": ds, "weak": weak, "strong": strong, "x": x}
    return pd.DataFrame(shared | {"yw": 0.5 * dw + x + error, "ys": 0.5 * ds + x + error})


def saturated(seed: int) -> pd.DataFrame:
    """A policy of provinces and years, recorded wrongly in 2% of the rows."""
    rng = np.random.default_rng([seed, 83])
    unit, year = index()
    province = unit // 5
    policy = (rng.random((12, YEARS)) < 0.5)[province, year - 2001]
    wrong = rng.random(unit.size) < 0.02
    y = 0.5 * policy + rng.normal(size=unit.size) + rng.normal(size=UNITS)[unit]
    d = np.where(wrong, ~policy, policy).astype(float)
    columns = {"unit": unit, "year": year, "province": province, "y": y, "d": d}
    return pd.DataFrame(columns | {"x": rng.normal(size=unit.size)})


def many(seed: int) -> pd.DataFrame:
    """Twenty outcomes that have half of their errors in common, and no effect on any."""
    rng = np.random.default_rng([seed, 84])
    d, x, shared = rng.normal(size=(3, 200))
    outcomes = {f"y{j}": shared + rng.normal(size=200) for j in range(20)}
    return pd.DataFrame({"d": d, "x": x} | outcomes)


def heavy(seed: int) -> pd.DataFrame:
    """No effect, and errors with heavy tails."""
    rng = np.random.default_rng([seed, 85])
    d = rng.standard_t(3, size=200)
    return pd.DataFrame({"d": d, "x": rng.normal(size=200), "y": rng.standard_t(3, size=200)})


def gaps(seed: int) -> pd.DataFrame:
    """An eighth of the adopters have no value of the treatment just before their first treated year."""
    c = plain(seed)
    rng = np.random.default_rng([seed, 86])
    unknown = (rng.random(UNITS) < 0.25)[c["unit"]] & (c["year"] == c["start"] - 1)
    return frame(c, "y", "d", "x", known=np.where(unknown, np.nan, c["d"]))


def piled(seed: int) -> pd.DataFrame:
    """A treatment by chance that adds 0.5 to a latent outcome, of which a third is recorded as nought."""
    rng = np.random.default_rng([seed, 87])
    d = (rng.random(600) < 0.5).astype(float)
    x = rng.normal(size=600)
    latent = 0.5 + 0.5 * d + rng.normal(size=600)
    return pd.DataFrame({"y": np.maximum(latent, 0), "d": d, "x": x})


def moved(seed: int) -> pd.DataFrame:
    """The treatment moves a column by 1, which moves nothing; its errors are those of the outcome in part."""
    c = plain(seed)
    rng = np.random.default_rng([seed, 92])
    noise, before = rng.normal(size=c["x"].size), rng.normal(size=UNITS)[c["unit"]]
    return frame(c, "d", "x", y=c["y"] + noise, m=c["d"] + noise, before=before)


def yearly(seed: int) -> pd.DataFrame:
    """A constant effect on three indicators that grow in all units, and whose spread grows fourfold."""
    c = plain(seed)
    rng = np.random.default_rng([seed, 88])
    spread = 1 + 3 * (c["year"] - 2001) / (YEARS - 1)
    parts = {f"r{j}": c["d"] + 2 * c["year"] + spread * rng.normal(size=c["d"].size) for j in (1, 2, 3)}
    late = (c["year"] > 2004).astype(float)
    return frame(c, "d", "x", late=late, **parts)


def lagging(seed: int) -> pd.DataFrame:
    """A dose and an outcome with a confounder that lasts, and an instrument from outside."""
    rng = np.random.default_rng([seed, 89])
    unit, year = index(40, 20)
    hidden, z, x = persistent(rng, 40, 20, 0.9), rng.normal(size=unit.size), rng.normal(size=unit.size)
    dose = hidden + z + x + 0.5 * rng.normal(size=unit.size)
    y = 0.5 * dose + hidden + x + rng.normal(size=unit.size)
    return pd.DataFrame({"unit": unit, "year": year, "y": y, "dose": dose, "z": z, "x": x})


def sensitive(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng([seed, 90])
    x = rng.normal(size=(200, 2))
    d = (rng.random(200) < expit(x[:, 0])).astype(float)
    return pd.DataFrame(
        {"y": 0.5 * d + x.sum(axis=1) + rng.normal(size=200), "d": d, "x": x[:, 0], "w": x[:, 1]}
    )
