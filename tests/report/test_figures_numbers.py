"""What figures plot is what was estimated: the table behind each against the estimates, and formulas."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist, median

import numpy as np
import pytest
from figure_samples import SPEC, floats, numbers, panel
from scipy.stats import gaussian_kde

import gipspec
from gipspec.diagnostics import GipError
from gipspec.engine.results import Results
from gipspec.report.figures import Figure, build_figure
from gipspec.report.figures.dimensions import dimensions_of
from gipspec.report.figures.figure import COLUMN, PAGE, Band, Contours, Line, Mark, Points, Reference, Words
from gipspec.report.figures.kinds.placebo import density
from gipspec.report.figures.kinds.sensitivity import round_levels
from gipspec.report.saved import load_results_json, results_json


class Made:
    """The study run once, its figures by name."""

    def __init__(self, folder: Path) -> None:
        panel().to_csv(folder / "panel.csv", index=False)
        loaded = gipspec.loads(SPEC, folder=folder)
        assert loaded.ok, loaded.problems
        self.study, self.results = loaded.require(), loaded.run()

    def figure(self, name: str, results: Results | None = None) -> Figure:
        (request,) = [f for f in self.study.figures if f.name == name]
        return build_figure(request, results or self.results, self.study)

    def marks(self, name: str, kind: type[Mark], panel: int = 0) -> list[Mark]:
        return [m for m in self.figure(name).panels[panel].marks if isinstance(m, kind)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("figures"))


def test_results_read_back_give_the_same_figures(made: Made) -> None:
    back = load_results_json(results_json(made.results))
    for request in made.study.figures:
        if request.name != "nothing":
            assert repr(made.figure(request.name, back)) == repr(made.figure(request.name))


# ---------------------------------------------------------------- event studies


def test_an_event_study_shows_its_estimates(made: Made) -> None:
    rows = numbers(made.figure("dynamics"))
    assert floats(rows, "event") == [-2, -1, 0, 1, 2]
    for row in rows:
        e = made.results[f"event.{row['event']}"]
        assert (float(row["coef"]), float(row["se"])) == (e.coef, e.se)
        assert (float(row["low"]), float(row["high"])) == e.ci


def test_the_band_is_wider_by_its_critical_value(made: Made) -> None:
    critical = dict(made.results["event.overall"].measures)["band.critical"]
    rows = numbers(made.figure("dynamics"))
    half = [(float(r["band.high"]) - float(r["band.low"])) / 2 for r in rows]
    np.testing.assert_allclose(half, [critical * float(r["se"]) for r in rows], rtol=1e-8)
    (band,) = made.marks("dynamics", Band)
    assert isinstance(band, Band)
    assert list(band.low) == floats(rows, "band.low")
    assert not made.marks("compared", Band)


def test_the_notes_have_the_test_of_the_times_before(made: Made) -> None:
    measures = dict(made.results["event.overall"].measures)
    notes = " ".join(made.figure("dynamics").notes)
    assert f"χ²({measures['pretrend.df']:.0f}) = {measures['pretrend.chi2']:.2f}" in notes
    assert "never treated." in notes and "clustered by city" in notes
    notes = " ".join(made.figure("compared").notes)
    assert "effects of Never before adoption" in notes
    assert "Not yet, with units that are never treated or not treated yet" in notes


def test_the_notes_know_where_effects_are_measured_from(made: Made) -> None:
    assert "since the period before adoption, and before adoption from one period to the next." in " ".join(
        made.figure("dynamics").notes
    )
    notes = " ".join(made.figure("early").notes)
    assert "since 2 periods before adoption, and before adoption over 2 periods." in notes
    assert "the effects up to -2 (before any anticipation) are all zero: χ²(1)" in notes


def test_studies_stand_side_by_side(made: Made) -> None:
    first, second = made.marks("compared", Points)
    assert isinstance(first, Points) and isinstance(second, Points)
    assert (first.label, second.label) == ("Never", "Not yet")
    assert first.style != second.style
    np.testing.assert_allclose(np.array(second.x) - np.array(first.x), 0.16)


# ---------------------------------------------------------------- coefficients and curves


def test_a_coefficient_plot_has_a_line_for_each_model(made: Made) -> None:
    figure = made.figure("robust")
    rows = numbers(figure)
    names = ["base", "algos.ols.2", "algos.ols.3", "algos.ridge.2", "algos.ridge.3", "gap"]
    assert [r["estimate"] for r in rows] == names
    for row in rows:
        e = made.results[row["estimate"]]
        assert (float(row["coef"]), float(row["low"]), float(row["p"])) == (e.coef, e.ci[0], e.p)
    assert [r["heading"] for r in rows] == ["", *["Learners"] * 4, ""]
    (y,) = [p.y for p in figure.panels]
    assert [text for at, text in y.ticks or () if at in y.heads] == ["Learners"]
    assert [text for _, text in y.ticks or ()][2] == "ols, 2 folds"
    assert figure.notes[0] == "Not shown, for want of results: broken."


def test_a_mechanism_in_other_units(made: Made) -> None:
    rows = numbers(made.figure("how"))
    assert [r["estimate"] for r in rows] == ["mech.total", "mech.direct", "mech.indirect"]
    for row in rows:
        assert float(row["coef"]) == pytest.approx(100 * made.results[row["estimate"]].coef, rel=1e-12)
    assert "multiplied by 100" in made.figure("how").notes[-1]


def test_a_specification_curve_is_sorted_above_its_choices(made: Made) -> None:
    rows = numbers(made.figure("choices"))
    shown = [made.results[r["estimate"]] for r in rows]
    assert floats(rows, "coef") == sorted(e.coef for e in shown)
    assert {r["estimate"] for r in rows} == {e.name for e in shown} and len(rows) == 7
    assert set(rows[0]) >= {"Learner", "Folds", "Sample", "Controls"}
    by_name = {r["model"]: r for r in rows}
    assert by_name["short"]["Controls"] == "− x2"
    assert by_name["late"]["Sample"] == "late"
    assert (by_name["algos.ridge.2"]["Learner"], by_name["algos.ridge.2"]["Folds"]) == ("ridge", "2")
    assert next(r["model"] for r in numbers(made.figure("listed"))) == "base"


def test_the_dots_below_a_curve_are_the_choices_above_them(made: Made) -> None:
    figure = made.figure("choices")
    rows, below = numbers(figure), figure.panels[1]
    texts = dict(below.y.ticks or ())
    heads = sorted(below.y.heads, reverse=True)
    dots = {(x, y) for m in below.marks if isinstance(m, Points) for x, y in zip(m.x, m.y, strict=True)}
    expected = set()
    for row in rows:
        for head in heads:
            (at,) = [
                y
                for y, text in texts.items()
                if y < head and (head == heads[-1] or y > max(h for h in heads if h < head))
                if text == row[texts[head]]
            ]
            expected.add((float(row["place"]), at))
    assert dots == expected


def test_a_curve_counts_what_it_shows(made: Made) -> None:
    shown = [made.results[r["estimate"]] for r in numbers(made.figure("choices"))]
    values = [e.coef for e in shown]
    notes = " ".join(made.figure("choices").notes)
    assert f"the median is {median(values):.3f}, the range {min(values):.3f} to {max(values):.3f}" in notes
    clear = sum(e.ci[0] > 0 or e.ci[1] < 0 for e in shown)
    assert f"in {clear} of {len(values)}" in notes


def test_specifications_that_do_not_differ_have_no_choices(made: Made) -> None:
    e = made.results["base"]
    assert dimensions_of([e, e], {}) == ()
    assert dimensions_of([], {}) == ()


# ---------------------------------------------------------------- placebo


def test_a_placebo_shows_its_draws_and_the_true_estimate(made: Made) -> None:
    rows = numbers(made.figure("fakes"))
    (series,) = [s.series for s in made.results.series if s.name == "fake.placebo"]
    assert floats(rows, "coef") == list(dict(series.columns)["coef"])
    assert len(rows) == 60
    for row in rows:
        t = abs(float(row["coef"]) / float(row["se"]))
        assert float(row["p"]) == pytest.approx(2 * (1 - NormalDist().cdf(t)), abs=1e-12)
    actual = dict(made.results["fake"].measures)["placebo.coef"]
    for at in (0, 1):
        (line,) = [m for m in made.marks("fakes", Reference, at) if isinstance(m, Reference) and m.strong]
        assert line.at == actual
    share = (
        1 + sum(abs(float(r["t"])) >= abs(dict(made.results["fake"].measures)["placebo.t"]) for r in rows)
    ) / 61
    assert f"permutation p-value {share:.3f}" in " ".join(made.figure("fakes").notes)


def test_the_density_is_that_of_silverman() -> None:
    x = np.random.default_rng(1).normal(size=80)
    spread = min(x.std(ddof=1), (np.quantile(x, 0.75) - np.quantile(x, 0.25)) / 1.34)
    width = 0.9 * spread * 80**-0.2
    at, height = density(tuple(x))
    other = gaussian_kde(x, bw_method=width / x.std(ddof=1))
    np.testing.assert_allclose(height, other(np.array(at)), rtol=1e-10)
    assert np.trapezoid(height, at) == pytest.approx(1, abs=0.002)
    assert density((1.0, 1.0, 1.0)) == ((), ())
    assert density((1.0,)) == ((), ())


# ---------------------------------------------------------------- groups and moderators


def test_groups_have_their_effects_and_the_test_between_them(made: Made) -> None:
    figure = made.figure("who")
    rows = [r for r in numbers(figure) if ".gate." not in r["estimate"]]
    assert [r["estimate"] for r in rows] == [
        *("hetero.z.low", "hetero.z.high"),
        *("hetero.kind.0", "hetero.kind.1"),
    ]
    for row in rows:
        e = made.results[row["estimate"]]
        assert (float(row["coef"]), float(row["se"])) == (e.coef, e.se)
        p = made.results[f"{e.model_name}.difference"].p
        assert row["test"] == ("difference: p < 0.001" if p < 0.001 else f"difference: p = {p:.3f}")
    gates = [r for r in numbers(figure) if ".gate." in r["estimate"]]
    (series,) = [s.series for s in made.results.series if s.name == "hetero.z.gate"]
    assert floats(gates, "coef") == list(dict(series.columns)["coef"])
    assert [m.text for m in figure.panels[0].marks if isinstance(m, Words)] == [
        rows[0]["test"],
        rows[2]["test"],
    ]


def test_the_line_along_a_moderator_is_its_best_linear_predictor(made: Made) -> None:
    figure = made.figure("along")
    slope = made.results["hetero.z.slope"]
    m = dict(slope.measures)
    (line,) = [x for x in figure.panels[0].marks if isinstance(x, Line)]
    for x, y in zip(line.x, line.y, strict=True):
        by_hand = m["effect_at_mean"] + slope.coef * (x - m["moderator.mean"]) / m["moderator.sd"]
        assert y == pytest.approx(by_hand, rel=1e-12)
    assert (line.x[0], line.x[-1]) == pytest.approx((panel()["z"].min(), panel()["z"].max()))
    assert any("their moderators have categories: hetero.kind" in note for note in figure.notes)
    assert figure.panels[0].x.label == "Trade openness"


def test_the_curve_of_a_product_is_the_sum_of_its_effects(made: Made) -> None:
    rows = numbers(made.figure("curve"))
    main, product = made.results["both.d"].coef, made.results["both.d:scale"].coef
    at = np.array(floats(rows, "at"))
    np.testing.assert_allclose(floats(rows, "coef"), main + product * at, atol=1e-3)
    assert len([m for m in made.figure("curve").panels[0].marks if isinstance(m, Band)]) == 1  # band=no
    assert (made.figure("curve").panels[0].x.label, made.figure("curve").panels[0].y.label) == (
        "Scale",
        "Effect",
    )
    points = numbers(made.figure("points"))
    assert floats(points, "at") == [0, 1]
    assert made.marks("points", Points) and not made.marks("points", Band)


def test_effects_by_quantile(made: Made) -> None:
    rows = numbers(made.figure("spread"))
    assert floats(rows, "quantile") == [0.25, 0.5, 0.75]
    for row, key in zip(rows, ("q25", "q50", "q75"), strict=True):
        e = made.results[f"spread.{key}"]
        assert float(row["coef"]) == pytest.approx(100 * e.coef)
        assert float(row["high"]) == pytest.approx(100 * e.ci[1])
        assert float(row["band.high"]) > float(row["high"])
    assert len(made.marks("spread", Band)) == 1


# ---------------------------------------------------------------- sensitivity


def test_a_contour_stands_where_its_strengths_are(made: Made) -> None:
    """Cinelli and Hazlett's bound: the bias grows with the product of both strengths."""
    (contours, _) = made.marks("strength", Contours)
    assert isinstance(contours, Contours)
    e = made.results["sens"]
    grid = np.array(contours.z)
    assert grid[0, 0] == pytest.approx(e.coef)
    np.testing.assert_allclose(grid[0], e.coef)  # no strength with the outcome: no bias
    np.testing.assert_allclose(grid[:, 0], e.coef)
    x, y = np.array(contours.x), np.array(contours.y)
    product = np.sqrt(y[:, None] * (x / (1 - x))[None, :])
    bias = (e.coef - grid)[1:, 1:] / product[1:, 1:]
    np.testing.assert_allclose(bias, bias[0, 0], rtol=1e-6)
    rows = numbers(made.figure("strength"))
    assert rows[30]["bound"] == repr(float(grid[1, 30 - len(x)]))
    (benchmark,) = [r for r in rows if r["benchmark"]]
    measures = dict(e.measures)
    assert benchmark["benchmark"] == "Income"
    assert (float(benchmark["cf_d"]), float(benchmark["cf_y"])) == (
        measures["benchmark.x1.cf_d"],
        measures["benchmark.x1.cf_y"],
    )


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [
        (0.0, 1.0, (0.2, 0.4, 0.6, 0.8)),
        (-0.031, 0.052, (-0.02, 0.0, 0.02, 0.04)),
        (3.0, 3.0, ()),
        (-700.0, 100.0, (-600.0, -400.0, -200.0, 0.0)),
    ],
)
def test_levels_of_contours_are_round(low: float, high: float, levels: tuple[float, ...]) -> None:
    assert round_levels(((low, high),)) == pytest.approx(levels)


