"""The study of bench/study.py as a script of DoubleML and scikit-learn: a call a column, a call a draw.

    python bench/study_doubleml.py FOLDER --trees 100 --leaf 5 --features 0.333 --seed 1 --jobs -1

It reads `panel.csv` and `draws.csv` in FOLDER, with the folds and the permuted treatments as columns, and
prints estimates, clustered standard errors and times as JSON. bench/study.py starts it.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import doubleml as dml
import numpy as np
import pandas as pd
from command import parser_of
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

warnings.simplefilter("ignore")

CONTROLS = ["lngdp", "density", "urban", "finance", "fdi", "government"]
X = [*CONTROLS, *(f"mean_{c}" for c in CONTROLS), "year"]


def columns(panel: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the columns of the tables, each with what differs from the baseline."""
    yield "base", {}
    for outcome in ("resist", "recover", "adapt"):
        yield f"outcomes.{outcome}", {"outcome": outcome}
    for mediator in ("patents", "upgrading"):
        yield f"mechanisms.{mediator}", {"outcome": mediator}
    yield "dose", {"treatment": "dose"}
    for name, rows in {
        "late": panel["year"] >= 2010,
        "later": panel["year"] >= 2008,
        "plain": panel["municipality"] == 0,
        "before": panel["year"] < 2020,
    }.items():
        yield f"samples.{name}", {"panel": panel[rows]}
    for region in (1, 2, 3):
        yield f"regions.r{region}", {"panel": panel[panel["region"] == region]}
    for resource in (0, 1):
        yield f"resources.s{resource}", {"panel": panel[panel["resource"] == resource]}
    for share in (0.01, 0.05):
        yield f"winsor.{100 * share:.0f}", {"panel": winsorized(panel, share)}
    yield "one", {"x": [*X, "lowcarbon"]}
    yield "two", {"x": [*X, "smartcity"]}
    yield "both", {"x": [*X, "lowcarbon", "smartcity"]}
    squares = panel.assign(**{f"{c}_2": panel[c] ** 2 for c in CONTROLS})
    yield "quad", {"panel": squares, "x": [*X, *(f"{c}_2" for c in CONTROLS)]}
    for gone in ("fdi", "finance"):
        yield f"without_{gone}", {"x": [c for c in X if c != gone]}
    for folds in (3, 8):
        yield f"splits.fold{folds}", {"fold": f"fold{folds}"}


def winsorized(panel: pd.DataFrame, share: float) -> pd.DataFrame:
    found = panel.copy()
    for name in ("resilience_true", *X):
        low, high = np.quantile(found[name], [share, 1 - share])
        found[name] = found[name].clip(low, high)
    return found


class Study:
    """The settings that all columns share."""

    def __init__(self, panel: pd.DataFrame, options: argparse.Namespace) -> None:
        self.panel = panel
        forest = {"n_estimators": options.trees, "random_state": options.seed, "n_jobs": options.jobs}
        if options.leaf:
            forest |= {"min_samples_leaf": options.leaf, "max_features": options.features}
        self.forest = forest

    def estimate(
        self,
        panel: pd.DataFrame | None = None,
        outcome: str = "resilience_true",
        treatment: str = "gip",
        x: list[str] = X,
        fold: str = "fold5",
    ) -> tuple[float, float]:
        """Fit a partially linear model, and cluster its standard error by city."""
        panel = self.panel if panel is None else panel
        of_rows = panel[fold].to_numpy()
        splits = [(np.flatnonzero(of_rows != k), np.flatnonzero(of_rows == k)) for k in np.unique(of_rows)]
        binary = panel[treatment].isin([0, 1]).all()
        model = dml.DoubleMLPLR(
            dml.DoubleMLData(panel, outcome, treatment, x),
            ml_l=RandomForestRegressor(**self.forest),
            ml_m=(RandomForestClassifier if binary else RandomForestRegressor)(**self.forest),
            n_folds=len(splits),
            draw_sample_splitting=False,
        )
        model.set_sample_splitting([splits])
        model.fit()
        scores = pd.Series(model.psi[:, 0, 0]).groupby(panel["city"].to_numpy()).sum()
        return float(model.coef[0]), float(np.sqrt((scores**2).sum()) / abs(model.psi_deriv[:, 0, 0].sum()))


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--leaf", type=int, help="with --features; scikit-learn's defaults without")
    parser.add_argument("--features", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, help="n_jobs of the forests; scikit-learn's default without")
    parser.add_argument("--draws", type=int, help="of the placebo; all of draws.csv without")
    options = parser.parse_args()
    panel = pd.read_csv(options.folder / "panel.csv", float_precision="round_trip")
    draws = pd.read_csv(options.folder / "draws.csv")
    study = Study(panel, options)
    begun = time.perf_counter()
    found = {name: study.estimate(**changes) for name, changes in columns(panel)}
    half = time.perf_counter()
    for name in draws.columns[: options.draws].astype(str):
        found[name] = study.estimate(panel.assign(gip=draws[name].to_numpy()))
    end = time.perf_counter()
    print(json.dumps({"found": found, "columns": half - begun, "draws": end - half}))


if __name__ == "__main__":
    main()
