"""The data generating process, step by step; every matrix is (cities, years)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gipspec.simulate import parameters as given

Array = NDArray[np.float64]


def autoregression(rng: np.random.Generator, cities: int, years: int, memory: float, spread: float) -> Array:
    """A stationary AR(1) for each city, with standard deviation `spread`, (cities, years)."""
    shocks: Array = rng.normal(size=(cities, years)) * spread * np.sqrt(1 - memory**2)
    shocks[:, 0] /= np.sqrt(1 - memory**2)
    for t in range(1, years):
        shocks[:, t] += memory * shocks[:, t - 1]
    return shocks


def controls(rng: np.random.Generator, city: Array, clock: Array) -> dict[str, Array]:
    """Latent controls: part city effect, part a level and a trend of the city's own, part AR(1)."""
    n, years = len(city), len(clock)
    drawn = {}
    for name, (loading, trend, *_) in given.CONTROLS.items():
        level = loading * city + np.sqrt(0.35 - loading**2) * rng.normal(size=n)
        slope = trend + 0.35 * rng.normal(size=n)
        drawn[name] = level[:, None] + slope[:, None] * clock + autoregression(rng, n, years, 0.7, 0.6)
    return drawn


def confounding(x: dict[str, Array]) -> Array:
    """The non-linear index g of the controls that drives both accreditation and resilience.

    With l, d, u the latent log GDP, density and urban share, and p that of the product of finance and FDI:
    g = 0.8 tanh(1.5u) + 0.6 tanh(ul) - 0.7 tanh(pd) + 0.6|p| - 0.5 cos(1.6l).
    """
    l, d, u = x["gdp"], x["density"], x["urban"]  # noqa: E741
    p = (x["finance"] + x["fdi"]) / np.sqrt(2)
    return np.asarray(
        0.8 * np.tanh(1.5 * u)
        + 0.6 * np.tanh(u * l)
        - 0.7 * np.tanh(p * d)
        + 0.6 * np.abs(p)
        - 0.5 * np.cos(1.6 * l)
    )


def quotas(rng: np.random.Generator, cities: int, years: int) -> Array:
    """The instrument: half of the cities enter a quota, drawn by lot, in a year drawn by lot, for good."""
    start = rng.integers(years // 5, years - 1, size=cities)
    listed = rng.random(cities) < 0.5
    return ((np.arange(years) >= start[:, None]) & listed[:, None]).astype(float)


def adoption(rng: np.random.Generator, city: Array, g: Array, quota: Array) -> Array:
    """Accreditation, absorbing and staggered: a yearly hazard in the city effect, g and the quota."""
    n, years = g.shape
    treated = np.zeros((n, years))
    on = np.zeros(n, dtype=bool)
    for t in range(years):
        luck = rng.random(n)
        if years // 4 <= t < years - 2:
            odds = np.exp(
                given.HAZARD
                + given.HAZARD_CITY * city
                + given.HAZARD_CONFOUNDING * g[:, t]
                + given.HAZARD_QUOTA * quota[:, t]
                + given.HAZARD_YEAR * (t - years // 4)
            )
            on |= luck < odds / (1 + odds)
        treated[:, t] = on
    return treated


def policies(rng: np.random.Generator, x: dict[str, Array]) -> dict[str, Array]:
    """Low-carbon and smart-city pilots: batches that go to cities with high city means of the controls.

    They depend on the city means alone, so that they go together with the parks without biasing an estimate
    that conditions on those means.
    """
    n, years = x["gdp"].shape
    rank = 0.8 * x["urban"].mean(axis=1) + 0.6 * x["gdp"].mean(axis=1)
    batches = {"lowcarbon": (0.45, 0.58, 0.83), "smartcity": (0.56, 0.61, 0.67)}
    drawn = {}
    for name, when in batches.items():
        on = np.zeros((n, years))
        for share in when:
            chosen = rng.random(n) < 1 / (1 + np.exp(1.8 - 1.5 * rank))
            on[chosen, int(share * years) :] = 1.0
        drawn[name] = on
    return drawn


def mediators(
    rng: np.random.Generator, x: dict[str, Array], city: Array, clock: Array, treated: Array
) -> dict[str, Array]:
    """M = a·D + f(X) + city effect + year effect + noise, for green patents and industrial upgrading."""
    n, years = treated.shape
    shape = {"patents": (3.0, 0.50, 0.30, 0.50), "upgrading": (1.1, 0.06, 0.05, 0.06)}
    drawn = {}
    for name, (level, own, curve, noise) in shape.items():
        cities = level + own * (0.5 * city + rng.normal(size=n))
        f = curve * (np.tanh(x["gdp"]) + 0.5 * x["urban"])
        drawn[name] = (
            given.ON_MEDIATOR[name] * treated
            + f
            + cities[:, None]
            + curve * clock
            + autoregression(rng, n, years, 0.3, noise)
        )
    return drawn
