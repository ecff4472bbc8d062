"""Rules on treatments that units adopt at different times."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.diagnostics import Problem, problem
from gipspec.engine import Estimate
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Model, Study


def staggered_adoption(study: Study, model: Model, estimate: Estimate) -> Iterator[Problem]:
    """A13: one coefficient for an adoption in several periods, and no event study of it in the study."""
    periods = dict(estimate.measures).get("adoption.periods", 0.0)
    studied = {print_expr(t) for m in study.models if m.settings.model == "did" for t in m.treatments}
    if study.panel is not None and periods > 1 and estimate.treatment not in studied:
        names = {m.family for m in study.models}
        name = next((n for n in ("event", "dynamics") if n not in names), f"event_{model.family}")
        yield problem(
            "A13",
            name=estimate.treatment,
            periods=f"{periods:.0f}",
            help=f"add a line such as `{name} <- {model.name}; event=-5..5`",
        )
