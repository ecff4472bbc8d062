"""How a note says what placebo tests and sensitivity analyses did."""

from __future__ import annotations

from gipspec.engine.results import Estimate
from gipspec.report.columns import Column
from gipspec.report.decimals import fixed, percent
from gipspec.report.phrases import sentence

MEASURES = (  # rows of the footer, where a column has them
    ("Pre-trends, p-value", "pretrend.p"),
    ("Permutation p-value", "placebo.p"),
    ("Robustness value", "rv"),
    ("Robustness value, significance", "rva"),
)
PERMUTED = (
    "permutation p-values compare |t| with that of draws in which whole paths of the treatment are permuted "
    "over units: "
)
BY = {
    "refit": "each with a treatment nuisance of its own",
    "design": "with the propensity that permuting implies",
}
ROBUST = (
    "robustness values say what share of the residual variation of outcome and treatment unobserved "
    "confounders must explain to bring the estimate to zero, or, for significance, the end of its one-sided "
    "interval (Chernozhukov et al. 2022): "
)


def analysis_sentences(columns: tuple[Column, ...]) -> list[str]:
    """Return the sentences that such columns need; nothing for other models."""
    found = [
        sentence(PERMUTED, columns, _placebo),
        sentence("placebo in time: adoption moved ahead by ", columns, _early),
        sentence(ROBUST, columns, lambda e: percent(e.level) if "rva" in dict(e.measures) else ""),
    ]
    return [text for text in found if text]


def _placebo(e: Estimate) -> str:
    if "placebo.p" not in dict(e.measures):
        return ""
    _, by, *strata = dict(e.settings)["placebo"].split(", ", 2)
    known = dict(e.measures)
    draws = fixed(known["placebo.draws"], 0, group=",")
    parts = [" ".join([draws, *strata]), BY[by]]
    if known["placebo.units"] < e.units:
        parts.append(f"{fixed(known['placebo.units'], 0, group=',')} of {e.units:,} units exchange paths")
    if known["placebo.failed"]:
        failed = fixed(known["placebo.failed"], 0, group=",")
        parts.append(f"{failed} without an estimate, which count as larger")
    return ", ".join(parts)


def _early(e: Estimate) -> str:
    if e.kind != "placebo in time":
        return ""
    periods = dict(e.settings)["placebo_lead"]
    return f"{periods} period{'' if periods == '1' else 's'}, periods under treatment left out"
