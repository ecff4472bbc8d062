"""Designs with known truth for `bench/estimators.py`: what is drawn, the spec, every true value.

In the simple ones confounding is linear or logistic, so that `ols` and `logit` are the right learners and
what is measured is the inference alone. The last two are the simulated panel of green industrial parks, where
confounding is not linear, with gipspec's default learner: in levels, and in yearly changes for models that
cannot remove the effect of a city. True values follow from a design in closed form, from its exact
distribution, or (quantiles of changes) from large panels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm

from gipspec.simulate import gip_panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A design: `draw(seed)` gives the data; `truth` the values of estimates by name.

    `nulls` are measures whose p-values are uniform by construction: (estimate, measure). `draws` is how often
    the bench draws it.
    """

    name: str
    draw: Callable[[int], pd.DataFrame]
    spec: str
    truth: dict[str, float]
    nulls: tuple[tuple[str, str], ...] = field(default=())
    draws: int = 500


def _quantile_effect(q: float) -> float:
    """y0 ~ N(0, s²), y1 = y0 + 1 + 0.5 v with v independent of y0: the difference of their quantiles."""
    s0 = np.sqrt(0.5**2 + 0.5**2 + 0.3**2 + 1)
    return float(1 + norm.ppf(q) * (np.sqrt(s0**2 + 0.25) - s0))


def cross(seed: int) -> pd.DataFrame:
    """1,000 rows: an effect 1 + 0.5 v, a mediator, a treatment of three levels, an idle group."""
    rng = np.random.default_rng([seed, 1])
    n = 1000
    x = rng.normal(size=(n, 3))
    v, u = rng.normal(size=n), rng.integers(0, 2, n)
    d = (rng.random(n) < expit(0.5 * x[:, 0] - 0.5 * x[:, 1])).astype(float)
    noise = rng.normal(size=(4, n))
    index = x @ [0.5, 0.5, 0.3]
    y = index + (1 + 0.5 * v) * d + noise[0]
    m = 0.5 * d + 0.4 * x[:, 0] + noise[1]
    ym = index + 0.6 * d + 0.8 * m + noise[2]
    p1, p2 = np.exp(0.4 * x[:, 0]), np.exp(-0.4 * x[:, 1])
    cut = rng.random(n) * (1 + p1 + p2)
    level = np.where(cut < 1, 0, np.where(cut < 1 + p1, 1, 2))
    yl = index + 0.5 * (level == 1) + 1.5 * (level == 2) + noise[3]
    columns = {"d": d, "y": y, "v": v, "u": u, "m": m, "ym": ym, "level": level, "yl": yl}
    return pd.DataFrame(columns | {f"x{j + 1}": x[:, j] for j in range(3)})


CROSS = Design(
    name="cross",
    draw=cross,
    spec="""
defaults learner=ols; reps=1
set xs = x1 + x2 + x3
plr    <- y ~ d | xs
irm    <- plr; model=irm; learner_d=logit
att    <- irm; target=att
qte    <- plr; model=qte; learner=logit; quantiles=[0.25, 0.5, 0.75]
apo    <- yl ~ level | xs; model=apo; learner_d=logit
split  <- plr; het=v
pooled <- plr; het=v; het_by=pooled
gate   <- irm; het=v; het_by=pooled
null   <- plr; het=u
both   <- y ~ d * v | xs
joint  <- ym ~ d + m | xs
med    <- ym ~ d | xs; model=irm; learner_d=logit; via=m
lin    <- ym ~ d | xs; via=m
""",
    truth={
        "plr": 1.0,
        "irm": 1.0,
        "att": 1.0,
        "qte.q25": _quantile_effect(0.25),
        "qte.q50": _quantile_effect(0.5),
        "qte.q75": _quantile_effect(0.75),
        "apo.0": 0.0,
        "apo.1.difference": 0.5,
        "apo.2.difference": 1.5,
        "split.high": 1 + 0.5 * np.sqrt(2 / np.pi),
        "split.low": 1 - 0.5 * np.sqrt(2 / np.pi),
        "split.difference": np.sqrt(2 / np.pi),
        "pooled.high": 1 + 0.5 * np.sqrt(2 / np.pi),
        "pooled.low": 1 - 0.5 * np.sqrt(2 / np.pi),
        "pooled.difference": np.sqrt(2 / np.pi),
        "pooled.slope": 0.5,
        "gate.high": 1 + 0.5 * np.sqrt(2 / np.pi),
        "gate.low": 1 - 0.5 * np.sqrt(2 / np.pi),
        "gate.difference": np.sqrt(2 / np.pi),
        "null.difference": 0.0,
        "both.d": 1.0,
        "both.d:v": 0.5,
        "joint.d": 0.6,
        "joint.m": 0.8,
        "med.total": 1.0,
        "med.direct.treated": 0.6,
        "med.direct.control": 0.6,
        "med.indirect.treated": 0.4,
        "med.indirect.control": 0.4,
        "med.effect": 0.5,
        "lin.total": 1.0,
        "lin.direct": 0.6,
        "lin.indirect": 0.4,
        "lin.effect": 0.5,
        "lin.share": 0.4,
    },
    nulls=(("null.difference", "equality.p"),),
)


