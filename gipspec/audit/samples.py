"""Rules on samples that remove nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gipspec.audit.comparisons import but_sample
from gipspec.audit.written import varied_by
from gipspec.diagnostics import Finding, Remedy, finding
from gipspec.lang.study import Model, Study

if TYPE_CHECKING:
    from gipspec.engine import Estimate, Results

SAME = 1e-9  # relative difference of estimates from the same rows


def samples_without_effect(
    study: Study, models: Sequence[Model], results: Results
) -> Iterator[tuple[Model, Finding]]:
    """A14: a sample that removes no row, or none that the same line uses without it.

    The latter is told by the results: rows that lack a value are left out anyway.
    """
    for model in (m for m in models if m.settings.sample is not None):
        found = tuple(results.of_model(model.name))
        if any(one.excluded == 0 for one in found):
            yield model, _no_row(model, found[0])
            continue
        alike = (o for o in _uncut(study, model) if _same(found, tuple(results.of_model(o.name))))
        for other in list(alike)[:1]:
            yield model, _no_row_of(model, other, found[0])


def _uncut(study: Study, model: Model) -> Iterator[Model]:
    """Yield the models that ask for the same without a sample, or with that of the line that varies them."""
    base, sample = varied_by(study, model), model.settings.sample
    for other in study.models:
        uncut = other.settings.sample is None or (other == base and other.settings.sample != sample)
        if uncut and but_sample(other) == but_sample(model):
            yield other


def _same(one: Sequence[Estimate], other: Sequence[Estimate]) -> bool:
    """Tell whether two models have the same estimates, from the same number of rows."""
    alike = {e.key: e for e in other}
    return bool(one) and len(one) == len(other) and all(_equal(e, alike.get(e.key)) for e in one)


def _equal(one: Estimate, other: Estimate | None) -> bool:
    if other is None or one.n != other.n:
        return False
    pairs = ((one.coef, other.coef), (one.se, other.se))
    return all(math.isclose(a, b, rel_tol=SAME) or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


def _no_row(model: Model, estimate: Estimate) -> Finding:
    measures = (("rows", float(estimate.n)), ("excluded", float(estimate.excluded)))
    return finding("A14", name=model.name, measures=measures, remedy=_taken_out(model))


def _no_row_of(model: Model, other: Model, estimate: Estimate) -> Finding:
    one = _no_row(model, estimate)
    return replace(one, message=f"{one.message} that `{other.name}` uses: both are one estimate")


def _taken_out(model: Model) -> Remedy:
    return Remedy.of("\n".join(f"# {line}" for line in model.line.split("\n")), replaces=True)
