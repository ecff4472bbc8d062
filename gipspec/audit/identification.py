"""Rules on what interactive and instrumental models rest on: overlap, instruments, unit effects."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.engine import Estimate
from gipspec.lang.study import Model, Study

HEAVY = 0.05  # share of the rows, or of each tail, that is set to a bound
STRONG = 10.0  # first-stage F (Staiger and Stock 1997)


def heavy_cuts(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A11: many propensities at their bounds, or long tails winsorised."""
    trimmed = dict(estimate.measures).get("trimmed", 0.0)
    if trimmed > HEAVY:
        bound = f"`trim={model.settings.trim * 100:g}%`"
        reason = f"the propensity of {trimmed:.1%} of the rows was set to the bounds of {bound}"
        remedy = "look at the overlap: leave out rows that are always or never treated; show other bounds too"
        yield problem("A11", reason=reason, remedy=remedy)
    if model.settings.winsor > HEAVY:
        reason = f"`winsor={model.settings.winsor * 100:g}%` moves much of each tail"
        yield problem("A11", reason=reason, remedy="use `winsor=1%`, and show the estimate without it")


def weak_instrument(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A15: a first stage too weak for the usual interval."""
    f = dict(estimate.measures).get("first_stage_f", STRONG)
    if f < STRONG:
        yield problem("A15", f=f"{f:.1f}", name=model.name)


def unit_effects_stay(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A20: a model of variables as they are, on a panel whose unit effects it cannot remove."""
    if study.panel is None or estimate.fe_method != "means":
        return
    if any(study.panel.unit in effect for effect in model.settings.fe):
        linear = "pliv" if model.settings.iv else "plr"
        help = f"compare with `model={linear}`, which removes them"
        yield problem("A20", model=model.settings.model, unit=study.panel.unit, help=help)
