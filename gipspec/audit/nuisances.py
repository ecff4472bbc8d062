"""Rules on what the learners achieved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gipspec.audit.remedies import amended, is_plain
from gipspec.diagnostics import Finding, finding
from gipspec.lang.study import Model, Study

if TYPE_CHECKING:
    from gipspec.engine import Estimate

WORSE = -0.05  # out-of-fold R² of a learner that adds noise; about nought means nothing was there to learn
LITTLE = 0.05  # share of the treatment's variation that controls should leave at least
THIN = 0.25  # effective rows of an arm, as a share of what they are at most (docs/audit.md)
HALF, FEW = 0.5, 40  # the share that is asked for where effective rows are few
COMMON = (
    "leave out, with `sample=`, rows without their like in the other arm, and show other bounds of `trim=`"
)
TREATED = "ask for the effect on the treated, `target=att`, where the model has it; "
OPTIONS = {
    "outcome": "learner_y",
    "treatment": "learner_d",
    "instrument": "learner_z",
    "mediator": "learner_m",
}


def no_better_than_the_mean(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A06: an out-of-fold R² clearly below nought, for a model that has controls."""
    if not model.controls:
        return
    scores = {(n.role, n.target): dict(n.metrics).get("r2", 0.0) for n in estimate.nuisances}
    bad = {key: r2 for key, r2 in scores.items() if r2 < WORSE}
    if not bad:
        return
    (_, target), r2 = min(bad.items(), key=lambda item: item[1])
    options = [OPTIONS.get(role.split(",")[0].split()[0], "") for role, _ in bad]
    yield finding(
        "A06",
        target=target,
        r2=f"{r2:.3f}",
        measures=tuple((f"r2.{target}", r2) for (_, target), r2 in bad.items()),
        remedy=amended(model, (), **dict.fromkeys(options, "lasso")) if all(options) else None,
    )


def little_variation_left(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A07: a treatment that the controls nearly determine, or an arm of which few rows carry the weight."""
    share = estimate.residual_share
    if share < LITTLE:
        reason = f"only {share:.1%} of the variation of the treatment is left after the controls"
        yield finding("A07", reason=reason, measures=(("residual_share", share),))
    else:
        thin = [arm for arm in _arms(model, estimate) if arm.is_thin]
        if thin:
            yield _poor_overlap(model, estimate, min(thin, key=lambda arm: arm.effective / arm.best))


@dataclass(frozen=True, slots=True)
class _Arm:
    """The rows of an arm; `effective` of them with equal weights would be as good, `best` of them at most."""

    name: str
    rows: float
    effective: float
    best: float

    @property
    def is_thin(self) -> bool:
        share = self.effective / self.best
        return share < THIN or (share < HALF and self.effective < FEW)


def _arms(model: Model, estimate: Estimate) -> Iterator[_Arm]:
    """Yield the arms that weights are given to, for models with a propensity.

    An effect on the treated asks of the untreated no more than there are treated.
    """
    known = dict(estimate.measures)
    rows = {name.removeprefix("rows."): n for name, n in known.items() if name.startswith("rows.")}
    for name, n in rows.items():
        if model.settings.target != "att":
            yield _Arm(f"{name} rows", n, known[f"effective.{name}"], n)
        elif name != "treated":
            yield _Arm(f"{name} rows", n, known[f"effective.{name}"], min(n, rows["treated"]))
    if "effective" in known:
        yield _Arm(f"rows of {estimate.term_label}", known["rows"], known["effective"], known["rows"])


def _poor_overlap(model: Model, estimate: Estimate, arm: _Arm) -> Finding:
    known = dict(estimate.measures)
    kept = ("propensity.low", "propensity.high", "trimmed")
    treated = model.settings.model == "irm" and model.settings.target == "ate" and is_plain(model.settings)
    worth = f"{arm.effective:,.0f} with equal weights"
    return finding(
        "A07",
        reason=f"poor overlap: the {arm.rows:,.0f} {arm.name} are worth {worth}",
        help=COMMON if model.settings.target == "att" else f"{TREATED}{COMMON}",
        measures=(
            ("rows", arm.rows),
            ("effective", arm.effective),
            *((name, known[name]) for name in kept if name in known),
        ),
        remedy=amended(model, target="att") if treated and arm.name.startswith("treated") else None,
    )
