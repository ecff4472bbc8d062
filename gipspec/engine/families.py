"""What the estimates of one line have in common: p-values adjusted for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gipspec.engine.results import Estimate
from gipspec.estimate import adjust_p
from gipspec.learn import derive_seed


def adjust_differences(estimates: Sequence[Estimate], seed: int) -> list[Estimate]:
    """Give the differences between groups of one line, `het=[a, b]`, the p-values that hold for all of them.

    The measures `p_rw` (Romano and Wolf 2005) and `p_holm` are added where a line has several differences
    with the same clusters; see `gipspec.estimate.multiple`.
    """
    families: dict[tuple[str, frozenset[str]], list[int]] = {}
    for at, e in enumerate(estimates):
        if e.moderator and e.kind == "difference":
            families.setdefault((e.family, frozenset(e.influence.dimensions)), []).append(at)
    found = list(estimates)
    for (family, _), members in families.items():
        if len(members) < 2:
            continue
        adjusted = adjust_p(
            [estimates[at].influence for at in members], seed=derive_seed(seed, "family", family)
        )
        for at, rw, holm in zip(members, adjusted.romano_wolf, adjusted.holm, strict=True):
            measures = (*found[at].measures, ("p_rw", float(rw)), ("p_holm", float(holm)))
            found[at] = replace(found[at], measures=measures)
    return found
