"""The panel: its columns, its labels and its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gipspec.simulate import parameters as given
from gipspec.simulate import process
from gipspec.simulate.effects import Moderators, city_effects, moderators
from gipspec.simulate.labels import LABELS, VALUE_LABELS
from gipspec.simulate.places import Places, places
from gipspec.simulate.true_values import true_values
from gipspec.simulate.truth import Truth

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A simulated panel: `frame` has a row for each city and year, sorted by both."""

    frame: pd.DataFrame
    truth: Truth
    labels: Mapping[str, str]
    value_labels: Mapping[str, Mapping[int, str]]


def gip_panel(
    seed: int = 2026,
    *,
    cities: int = 281,
    first: int = 2005,
    last: int = 2022,
    effect: float = given.EFFECT,
    heterogeneous: bool = True,
) -> Simulation:
    """Draw the panel; the same arguments give the same frame. docs/simulation.md describes the process.

    `effect` is the mean total effect of a park on `resilience_true`; with `heterogeneous=False` it is that of
    every city. Raises ValueError under 30 cities or 8 years.
    """
    years = last - first + 1
    if cities < 30 or years < 8:
        raise ValueError(f"a panel of {cities} cities and {years} years is too small: 30 and 8 at the least")
    stream = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(8)]
    clock = np.linspace(-1.0, 1.0, years)
    where = places(cities)
    traits = moderators(stream[0], cities)
    city = stream[1].normal(size=cities)
    x = process.controls(stream[2], city, clock)
    g = process.confounding(x)
    quota = process.quotas(stream[3], cities, years)
    gip = process.adoption(stream[4], city, g, quota)
    policy = process.policies(stream[5], x)
    mediator = process.mediators(stream[6], x, city, clock, gip)
    tau = city_effects(where, traits, effect, heterogeneous)

    through = sum(given.ON_MEDIATOR[m] * given.OF_MEDIATOR[m] for m in mediator)
    noise = stream[7]
    latent = (
        0.42
        + (tau[:, None] - through) * gip
        + sum(given.OF_MEDIATOR[m] * (v - v.mean()) for m, v in mediator.items())
        + sum(given.POLICIES[p] * v for p, v in policy.items())
        + given.CONFOUNDING * g
        + given.CITY_SPREAD * city[:, None]
        + 0.05 * clock + 0.01 * np.sin(3 * clock)
        + 0.01 * x["government"]
        + process.autoregression(noise, cities, years, given.NOISE_MEMORY, given.NOISE)
    )  # fmt: skip
    columns: dict[str, Array] = {"quota": quota, "gip": gip, **policy, **mediator, "resilience_true": latent}
    columns["parks"] = gip * (1 + np.cumsum(gip * (noise.random(gip.shape) < 0.1), axis=1))
    for name, (constant, loading, spread) in given.COMPONENTS.items():
        columns[name] = constant + loading * latent + spread * noise.normal(size=latent.shape)
    for name, (_, _, centre, scale, exponential) in given.CONTROLS.items():
        value = centre + scale * x[name]
        columns[name] = np.exp(value) if exponential else value
    frame = _frame(where, traits, tau, columns, first)
    return Simulation(
        frame=frame,
        truth=true_values(frame, where, traits, effect, heterogeneous),
        labels=LABELS,
        value_labels=VALUE_LABELS,
    )


def _frame(
    where: Places, traits: Moderators, tau: Array, columns: Mapping[str, Array], first: int
) -> pd.DataFrame:
    """One row a city-year, numbers rounded to single precision so that the .dta file holds them exactly."""
    cities, years = columns["gip"].shape
    fixed = {
        "openness": 0.30 + 0.08 * traits.scores["openness"],
        "digital": 0.50 + 0.12 * traits.scores["digital"],
        "compute": 120.0 + 30.0 * traits.scores["compute"],
        "effect_true": tau,
    }
    begun = columns["gip"].sum(axis=1)
    year_of_start = np.where(begun > 0, first + years - begun, np.nan)
    wide: dict[str, NDArray[np.float64]] = {k: np.repeat(v, years) for k, v in fixed.items()}
    wide |= {k: v.reshape(-1) for k, v in columns.items()}
    whole = {
        "city": np.repeat(np.arange(1, cities + 1), years),
        "year": np.tile(np.arange(first, first + years), cities),
        "province": np.repeat(where.province, years),
        "region": np.repeat(where.region, years),
        "municipality": np.repeat(where.municipality, years),
        "resource": np.repeat(traits.resource, years),
    }
    data: dict[str, object] = {k: v.astype(np.int16) for k, v in whole.items()}
    data["city_name"] = np.repeat(np.array(where.name, dtype=object), years)
    data["gip_year"] = np.repeat(year_of_start, years)
    for name, value in wide.items():
        binary = name in {"gip", "quota", "parks", *given.POLICIES}
        data[name] = value.astype(np.int16) if binary else value.astype(np.float32).astype(np.float64)
    return pd.DataFrame({name: data[name] for name in LABELS})
