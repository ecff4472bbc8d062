"""Lines that mend what the recipes raise, which see the rows."""

from __future__ import annotations

from gipspec.audit.names import printed
from gipspec.audit.remedies import amended
from gipspec.audit.written import anew
from gipspec.diagnostics import Remedy
from gipspec.lang.study import Model, Study
from gipspec.lang.vocabulary import OPTIONS

WIDE, WIDEST = 0.05, 0.25  # bounds of the propensity


def remedy(study: Study, model: Model, code: str) -> Remedy | None:
    """Return the line that mends a finding of a recipe: wider bounds (A22), means beside quantiles (A24)."""
    match code:
        case "A22" if model.settings.model in OPTIONS["trim"].models:
            trim = max(WIDE, 2 * model.settings.trim)
            return amended(model, trim=f"{trim * 100:g}%") if trim <= WIDEST else None
        case "A24":
            return anew(study, model, "means", kind="irm")
    return None


def answered(study: Study, model: Model, code: str) -> bool:
    """Tell whether another line answers a finding of a recipe: one that compares means (A24)."""
    alike = (m for m in study.models if printed(m) == printed(model))
    return code == "A24" and any(m.settings.model == "irm" for m in alike)