def instrument(seed: int) -> pd.DataFrame:
    """2,000 rows with an unobserved confounder: an instrument assigned by x, compliers 60%, effect 1."""
    rng = np.random.default_rng([seed, 2])
    n = 2000
    x = rng.normal(size=(n, 2))
    hidden = rng.normal(size=n)
    z = (rng.random(n) < expit(0.5 * x[:, 0])).astype(float)
    z2 = 0.5 * x[:, 1] + rng.normal(size=n)
    kind = rng.random(n) + 0.05 * hidden
    d = np.where(kind < 0.2, 1.0, np.where(kind > 0.8, 0.0, z))
    y = x @ [0.5, 0.5] + d + 0.8 * hidden + rng.normal(size=n)
    dose = 0.5 * z + 0.3 * z2 + 0.5 * x[:, 0] + 0.6 * hidden + rng.normal(size=n)
    yd = x @ [0.5, 0.5] + dose + 0.8 * hidden + rng.normal(size=n)
    return pd.DataFrame(
        {"y": y, "yd": yd, "d": d, "dose": dose, "z": z, "z2": z2, "x1": x[:, 0], "x2": x[:, 1]}
    )


INSTRUMENT = Design(
    name="instrument",
    draw=instrument,
    spec="""
defaults learner=ols; reps=1
one  <- yd ~ dose | x1 + x2; iv=z
two  <- one; iv=z + z2
bin  <- y ~ d | x1 + x2; iv=z
late <- bin; model=iivm; learner_d=logit; learner_z=logit
""",
    truth={"one": 1.0, "two": 1.0, "bin": 1.0, "late": 1.0},
)

UNITS, PERIODS = 200, 8


def staggered(seed: int) -> pd.DataFrame:
    """A panel of 200 units and 8 periods: adoption in periods 3 to 6 depends on the unit effect and on x.

    The effect of the treatment is 1 at once (`y`), grows by 0.5 a period (`grow`), or is nought (`none`).
    A mediator carries 0.4 of an effect of 1.0 (`ym`). `group` has nothing to do with any effect.
    """
    rng = np.random.default_rng([seed, 3])
    alpha = rng.normal(size=UNITS)
    start = np.full(UNITS, 99)
    odds = expit(-1 + 0.7 * alpha)
    adopts = rng.random(UNITS) < 2 * odds / (1 + odds)
    start[adopts] = rng.integers(3, 7, int(adopts.sum()))
    unit, time = np.repeat(np.arange(UNITS), PERIODS), np.tile(np.arange(1, PERIODS + 1), UNITS)
    x = 0.5 * alpha[unit] + rng.normal(size=unit.size)
    d = (time >= start[unit]).astype(float)
    shock = rng.normal(size=PERIODS + 1)[time]
    errors = rng.normal(size=(4, unit.size))
    base = 0.5 * x + alpha[unit] + shock
    since = np.clip(time - start[unit], 0, None) * d
    m = 0.5 * d + 0.3 * x + alpha[unit] + errors[3]
    return pd.DataFrame(
        {
            "unit": unit,
            "time": time,
            "d": d,
            "x": x,
            "m": m,
            "group": rng.integers(0, 2, UNITS)[unit],
            "y": base + d + errors[0],
            "grow": base + (1 + 0.5 * since) * d + errors[1],
            "none": base + errors[2],
            "ym": base + 0.6 * d + 0.8 * m + errors[0],
        }
    )


PANEL = Design(
    name="panel",
    draw=staggered,
    spec="""
panel unit time
defaults learner=ols; reps=1
within  <- y ~ d | x
fd      <- within; fe_method=fd
cre     <- within; fe_method=cre
wg      <- within; fe_method=wg
groups  <- within; het=group
pooled  <- within; het=group; het_by=pooled
med     <- ym ~ d | x; via=m
event   <- grow ~ d | x; event=-3..2
notyet  <- event; control=notyet
zero    <- none ~ d | x
design  <- zero; placebo=199; placebo_by=design
refit   <- zero; placebo=39
early   <- within; placebo_lead=1
""",
    truth={
        "within": 1.0,
        "fd": 1.0,
        "cre": 1.0,
        "wg": 1.0,
        "groups.difference": 0.0,
        "pooled.difference": 0.0,
        "med.total": 1.0,
        "med.direct": 0.6,
        "med.indirect": 0.4,
        "med.effect": 0.5,
        "event.-3": 0.0,
        "event.-2": 0.0,
        "event.-1": 0.0,
        "event.0": 1.0,
        "event.1": 1.5,
        "event.2": 2.0,
        "notyet.-2": 0.0,
        "notyet.0": 1.0,
        "notyet.1": 1.5,
        "notyet.2": 2.0,
        "zero": 0.0,
        "early": 0.0,
    },
    nulls=(
        ("groups.difference", "equality.p"),
        ("pooled.difference", "equality.p"),
        ("event.overall", "pretrend.p"),
        ("design", "placebo.p"),
        ("refit", "placebo.p"),
    ),
)


