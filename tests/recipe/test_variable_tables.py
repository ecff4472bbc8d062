"""Tables of variables from a spec: numbers against pandas and statsmodels, read back, and said in texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import gipspec
from gipspec.report import build_table, load_results_json, numbers_tex, results_json
from gipspec.report.cells import Coefficient, Number
from gipspec.report.table import Row, Table

SPEC = """
data "panel.csv"
panel city year
label d "Policy"
label x1 "Trade (million yuan)"
label region "Region"
let lx = log(x1)
let index = entropy(+x1, -x2)
set controls = lx + poly(x2, 2)
sample late = year >= 2004
base <- y ~ d | controls; learner=ols; reps=1; folds=2; sample=late

table desc "Descriptives": panel "A. Main" (y, d), panel "B. Controls" (controls); kind=descriptives; digits=4
table arms "By arm": y, x1, d; kind=descriptives; by=d; of=base; stats=n + mean
table corr "Correlations": y, d, lx, x2; kind=correlations; sample=late
table vif "Collinearity": d, lx, x2; kind=vif; of=base
table defs "Definitions": y, d, controls, index, x1; kind=definitions
table index "Index": index; kind=weights
table text "Text": region; kind=descriptives
"""


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    city, year = np.repeat(np.arange(30), 8), np.tile(np.arange(2001, 2009), 30)
    d = ((city % 2 == 0) & (year >= 2003 + city % 5)).astype(float)
    x1, x2 = rng.lognormal(size=240), rng.normal(size=240)
    y = 0.5 * d + np.log(x1) + x2 + rng.normal(size=240) + city % 7
    made = pd.DataFrame({"city": city, "year": year, "y": y, "d": d, "x1": x1, "x2": x2})
    made.loc[rng.choice(240, 9, replace=False), "x2"] = np.nan
    made["region"] = np.where(city < 15, "East", "West")
    return made


@pytest.fixture(scope="module")
def spec(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> gipspec.Loaded:
    folder = tmp_path_factory.mktemp("variables")
    frame.to_csv(folder / "panel.csv", index=False)
    loaded = gipspec.loads(SPEC, folder=folder)
    assert loaded.ok, loaded.problems
    return loaded


@pytest.fixture(scope="module")
def results(spec: gipspec.Loaded) -> gipspec.Results:
    return spec.run()


def table(spec: gipspec.Loaded, results: gipspec.Results, name: str) -> Table:
    request = next(t for t in spec.study.tables if t.name == name)
    return build_table(request, load_results_json(results_json(results)), spec.study)


def values(row: Row) -> list[float]:
    return [cell.value for cell in row.cells if isinstance(cell, Number | Coefficient)]


def rows_of(made: Table) -> dict[str, Row]:
    return {row.stub.text: row for row in made.lines()}


def test_descriptives(spec: gipspec.Loaded, results: gipspec.Results, frame: pd.DataFrame) -> None:
    made = table(spec, results, "desc")
    assert [b.title for b in made.blocks] == ["A. Main", "B. Controls"]
    assert list(rows_of(made)) == ["y", "Policy", "lx", "x2"]
    for label, x in (("y", frame["y"]), ("lx", np.log(frame["x1"])), ("x2", frame["x2"])):
        described = x.describe()[["count", "mean", "std", "min", "25%", "50%", "75%", "max"]]
        np.testing.assert_allclose(values(rows_of(made)[label]), described, rtol=1e-12)
    assert {c.digits for row in made.lines() for c in row.cells[1:]} == {4}


def test_means_by_arm_on_the_rows_of_a_model(
    spec: gipspec.Loaded, results: gipspec.Results, frame: pd.DataFrame
) -> None:
    used = frame[(frame["year"] >= 2004) & frame["x2"].notna()]
    found = values(rows_of(table(spec, results, "arms"))["Trade (million yuan)"])
    means = used.groupby("d")["x1"].agg(["count", "mean"])
    fit = sm.OLS(used["x1"].to_numpy(), sm.add_constant(used["d"].to_numpy())).fit(
        cov_type="cluster", cov_kwds={"groups": used["city"].to_numpy()}
    )
    np.testing.assert_allclose(found, [*means.loc[0], *means.loc[1], fit.params[1], fit.bse[1]], rtol=1e-9)
    notes = " ".join(getattr(n, "text", "") for n in table(spec, results, "arms").notes)
    assert f"{len(used)} observations of the estimate base." in notes
    assert (
        "Policy = 1 less Policy = 0; standard errors in parentheses, clustered by city (30 clusters)" in notes
    )


def test_correlations(spec: gipspec.Loaded, results: gipspec.Results, frame: pd.DataFrame) -> None:
    used = frame[frame["year"] >= 2004].assign(lx=lambda f: np.log(f["x1"]))
    expected = used[["y", "d", "lx", "x2"]].corr().to_numpy()
    made = table(spec, results, "corr").lines()
    for i, row in enumerate(made):
        np.testing.assert_allclose(values(row), expected[i, : i + 1], rtol=1e-10)
    assert any(isinstance(c, Coefficient) and c.stars for row in made for c in row.cells)


def test_inflation(spec: gipspec.Loaded, results: gipspec.Results, frame: pd.DataFrame) -> None:
    used = frame[(frame["year"] >= 2004) & frame["x2"].notna()].assign(lx=lambda f: np.log(f["x1"]))
    inverse = np.linalg.inv(used[["d", "lx", "x2"]].corr().to_numpy())
    found = [values(row)[0] for row in table(spec, results, "vif").lines()]
    np.testing.assert_allclose(found, np.diag(inverse), rtol=1e-9)


def test_definitions_come_from_the_spec(spec: gipspec.Loaded, results: gipspec.Results) -> None:
    rows = {
        stub: [getattr(c, "text", "") for c in row.cells]
        for stub, row in rows_of(table(spec, results, "defs")).items()
    }
    assert rows["Policy"] == ["Treatment", "d", "As in the data", "d", ""]
    assert rows["lx"] == ["Control", "lx", "Natural logarithm of Trade", "x1", ""]
    assert rows["index"][2:4] == ["Index of Trade (+) and x2 (−), with entropy weights", "x1, x2"]
    assert rows["Trade"] == ["Indicator", "x1", "As in the data", "x1", "million yuan"]


def test_weights_on_request(spec: gipspec.Loaded, results: gipspec.Results, tmp_path: Path) -> None:
    made = table(spec, results, "index")
    assert sum(values(row)[0] for row in made.lines()) == pytest.approx(1)
    spec.write(results, tmp_path)
    assert (tmp_path / "tables" / "index.tex").exists()
    assert not (tmp_path / "tables" / "index_weights.tex").exists()


def test_text_has_no_moments(spec: gipspec.Loaded, results: gipspec.Results, tmp_path: Path) -> None:
    assert [p.code for p in results.problems if p.subject == "text"] == ["G307"]
    assert "G509" not in {p.code for p in spec.write(results, tmp_path)}


def test_numbers_of_variables_have_macros(
    spec: gipspec.Loaded, results: gipspec.Results, frame: pd.DataFrame
) -> None:
    text = numbers_tex(results)
    (described,) = (v for v in results.variables if v.table == "desc")
    assert rf"\gipset{{tables.desc.y.mean.raw}}{{{described.of('y')['mean']!r}}}" in text
    assert rf"\gipset{{tables.desc.y.n}}{{{len(frame)}}}" in text
    assert r"\gipset{tables.arms.x1.difference.p.text}" in text


def test_a_table_of_variables_may_be_selected(spec: gipspec.Loaded) -> None:
    assert spec.plan(select=["desc"]).estimates == ()
    assert [s.model.name for s in spec.plan(select=["desc", "base"]).estimates] == ["base"]
    alone = spec.run(select=["desc"])
    assert not alone.estimates and {v.table for v in alone.variables} >= {"desc"}


@pytest.mark.parametrize(
    ("variables", "said"),
    [("d, x1, twice", "; mean 1.0"), ("d, x1, same", "; mean 1.0"), ("same, same2", "others. A dash")],
)
def test_variables_that_follow_from_others_or_do_not_vary(variables: str, said: str, tmp_path: Path) -> None:
    """Neither stops the outputs, and a report made anew says the same of them."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(60, 2)), columns=["d", "x1"]).assign(same=0.1, same2=2)
    frame["twice"] = 2 * frame["x1"]
    frame.to_csv(tmp_path / "rows.csv", index=False)
    loaded = gipspec.loads(
        f'data "rows.csv"\ntable vif "Collinearity": {variables}; kind=vif', folder=tmp_path
    )
    assert loaded.write(loaded.run(), tmp_path / "out") == ()
    made = (tmp_path / "out" / "tables" / "vif.tex").read_text()
    assert said in made.replace("\n", " ")
    loaded.report(tmp_path / "out")
    assert (tmp_path / "out" / "tables" / "vif.tex").read_text() == made
