"""How a note says what an event study compares, from which base, and how its test and band are made."""

from __future__ import annotations

from gipspec.engine.results import Estimate
from gipspec.report.columns import Column
from gipspec.report.decimals import fixed, p_value, percent
from gipspec.report.phrases import sentence

SCORE = (
    "effects by cohort and period from the doubly robust score (Sant'Anna and Zhao 2020; Callaway and "
    "Sant'Anna 2021), on the change of the outcome since "
)
CONTROLS = {
    "never": "units that are never treated",
    "notyet": "units that are never treated or not treated yet",
}
BAND = "a band for all event times at once takes "


def staggered_sentences(columns: tuple[Column, ...]) -> list[str]:
    """Return the sentences that event studies need; nothing for other models."""
    shown = tuple(c for c in columns if c.first.model == "did")
    if not shown:
        return []
    found = [
        sentence(SCORE, columns, _base),
        sentence("compared with ", columns, lambda e: CONTROLS.get(_setting(e, "control"), "")),
        _overall(shown),
        sentence("joint test of the event times ", columns, _pre_trend),
        sentence(BAND, columns, _band),
    ]
    return [text for text in found if text]


def _setting(e: Estimate, name: str) -> str:
    return dict(e.settings).get(name, "")


def _base(e: Estimate) -> str:
    ahead = _setting(e, "anticipation")
    return base_phrase(int(ahead)) if ahead else ""


def base_phrase(ahead: int) -> str:
    """Say from which period on effects are measured, where units may react so many periods `ahead`."""
    if ahead == 0:
        return "the period before adoption, and before adoption from one period to the next"
    return f"{ahead + 1} periods before adoption, and before adoption over {ahead + 1} periods"


def tested_phrase(ahead: int) -> str:
    """Say which event times the test of trends before adoption is about."""
    return "before adoption" if ahead == 0 else f"up to {-ahead - 1} (before any anticipation)"


def _overall(columns: tuple[Column, ...]) -> str:
    """Say what the effect in the row of the treatment is the mean of."""
    last = {max((int(e.key) for _, e in c.estimates if e.kind == "event"), default=-1) for c in columns}
    until = f" to {last.pop()}" if len(last) == 1 else ""
    if all(e.key != "overall" for c in columns for _, e in c.estimates) or until == " to -1":
        return ""
    return f"The effect of an event study is the mean over the event times from 0{until}, which count alike."


def _pre_trend(e: Estimate) -> str:
    measures = dict(e.measures)
    if "pretrend.p" not in measures:
        return ""
    chi2 = fixed(measures["pretrend.chi2"], 3)
    tested = tested_phrase(int(_setting(e, "anticipation") or 0))
    return f"{tested}: χ²({measures['pretrend.df']:.0f}) = {chi2}, {p_value(measures['pretrend.p'])}"


def _band(e: Estimate) -> str:
    critical = dict(e.measures).get("band.critical")
    if critical is None:
        return ""
    return f"{fixed(critical, 3)} standard errors on either side ({percent(e.level)})"
