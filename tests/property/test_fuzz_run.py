"""Any combination of options on data with gaps: estimates with finite numbers, or problems with a code."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec

UNITS, PERIODS, LINES = 24, 6, 25
HEAD = 'data "d.csv"\npanel city year\ndefaults learner=ols; reps=1; folds=3\n'
OUTCOMES = ["y", "y", "y", "z", "lag(y)", "log(abs(y))", "one"]
TREATMENTS = ["d", "d", "d", "z", "c", "dose", "lone", "d + z", "d * w", "lag(d)"]
CONTROLS = ["x", "w", "text", "x:w", "poly(x, 2)", "x^2", "lag(w)", "factor(dose)", "bs(w, df=4)", "2 * d"]
OPTIONS = [
    ["model=irm", "model=qte; quantiles=[50%]", "model=apo", "iv=z", "iv=z + w", "model=iivm; iv=z"],
    ["event=-2..2", "event=0..1; control=notyet", "model=did; anticipation=1"],
    ["fe=none", "fe=city", "fe=city + year + text:year", "fe=city:year"],
    ["fe_method=fd", "fe_method=cre", "fe_method=wg", "fe_method=dummies"],
    ["het=w", "het=text", "het=terciles(x)", "het=policytree(w, dose)", "het=w; het_by=pooled"],
    ["via=m", "via=m + z", "via=text", "placebo=5; placebo_by=design", "placebo_lead=1", "sensitivity=x"],
    ["cluster=text", "cluster=none", "cluster=city + year", "folds=2", "folds=dose", "folds=9", "reps=2"],
    ["winsor=5%", "trim=10%", "target=att", "level=90%", "learner_d=logit", "learner=knn(neighbours=5)"],
    ["sample=(w > 0)", "sample=(year > 2003)", 'sample=(text == "n1")', "sample=(d == 1)"],
]  # fmt: skip


def make(rng: np.random.Generator) -> pd.DataFrame:
    city, year = (a.ravel() for a in np.indices((UNITS, PERIODS)))
    d = ((city % 3 > 0) & (year >= 2 + city % 3)).astype(float)
    x, w, noise = rng.normal(size=(3, len(city)))
    z, m = (rng.random(len(city)) < 0.5).astype(float), d + rng.normal(size=len(city))
    frame = pd.DataFrame({"city": city, "year": 2000 + year, "y": d + x + m + noise, "d": d, "x": x, "w": w})
    frame = frame.assign(z=z, m=m, c=x + z + rng.normal(size=len(city)), dose=city % 3, one=1)
    return frame.assign(text=[f"n{c % 4}" for c in city], lone=(city == 3) * d)


def line(choose: random.Random) -> str:
    controls = " + ".join(choose.sample(CONTROLS, choose.randint(0, 3)))
    options = [choose.choice(some) for some in OPTIONS if choose.random() < 0.25]
    head = f"{choose.choice(OUTCOMES)} ~ {choose.choice(TREATMENTS)}"
    return "; ".join([f"{head} | {controls}" if controls else head, *options])


@pytest.mark.parametrize("seed", range(4))
def test_a_run_ends_in_numbers_or_in_problems(seed: int, tmp_path: Path) -> None:
    choose = random.Random(seed)
    frame = make(np.random.default_rng(seed))
    for name in choose.sample(["y", "x", "w", "d", "text", "dose"], 2):
        frame.loc[frame.sample(choose.choice([1, 5, 40]), random_state=seed).index, name] = np.nan
    frame.sample(frac=choose.choice([1, 0.9, 0.4]), random_state=seed).to_csv(tmp_path / "d.csv", index=False)
    lines = [line(choose) for _ in range(LINES)]
    spec = HEAD + "\n".join(f"a{i} <- {text}" for i, text in enumerate(lines))
    results = gipspec.loads(spec, folder=tmp_path).run()
    for found in results.estimates:
        assert math.isfinite(found.coef) and math.isfinite(found.se), lines[int(found.model_name[1:])]
        assert abs(found.t) < 1e10 or math.isnan(found.t)
    assert all(p.span is not None for p in results.problems)
    made = {e.model_name for e in results.estimates}
    assert len(made) > 1
    assert {f"a{i}" for i in range(LINES)} <= made | _blamed(results.problems, spec)


def _blamed(problems: tuple[gipspec.Problem, ...], spec: str) -> set[str]:
    """Name the lines with an error, of the run or of the check, which leaves a line out."""
    texts, wrong = spec.splitlines(), [p for p in problems if p.severity == "error"]
    places = [texts[p.span.line - 1].partition(" ")[0] for p in wrong if p.span is not None]
    return {*places, *(p.subject for p in wrong)}