# ---------------------------------------------------------------- what any figure has


def test_options_that_every_kind_has(made: Made) -> None:
    figure = made.figure("strength")
    assert (figure.width, figure.height, figure.titled, figure.sans) == (PAGE, 4, True, True)
    assert not made.figure("dynamics").titled
    own = {f.name: f.width for f in map(made.figure, ("dynamics", "choices", "who", "fakes", "along"))}
    assert own == {"dynamics": COLUMN, "choices": PAGE, "who": COLUMN, "fakes": COLUMN, "along": COLUMN}


def test_notes_say_what_holds_for_all_that_is_shown(made: Made) -> None:
    n = made.results["base"].n
    alone = "nuisances learned by ols, cross-fitted in 3 folds, medians over 2 repeated splits, "
    assert f"Double machine learning: {alone}{n} observations." in made.figure("curve").notes
    late = made.results["late"].n
    several = f"Double machine learning: medians over 2 repeated splits, {late} to {n} observations."
    assert several in made.figure("choices").notes


def test_no_figure_shows_what_is_no_number(made: Made) -> None:
    for request in made.study.figures:
        if request.name == "nothing":
            continue
        for _, values in made.figure(request.name).data:
            assert not [v for v in values if isinstance(v, float) and math.isinf(v)]
        lengths = {len(values) for _, values in made.figure(request.name).data}
        assert len(lengths) == 1


def test_a_figure_of_failed_models_is_named(made: Made) -> None:
    with pytest.raises(GipError, match="G503") as error:
        made.figure("nothing")
    assert error.value.problems[0].span == made.study.figures[-1].span
