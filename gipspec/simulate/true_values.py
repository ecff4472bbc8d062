"""Every true value of a draw of the panel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gipspec.simulate import parameters as given
from gipspec.simulate.effects import Moderators, region_deviation, upper_half
from gipspec.simulate.index import entropy_scale
from gipspec.simulate.places import REGIONS, Places
from gipspec.simulate.truth import TrueValue, Truth

Row = tuple[str, float, str]  # name, value, meaning


def true_values(
    frame: pd.DataFrame, where: Places, traits: Moderators, effect: float, heterogeneous: bool
) -> Truth:
    """Truth of the process, and, under `sample.`, the means of the effects of the drawn cities."""
    tau = frame.groupby("city")["effect_true"].first().to_numpy(dtype=float)
    rows = [
        *_mediation(effect),
        *_groups(where, traits, effect, float(heterogeneous)),
        *_sample_groups(where, traits, tau),
        *((p, value, f"effect of the policy `{p}`") for p, value in given.POLICIES.items()),
        ("late", effect, "local effect for the instrument `quota`, which picks cities by lot"),
        *_entropy(frame, effect),
    ]
    return Truth(values=tuple(TrueValue(name=n, value=float(v), meaning=m) for n, v, m in rows))


def _mediation(effect: float) -> Iterator[Row]:
    indirect = {m: given.ON_MEDIATOR[m] * given.OF_MEDIATOR[m] for m in given.ON_MEDIATOR}
    both = sum(indirect.values())
    yield "total", effect, "total effect of a park, mean over cities"
    yield "direct", effect - both, "effect that passes through neither mediator"
    yield "indirect", both, "effect that passes through either mediator"
    for m, value in indirect.items():
        yield f"{m}.effect", given.ON_MEDIATOR[m], f"effect of a park on `{m}`, in units of `{m}`"
        yield f"{m}.slope", given.OF_MEDIATOR[m], f"effect of one unit of `{m}`"
        yield f"{m}.indirect", value, f"effect that passes through `{m}`"
        yield f"{m}.direct", effect - value, f"effect that does not pass through `{m}`"
        yield f"{m}.share", value / effect if effect else np.nan, f"share that passes through `{m}`"


def _groups(where: Places, traits: Moderators, effect: float, on: float) -> Iterator[Row]:
    """Group effects of the process, the other moderators at their means."""
    for name, slope in given.SLOPES.items():
        score = traits.scores[name]
        top = upper_half(score)
        high = effect + on * slope * float(score[top].mean())
        low = effect + on * slope * float(score[~top].mean())
        yield f"{name}.high", high, f"effect in cities above the median of `{name}`"
        yield f"{name}.low", low, f"effect in cities up to the median of `{name}`"
        yield f"{name}.difference", high - low, f"high less low, `{name}`"
        yield f"{name}.slope", on * slope, f"change of the effect with a standard deviation of `{name}`"
    deviation = region_deviation(where)
    for code, label in REGIONS.items():
        value = effect + on * float(deviation[where.region == code].mean())
        yield f"region.{label.lower()}", value, f"effect in cities of region {code}, {label}"
    share = float(traits.resource.mean())
    gap = on * given.RESOURCE_DEVIATION
    yield "resource.1", effect + gap * (1 - share), "effect in resource-based cities"
    yield "resource.0", effect - gap * share, "effect in cities that are not resource-based"
    yield "resource.difference", gap, "resource-based less others"


def _sample_groups(where: Places, traits: Moderators, tau: NDArray[np.float64]) -> Iterator[Row]:
    """Means of the drawn cities' effects: groups differ a little in their other moderators, too."""
    for name, score in traits.scores.items():
        top = upper_half(score)
        gap = float(tau[top].mean() - tau[~top].mean())
        yield f"sample.{name}.difference", gap, f"high less low, `{name}`, mean over the drawn cities"
    rich = traits.resource == 1
    gap = float(tau[rich].mean() - tau[~rich].mean())
    yield "sample.resource.difference", gap, "resource-based less others, mean over the drawn cities"
    for code, label in REGIONS.items():
        mean = float(tau[where.region == code].mean())
        yield f"sample.region.{label.lower()}", mean, f"mean over the drawn cities of region {code}, {label}"


def _entropy(frame: pd.DataFrame, effect: float) -> Iterator[Row]:
    scale = entropy_scale(frame)
    yield "entropy.scale", scale, "multiplies every effect when the outcome is the entropy index"
    yield "entropy.total", scale * effect, "total effect of a park on the entropy index"
