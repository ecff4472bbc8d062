"""Effects of groups and along a moderator from common nuisances: against least squares by hand, and truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from het_samples import CROSS, cross_section, least_squares, loaded, panel, run, series

TIGHT = 1e-9


def robust(signal: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    fit = sm.OLS(signal, basis).fit(cov_type="HC0")
    return fit.params, fit.bse


def indicators(codes: np.ndarray) -> np.ndarray:
    return np.column_stack([codes == k for k in np.unique(codes)]).astype(float)


def test_partially_linear_groups_and_slope_are_regressions_of_residuals(tmp_path: Path) -> None:
    frame = cross_section()
    results = run(tmp_path, frame, "pooled <- base; het=w; het_by=pooled\n", CROSS)
    w = frame.w.to_numpy()
    high = w > np.median(w)
    x = np.column_stack([frame.x1, w, high])
    fold = frame.fold.to_numpy()
    y, d = (frame[name].to_numpy() for name in ("y", "d"))
    y, d = (values - least_squares(x, values, fold) for values in (y, d))
    coef, se = robust(y, d[:, None] * indicators(high))
    for at, key in enumerate(("low", "high")):
        found = results[f"pooled.{key}"]
        assert (found.coef, found.se) == pytest.approx((coef[at], se[at]), abs=TIGHT)
        assert found.n == int((high == at).sum())
    z = (w - w.mean()) / w.std(ddof=1)
    coef, se = robust(y, np.column_stack([d, d * z]))
    slope = results["pooled.slope"]
    assert (slope.coef, slope.se) == pytest.approx((coef[1], se[1]), abs=TIGHT)
    measures = dict(slope.measures)
    assert measures["effect_at_mean"] == pytest.approx(coef[0], abs=TIGHT)
    assert (measures["moderator.mean"], measures["moderator.sd"]) == pytest.approx(
        (w.mean(), w.std(ddof=1)), abs=1e-12
    )
    quarters = np.digitize(w, np.quantile(w, [0.25, 0.5, 0.75]), right=True)
    coef, se = robust(y, d[:, None] * indicators(quarters))
    gates = series(results, "pooled.gate")
    assert gates["coef"] == pytest.approx(coef, abs=TIGHT)
    assert gates["se"] == pytest.approx(se, abs=TIGHT)
    assert gates["n"] == (750.0,) * 4
    assert gates["to"][1] == w[quarters == 1].max() and gates["mean"][3] == w[quarters == 3].mean()


def test_interactive_groups_and_slope_are_projections_of_the_doubly_robust_signal(tmp_path: Path) -> None:
    frame = cross_section()
    lines = "pooled <- yb ~ b | x1; model=irm; trim=5%; het=kind; het_by=pooled\n"
    lines += "split <- yb ~ b | x1; model=irm; trim=5%; het=w\n"
    results = run(tmp_path, frame, lines, CROSS)

    def signal(x: np.ndarray) -> np.ndarray:
        y, b = frame.yb.to_numpy(), frame.b.to_numpy()
        g0 = least_squares(x, y, frame.fold, b == 0)
        g1 = least_squares(x, y, frame.fold, b == 1)
        m = np.clip(least_squares(x, b, frame.fold), 0.05, 0.95)
        return g1 - g0 + b * (y - g1) / m - (1 - b) * (y - g0) / (1 - m)

    of_kind = signal(np.column_stack([frame.x1, frame.kind == "b"]))
    coef, se = robust(of_kind, indicators((frame.kind == "b").to_numpy()))
    for at, key in enumerate(("a", "b")):
        found = results[f"pooled.{key}"]
        assert (found.coef, found.se) == pytest.approx((coef[at], se[at]), abs=TIGHT)
        assert "propensity.low" in dict(found.measures)
    w = frame.w.to_numpy()
    z = (w - w.mean()) / w.std(ddof=1)
    along = signal(np.column_stack([frame.x1, w, w > np.median(w)]))
    coef, se = robust(along, np.column_stack([np.ones(len(z)), z]))
    slope = results["split.slope"]
    assert (slope.coef, slope.se) == pytest.approx((coef[1], se[1]), abs=TIGHT)


def test_the_truth_of_a_moderator_that_stays_within_units(tmp_path: Path) -> None:
    frame = panel(units=300)
    results = run(tmp_path, frame, "pooled <- base; het=[w, region]; het_by=pooled\n")
    cut = np.median(frame.w)
    for key, here in (("low", frame.w <= cut), ("high", frame.w > cut)):
        found = results[f"pooled.w.{key}"]
        assert abs(found.coef - frame.effect[here].mean()) < 4 * found.se
    truth = np.polyfit((frame.w - frame.w.mean()) / frame.w.std(), frame.effect, 1)[0]
    slope = results["pooled.w.slope"]
    assert abs(slope.coef - truth) < 4 * slope.se and slope.se < 0.03
    east = results["pooled.region.east_coast"]
    assert abs(east.coef - frame.effect[frame.region == "East Coast"].mean()) < 4 * east.se


def test_the_truth_of_a_moderator_that_changes_within_units(tmp_path: Path) -> None:
    """Products of the treatment have nuisances of their own; W·D̃ would be off by more than ten errors."""
    frame = panel(units=300)
    results = run(tmp_path, frame, "varying <- ye ~ e | x1; het=v; het_by=pooled\n")
    slope, high, low = (results[f"varying.{key}"] for key in ("slope", "high", "low"))
    assert abs(slope.coef - 0.5 * frame.v.std()) < 4 * slope.se
    here = frame.v > frame.v.median()
    for found, rows in ((high, here), (low, ~here)):
        assert abs(found.coef - (0.4 + 0.5 * frame.v[rows].mean())) < 4 * found.se
    gates = series(results, "varying.gate")
    for coef, se, mean in zip(gates["coef"], gates["se"], gates["mean"], strict=True):
        assert abs(coef - (0.4 + 0.5 * mean)) < 4 * se


@pytest.mark.parametrize(("method", "off"), [("within", 0.1), ("fd", 0.2), ("cre", 0.1)])
def test_groups_that_adopt_at_different_times(tmp_path: Path, method: str, off: float) -> None:
    """The effects are 0 and 2. Products of what is left of the treatment would be 0.6 off after `within`."""
    rng = np.random.default_rng(0)
    city, year = np.repeat(np.arange(200), 12), np.tile(np.arange(12), 200)
    late, level = np.arange(200) % 2 == 0, rng.normal(size=200)
    since = np.where(late, rng.integers(8, 11, 200), rng.integers(2, 5, 200))
    d = (year >= np.where(rng.random(200) < 0.3, 99, since)[city]).astype(float)
    x = rng.normal(size=2400)
    y = level[city] + 0.2 * year + 0.5 * x + 2 * d * ~late[city] + 0.5 * rng.normal(size=2400)
    group = np.where(late, "A late", "B early")[city]
    frame = pd.DataFrame({"city": city, "year": year, "y": y, "d": d, "x1": x, "group": group})
    frame["w"] = np.where(late, 0.0, 1.0)[city] + (city % 50) / 100
    lines = f"pooled <- base; het=[group, w]; het_by=pooled; fe_method={method}\n"
    results = run(tmp_path, frame, lines)
    for name in ("group", "w"):
        assert results[f"pooled.{name}.difference"].coef == pytest.approx(2, abs=off)
    slope = results["pooled.w.slope"]
    assert slope.coef == pytest.approx(np.polyfit(frame.w, 2.0 * ~late[city], 1)[0] * frame.w.std(), abs=off)
    gates = series(results, "pooled.w.gate")["coef"]
    assert gates == pytest.approx([0, 0, 2, 2], abs=2 * off)


@pytest.mark.parametrize(("effects", "further"), [("city", 0), ("city + year", 3)])
def test_products_are_learned_where_effects_of_time_are_removed(
    tmp_path: Path, effects: str, further: int
) -> None:
    lines = f"own <- base; add=factor(region); fe={effects}\npooled <- own; het=region; het_by=pooled\n"
    study = loaded(tmp_path, panel(), lines)
    survey = study.survey(study.plan())
    fresh = {d.name: d.fresh for d in survey.demands}
    reps = 2
    assert fresh["own"] + fresh["pooled"] == reps * (2 + further)  # outcome, treatment, a product a region
    assert {d.name: d.asked for d in survey.demands}["pooled"] == reps * (2 + further)


def test_a_group_without_treatment_is_left_out(tmp_path: Path) -> None:
    lines = "pooled <- base; treatment=barred; het=region; het_by=pooled\n"
    results = loaded(tmp_path, panel(), lines).run()
    (found,) = (p for p in results.problems if p.severity == "error")
    assert found.code == "G441" and "`west`" in found.message
    assert [e.key for e in results.of_model("pooled")] == ["central", "east_coast", "difference.east_coast"]


def test_categories_have_no_slope(tmp_path: Path) -> None:
    results = run(tmp_path, panel(), "hetero <- base; het=region\n")
    assert "gate" not in {s.series.kind for s in results.series}
    assert "slope" not in {e.kind for e in results}


@pytest.mark.parametrize("method", ["fd", "cre", "wg", "dummies"])
def test_every_way_to_remove_effects_finds_the_difference(tmp_path: Path, method: str) -> None:
    frame = panel(units=200)
    lines = f"pooled <- base; het=w; het_by=pooled; fe_method={method}\n"
    results = run(tmp_path, frame, lines)
    cut = np.median(frame.w)
    truth = frame.effect[frame.w > cut].mean() - frame.effect[frame.w <= cut].mean()
    found = results["pooled.difference"]
    assert abs(found.coef - truth) < 4 * found.se and abs(found.t) > 4
