"""Rules on treatments that units adopt at different times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gipspec.audit.remedies import is_plain, unused
from gipspec.audit.written import anew
from gipspec.diagnostics import Finding, Remedy, finding
from gipspec.lang.notation import print_name
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Panel, Study

if TYPE_CHECKING:
    from gipspec.engine import Estimate

WINDOW = "-5..5"


def staggered_adoption(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A13: one coefficient for an adoption in several periods, and no event study of it in the study."""
    studied = {print_expr(t) for m in study.models if m.settings.model == "did" for t in m.treatments}
    moved = bool(model.settings.placebo_lead)  # adoption that never happened has no event study
    if study.panel is None or moved:
        return
    name, periods = estimate.treatment, dict(estimate.measures).get("adoption.periods", 0.0)
    if periods <= 1 or name in studied:
        return
    remedy = _event_study(study, study.panel, name)
    yield finding(
        "A13",
        name=name,
        periods=f"{periods:.0f}",
        help=f"add a line such as `{remedy.lines}`" if remedy else f"add an event study: `event={WINDOW}`",
        about=name,
        measures=(("adoption.periods", periods),),
        remedy=remedy,
    )


def _plainness(model: Model, panel: Panel) -> tuple[bool, bool, str, bool, int, str]:
    """Order models by how plain they are: clustered by unit, or at all; no member of a fan, a formula, many
    controls, then by name.
    """
    by_unit, clustered = (panel.unit,) == model.settings.cluster, set(model.settings.cluster) - {panel.time}
    return not by_unit, not clustered, model.variant, "~" not in model.line, -len(model.controls), model.name


def _event_study(study: Study, panel: Panel, treatment: str) -> Remedy | None:
    """Return one line for a treatment, whatever model was found: one event study serves the whole study.

    It varies a line where that asks for nothing that an event study cannot have.
    """
    alone = [m for m in study.models if tuple(print_expr(t) for t in m.treatments) == (treatment,)]
    plain = [m for m in alone if m.settings.model == "plr" and is_plain(m.settings)]
    if not alone:
        return None
    base = min(plain or alone, key=lambda m: _plainness(m, panel))
    if not plain:
        return anew(study, base, "event", kind="did", event=WINDOW)
    names = {m.family for m in study.models}
    name = next((n for n in ("event", "dynamics") if n not in names), unused(study, f"event_{base.family}"))
    return Remedy.of(f"{print_name(name)} <- {print_name(base.name)}; event={WINDOW}")
