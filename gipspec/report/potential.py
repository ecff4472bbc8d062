"""How a note says what effects on quantiles and contrasts of levels are."""

from __future__ import annotations

from gipspec.engine.results import Estimate
from gipspec.report.columns import Column
from gipspec.report.decimals import fixed, p_value
from gipspec.report.phrases import sentence

QUANTILES = (
    "An effect on a quantile is that quantile of the outcome had all been treated, less that had none been "
    "(Kallus et al. 2024); it is not a quantile of the effects of units."
)
LEVELS = "A contrast is the mean outcome had all had the one level, less that had all had the other."


def potential_sentences(columns: tuple[Column, ...]) -> list[str]:
    """Return what a reader of quantile effects and of levels must know; nothing without such columns."""
    models = {c.first.model for c in columns}
    found = [QUANTILES] if "qte" in models else []
    if "apo" in models:
        found += [LEVELS, sentence("test that all levels have the same mean: ", columns, _equality)]
    return [text for text in found if text]


def _equality(e: Estimate) -> str:
    measures = dict(e.measures)
    if "equality.p" not in measures:
        return ""
    chi2 = fixed(measures["equality.chi2"], 3)
    return f"χ²({measures['equality.df']:.0f}) = {chi2}, {p_value(measures['equality.p'])}"