def parks(seed: int) -> pd.DataFrame:
    """The simulated panel, its latent resilience and that without any effect of parks."""
    frame = gip_panel(seed).frame
    return frame.assign(none=frame["resilience_true"] - frame["effect_true"] * frame["gip"])


TRUTH = gip_panel().truth  # of the population of cities: the same for every seed
OF_CITIES = """
panel city year
defaults reps=1
let lngdp = log(gdp)
let change = diff(resilience_true)
let accredited = diff(gip)
set controls = lngdp + density + urban + finance + fdi + government
set lagged = lag(lngdp) + lag(density) + lag(urban) + lag(finance) + lag(fdi) + lag(government)"""

PARKS = Design(
    name="parks",
    draw=parks,
    draws=100,
    spec=f"""{OF_CITIES}
let computing = standardize(compute)
base   <- resilience_true ~ gip | controls
diffs  <- base; fe_method=fd
endog  <- base; iv=quota
early  <- base; placebo_lead=3
split  <- base; het=openness
pooled <- base; het=openness; het_by=pooled
mech   <- base; via=patents
both   <- resilience_true ~ gip * computing | controls
inter  <- change ~ accredited | controls + lagged; model=irm; target=att
levels <- change ~ accredited | controls + lagged; model=apo
event  <- base; event=-3..3
zero   <- none ~ gip | controls
design <- zero; placebo=199; placebo_by=design
""",
    truth={
        "base": TRUTH["total"],
        "diffs": TRUTH["total"],
        "endog": TRUTH["late"],
        "early": 0.0,
        "split.high": TRUTH["openness.high"],
        "split.low": TRUTH["openness.low"],
        "split.difference": TRUTH["openness.difference"],
        "pooled.high": TRUTH["openness.high"],
        "pooled.low": TRUTH["openness.low"],
        "pooled.difference": TRUTH["openness.difference"],
        "pooled.slope": TRUTH["openness.slope"],
        "mech.total": TRUTH["total"],
        "mech.direct": TRUTH["patents.direct"],
        "mech.indirect": TRUTH["patents.indirect"],
        "mech.share": TRUTH["patents.share"],
        "mech.effect": TRUTH["patents.effect"],
        "mech.slope": TRUTH["patents.slope"],
        "both.gip": TRUTH["total"],
        "both.gip:computing": TRUTH["compute.slope"],
        "inter": TRUTH["total"],
        "levels.1.difference": TRUTH["total"],
        "event.-3": 0.0,
        "event.-2": 0.0,
        "event.-1": 0.0,
        "event.0": TRUTH["total"],
        "event.1": TRUTH["total"],
        "event.2": TRUTH["total"],
        "event.3": TRUTH["total"],
        "event.overall": TRUTH["total"],
        "zero": 0.0,
    },
    nulls=(("event.overall", "pretrend.p"), ("design", "placebo.p")),
)


def _quantile_effects(cities: int = 2000, seeds: int = 10) -> list[float]:
    """Return the quantiles of the yearly change with accreditation less those without, from large panels."""
    found = []
    for seed in range(1, seeds + 1):
        frame = gip_panel(seed, cities=cities).frame
        steps = frame.groupby("city")[["resilience_true", "gip"]].diff()
        without = (steps["resilience_true"] - frame["effect_true"] * steps["gip"]).dropna()
        known = (without + frame["effect_true"]).dropna()
        found.append([np.quantile(known, q) - np.quantile(without, q) for q in (0.25, 0.5, 0.75)])
    return [float(value) for value in np.mean(found, axis=0)]


LOW, MIDDLE, HIGH = _quantile_effects()

CHANGES = Design(
    name="changes",
    draw=parks,
    draws=100,
    spec=f"""{OF_CITIES}
let invited = diff(quota)
let greener = diff(patents)
mean   <- change ~ accredited | controls + lagged; model=irm
spread <- mean; model=qte; quantiles=[0.25, 0.5, 0.75]
late   <- mean; model=iivm; iv=invited
med    <- mean; via=greener
refit  <- none ~ gip | controls; placebo=19
""",
    truth={
        "mean": TRUTH["total"],
        "spread.q25": LOW,
        "spread.q50": MIDDLE,
        "spread.q75": HIGH,
        "late": TRUTH["late"],
        "med.direct.treated": TRUTH["patents.direct"],
        "med.direct.control": TRUTH["patents.direct"],
        "med.indirect.treated": TRUTH["patents.indirect"],
        "med.indirect.control": TRUTH["patents.indirect"],
        "med.effect": TRUTH["patents.effect"],
    },
    nulls=(("refit", "placebo.p"),),
)

DESIGNS = {design.name: design for design in (CROSS, INSTRUMENT, PANEL, PARKS, CHANGES)}
__all__ = ["CHANGES", "DESIGNS", "Design"]
