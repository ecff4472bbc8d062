"""Variables that are another one in other units, whatever the learner, and where messages point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gipspec
from gipspec.recipe.copies import Variable

UNITS, PERIODS = 30, 6


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    city, year = (a.ravel() for a in np.indices((UNITS, PERIODS)))
    d = ((city % 3 > 0) & (year >= 2 + city % 3)).astype(float)
    x, z = rng.normal(size=(2, len(city)))
    m = d + rng.normal(size=len(city))
    y = d + x + m + rng.normal(size=len(city))
    found = {"city": city, "year": 2000 + year, "y": y, "d": d, "x": x, "z": z, "m": m}
    return pd.DataFrame(found | {"dose": d + z + rng.normal(size=len(city))})


def problems(frame: pd.DataFrame, line: str, folder: Path) -> list[gipspec.Problem]:
    frame.to_csv(folder / "d.csv", index=False)
    spec = f'data "d.csv"\npanel city year\ndefaults learner=ols; folds=2; reps=1\na <- {line}'
    try:
        results = gipspec.loads(spec, folder=folder).run()
    except gipspec.GipError as error:
        return list(error.problems)
    return [p for p in results.problems if p.code.startswith("G")]


@pytest.mark.parametrize(
    ("column", "of", "line", "culprit"),
    [
        ("copy", "d", "y ~ d | x + copy; learner=gbm(trees=5)", "copy"),
        ("copy", "d", "y ~ d | copy; model=irm; learner_d=logit", "copy"),
        ("copy", "d", "copy ~ d | x", "copy"),
        ("copy", "d", "copy ~ d | x; event=-1..1", "copy"),
        ("copy", "d", "y ~ d | x; via=copy; model=irm; learner_d=logit", "copy"),
        ("copy", "y", "y ~ d | x + copy; learner=gbm(trees=5)", "copy"),
        ("copy", "y", "y ~ d | x + copy; event=-1..1", "copy"),
        ("copy", "y", "y ~ d | x; via=copy", "copy"),
        ("copy", "y", "y ~ dose | x; iv=copy", "copy"),
        ("copy", "z", "y ~ dose | x + copy; iv=z; learner=gbm(trees=5)", "copy"),
        ("copy", "m", "y ~ d | x + copy; via=m; learner=gbm(trees=5)", "copy"),
    ],
)
def test_a_copy_is_refused_before_a_learner_blurs_it(
    frame: pd.DataFrame, column: str, of: str, line: str, culprit: str, tmp_path: Path
) -> None:
    copied = frame.assign(**{column: (-3 * frame[of] + 2).astype(np.float32)})
    (found,) = problems(copied, line, tmp_path)
    assert found.code == "G424"
    assert found.span is not None
    assert found.span.text == culprit


def test_what_is_near_is_no_copy(frame: pd.DataFrame, tmp_path: Path) -> None:
    near = frame.assign(near=frame.y + 0.01 * frame.z, twin=2 * frame.x)
    assert problems(near, "y ~ d | x + near + twin", tmp_path) == []


def test_copies_are_found_beyond_the_rows_that_are_looked_at_first() -> None:
    a = np.arange(5000.0)
    b = 2 - 3 * a
    one = Variable.of("treatment", "a", a)
    assert one.is_copied_by(b)
    b[4999 - 1] += 1  # a row between those of the first look
    assert not one.is_copied_by(b)
    assert not one.is_copied_by(np.ones(5000))


@pytest.mark.parametrize(
    ("line", "code", "culprit"),
    [
        ("y ~ d | x; het=one", "G440", "one"),
        ("y ~ d | x; via=one", "G418", "one"),
        ("y ~ level | x", "G408", "level"),
        ("level ~ d | x", "G402", "level"),
        ("y ~ dose | x; iv=level", "G416", "level"),
    ],
)
def test_messages_point_at_what_they_name(
    frame: pd.DataFrame, line: str, code: str, culprit: str, tmp_path: Path
) -> None:
    (found,) = problems(frame.assign(one=1, level=frame.city * 1.5), line, tmp_path)
    assert (found.code, found.span and found.span.text) == (code, culprit)


def test_a_variation_is_blamed_and_not_the_line_that_it_varies(frame: pd.DataFrame, tmp_path: Path) -> None:
    found = problems(frame.assign(level=frame.city % 2), "y ~ level | x; fe=year\nb <- a; fe=city", tmp_path)
    assert [(p.code, p.span and p.span.text) for p in found] == [("G408", "b <- a; fe=city")]
