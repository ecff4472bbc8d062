"""Moderators and the effect that each city has."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gipspec.simulate.parameters import REGION_DEVIATION, RESOURCE_DEVIATION, SLOPES
from gipspec.simulate.places import Places

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderators:
    """Base-year traits of the cities, (cities,) each, drawn apart from all else.

    `scores` holds the continuous ones, standardised: the normal scores of a random order, so that their mean,
    variance and the means of their halves are the same in every draw.
    """

    scores: dict[str, Array]
    resource: NDArray[np.int64]


def moderators(rng: np.random.Generator, cities: int) -> Moderators:
    normal = NormalDist()
    ranks = np.array([normal.inv_cdf((i + 0.5) / cities) for i in range(cities)])
    ranks /= ranks.std()
    scores = {name: rng.permutation(ranks) for name in SLOPES}
    resource = rng.permutation((np.arange(cities) < round(0.4 * cities)).astype(np.int64))
    return Moderators(scores=scores, resource=resource)


def city_effects(where: Places, traits: Moderators, effect: float, heterogeneous: bool) -> Array:
    """The effect of a park on each city's latent resilience, (cities,); their mean is `effect`."""
    if not heterogeneous:
        return np.full(len(where.region), effect)
    tau = effect + sum(slope * traits.scores[name] for name, slope in SLOPES.items())
    tau = tau + region_deviation(where) + RESOURCE_DEVIATION * (traits.resource - traits.resource.mean())
    return np.asarray(tau, dtype=np.float64)


def region_deviation(where: Places) -> Array:
    """What the region of a city adds to its effect, (cities,), with mean zero."""
    raw = np.array([REGION_DEVIATION[int(r)] for r in where.region])
    return np.asarray(raw - raw.mean(), dtype=np.float64)


def upper_half(score: Array) -> NDArray[np.bool_]:
    """The cities above the median, as `het=` splits them: the median itself belongs to the lower half."""
    return score > np.median(score)
