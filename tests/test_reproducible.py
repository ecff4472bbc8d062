"""The same study gives the same bytes: run twice, with other workers, its lines or its data in another order,
its data in another format."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from gipspec.api import load
from gipspec.data import read_table
from gipspec.lang.study import DataSource

HEAD = """\
study "Castle"
panel sid year
"""
LINES = """\
let l_rob = log(robbery)
let region = round(11 * ave(r20001 + 2 * r20002 + 3 * r20003 + 4 * r20004, sid))
let index = entropy(+robbery, +burglary, -poverty)
label post "Castle law"
set controls = unemployrt + poverty^2 + factor(region):l_income
sample late = year >= 2003
learner forest = rf(trees=5)
learner mix = stack(forest, ols)
defaults reps=2; folds=3; learner=ols
base <- l_homicide ~ post | controls
algos <- base; learner=[ols, forest, mix, lasso(penalties=5, folds=3)]
diffs <- base; fe_method=fd; learner=forest
late <- base; sample=late; winsor=1%
plain <- l_rob ~ post | controls; fe=none; learner_d=logit
joint <- index ~ post * l_police | unemployrt
gap <- base - late
hetero <- base; het=region
pooled <- base; het=l_police; het_by=pooled
wide <- base; folds=sid_fold
table main "Main": base, algos, gap
table groups "Groups": hetero, pooled
table more "More": panel "A" (diffs, late), panel "B" (plain, joint, wide)
figure lines "Lines": base, algos, gap, late; kind=coefficients; width=column
""".splitlines()

Reader = Callable[[], dict[str, bytes]]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """The castle panel as a plain frame, with a column of folds."""
    table = read_table(DataSource(package="causaldata", dataset="castle"))
    frame = table.frame.copy()
    frame["sid_fold"] = frame["sid"] % 4
    return frame.astype("float64")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def write_dta(frame: pd.DataFrame, path: Path) -> None:
    frame.to_stata(path, write_index=False, version=118)


def outputs(folder: Path, data: str, lines: list[str], jobs: int = 1) -> dict[str, bytes]:
    spec = folder / "castle.gip"
    spec.write_text(HEAD + f'data "{data}"\n' + "\n".join(lines) + "\n", encoding="utf-8")
    loaded = load(spec)
    assert loaded.ok, loaded.problems
    results = loaded.run(jobs=jobs)
    out = folder / "out"
    assert loaded.write(results, out) == ()
    files = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    assert files.pop("gipspec.lock")  # which holds the hash of the spec as it is written
    assert files.pop("report.html")  # which shows the spec as it is written
    assert {"results.json", "numbers.tex", "tables/main.tex", "figures/lines.pdf"} <= set(files)
    assert len(results.estimates) == 24  # the Northeast has no law, hence no estimate, and no difference
    return files


@pytest.fixture(scope="module")
def reference(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("reference")
    write_csv(frame, folder / "castle.csv")
    return outputs(folder, "castle.csv", LINES)


def shuffled_lines(seed: int) -> list[str]:
    lines = list(LINES)
    random.Random(seed).shuffle(lines)
    return lines


def test_a_second_run_with_two_workers(
    frame: pd.DataFrame, reference: dict[str, bytes], tmp_path: Path
) -> None:
    write_csv(frame, tmp_path / "castle.csv")
    assert outputs(tmp_path, "castle.csv", LINES, jobs=2) == reference


@pytest.mark.parametrize("seed", [1, 2])
def test_lines_in_another_order(
    seed: int, frame: pd.DataFrame, reference: dict[str, bytes], tmp_path: Path
) -> None:
    write_csv(frame, tmp_path / "castle.csv")
    assert outputs(tmp_path, "castle.csv", shuffled_lines(seed)) == reference


def test_rows_and_columns_in_another_order(
    frame: pd.DataFrame, reference: dict[str, bytes], tmp_path: Path
) -> None:
    columns = list(frame.columns)
    random.Random(3).shuffle(columns)
    write_csv(frame.sample(frac=1, random_state=3)[columns], tmp_path / "castle.csv")
    assert outputs(tmp_path, "castle.csv", LINES) == reference


def test_a_stata_copy_of_the_data(frame: pd.DataFrame, reference: dict[str, bytes], tmp_path: Path) -> None:
    write_dta(frame, tmp_path / "castle.dta")
    assert outputs(tmp_path, "castle.dta", LINES) == reference


def test_adding_a_model_moves_no_other_number(
    frame: pd.DataFrame, reference: dict[str, bytes], tmp_path: Path
) -> None:
    write_csv(frame, tmp_path / "castle.csv")
    lines = ["first <- l_motor ~ post | poverty; learner=forest", *LINES]
    spec = tmp_path / "castle.gip"
    spec.write_text(HEAD + 'data "castle.csv"\n' + "\n".join(lines) + "\n", encoding="utf-8")
    loaded = load(spec)
    results = loaded.run()
    out = tmp_path / "out"
    loaded.write(results, out)
    for name in ("tables/main.tex", "tables/more.tex"):
        assert (out / name).read_bytes() == reference[name]


FORESTS = """\
defaults reps=1; folds=3
base <- l_homicide ~ post | unemployrt + poverty + l_income
rough <- base; learner=[rf(trees=10), extratrees(trees=10)]
other <- rough; outcome=l_motor
groups <- base; learner=rf(trees=10); het=l_police; het_by=pooled
"""


def test_the_same_printed_digits_on_another_processor(frame: pd.DataFrame, tmp_path: Path) -> None:
    """The last digits of a solved system are those of a processor; trees must not turn on them."""
    write_csv(frame, tmp_path / "castle.csv")
    (tmp_path / "castle.gip").write_text(f'{HEAD}data "castle.csv"\n{FORESTS}', encoding="utf-8")
    printed = {}
    for processor in ("Haswell", "Nehalem"):
        command = [
            sys.executable,
            "-m",
            "gipspec",
            "run",
            "castle.gip",
            "--store",
            processor,
            "--out",
            processor,
        ]
        environment = os.environ | {"OPENBLAS_CORETYPE": processor}
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        macros = (tmp_path / processor / "numbers.tex").read_text(encoding="utf-8").splitlines()
        printed[processor] = [line for line in macros if ".raw" not in line]
    assert len(printed["Haswell"]) > 100
    assert printed["Haswell"] == printed["Nehalem"]
