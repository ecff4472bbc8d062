"""The registry of functions (docs/language.md): a closed list, so that a spec can never run code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionEntry:
    """A function of the language.

    `role` is "column" (a value for each row), "term" (features, in formulas only) or "index" (a composite of
    signed indicators, in `let` only). `positional` names the arguments that may be given by position, `least`
    how many of them are needed; with `repeats` the last one may be repeated. `named` are given by name only.
    `group` is the heading in the reference.
    """

    name: str
    role: str
    group: str
    positional: tuple[str, ...]
    least: int
    meaning: str
    example: str
    repeats: bool = False
    named: tuple[str, ...] = ()
    needs_panel: bool = False


def _f(name: str, group: str, positional: str, least: int, meaning: str, example: str, *, role: str = "column", repeats: bool = False, named: str = "", needs_panel: bool = False) -> FunctionEntry:  # fmt: skip
    return FunctionEntry(
        name=name,
        role=role,
        group=group,
        positional=tuple(positional.split()),
        least=least,
        meaning=meaning,
        example=example,
        repeats=repeats,
        named=tuple(named.split()),
        needs_panel=needs_panel,
    )


_LISTED = (
    _f("log", "arithmetic", "x", 1, "natural logarithm; not finite values are an error", "let lngdp = log(gdp)"),
    _f("log1p", "arithmetic", "x", 1, "log(1 + x)", "let lnpat = log1p(patents)"),
    _f("exp", "arithmetic", "x", 1, "exponential", "let gdp = exp(lngdp)"),
    _f("sqrt", "arithmetic", "x", 1, "square root", "let s = sqrt(area)"),
    _f("abs", "arithmetic", "x", 1, "absolute value", "let a = abs(gap)"),
    _f("min", "arithmetic", "x", 2, "smallest of its arguments, by row", "let m = min(a, b)", repeats=True),
    _f("max", "arithmetic", "x", 2, "largest of its arguments, by row", "let m = max(a, 0)", repeats=True),
    _f("round", "arithmetic", "x digits", 1, "rounded half to even, to 0 digits unless told", "let r = round(share, 2)"),
    _f("ifelse", "arithmetic", "condition yes no", 3, "`yes` where the condition holds, otherwise `no`", "let big = ifelse(pop > 500, 1, 0)"),
    _f("is_missing", "arithmetic", "x", 1, "1 where the value is missing", "sample known = not is_missing(fdi)"),
    _f("lag", "panel", "x k", 1, "the value of the unit k periods earlier (1 unless told)", "let fdi1 = lag(fdi)", needs_panel=True),
    _f("lead", "panel", "x k", 1, "the value of the unit k periods later (1 unless told)", "let next = lead(gip)", needs_panel=True),
    _f("diff", "panel", "x k", 1, "x minus its value k periods earlier (1 unless told)", "let growth = diff(lngdp)", needs_panel=True),
    _f("ave", "panel", "x by", 2, "mean of x within the groups of `by`; `a:b` for pairs", "let peers = ave(fdi, province:year)"),
    _f("winsor", "transforms", "x share", 2, "each tail beyond the share set to the quantile", "let w = winsor(fdi, 1%)"),
    _f("standardize", "transforms", "x", 1, "minus its mean, divided by its standard deviation (n - 1)", "let z = standardize(openness)"),
    _f("rank", "transforms", "x", 1, "mean rank, from 1", "let r = rank(gdp)"),
    _f("cut", "transforms", "x groups", 2, "number of the quantile group, from 1; or of the interval, for breaks in brackets", "let size = cut(pop, 4)"),
    _f("entropy", "indices", "indicator", 2, "composite index with entropy weights; signs give the direction", "let y = entropy(+resist, +recover, -volatility)", role="index", repeats=True, named="scale"),
    _f("pca", "indices", "indicator", 2, "first principal component of the standardised indicators, signed like the indicators", "let y = pca(+resist, +recover, -volatility)", role="index", repeats=True, named="scale"),
    _f("topsis", "indices", "indicator", 2, "closeness to the ideal solution, with entropy weights", "let y = topsis(+resist, +recover, -volatility)", role="index", repeats=True, named="scale"),
    _f("poly", "terms", "x degree", 2, "orthogonal polynomial", "y ~ d | poly(urban, 2)", role="term"),
    _f("bs", "terms", "x df", 1, "B-spline basis", "y ~ d | bs(urban, df=5)", role="term", named="degree"),
    _f("factor", "terms", "x", 1, "dummies of a categorical column, the first category left out", "y ~ d | factor(region)", role="term"),
    _f("square", "terms", "x", 1, "squares of a column, or of each continuous column of a set", "quad <- base; add=square(controls)", role="term"),
    _f("I", "terms", "x", 1, "arithmetic within a formula", "y ~ d | I(gdp / pop)", role="term"),
    _f("terciles", "moderators", "x", 1, "three groups of equal size, for `het=`", "hetero <- base; het=terciles(openness)", role="moderator"),
    _f("quantiles", "moderators", "x groups", 2, "groups of equal size, for `het=`", "hetero <- base; het=quantiles(openness, 4)", role="moderator"),
    _f("policytree", "moderators", "x", 1, "a shallow tree of who gains most, for `het=`", "who <- base; het=policytree(openness, digital)", role="moderator", repeats=True, named="depth"),
)  # fmt: skip

FUNCTIONS = {entry.name: entry for entry in _LISTED}
