"""What the specs of the documentation leave out: the columns that they speak of, and the lines above them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gipspec.lang.parser import parse
from gipspec.lang.syntax import (
    DataStatement,
    LearnerStatement,
    LetStatement,
    ModelStatement,
    PanelStatement,
    SampleStatement,
    SetStatement,
    Text,
)
from gipspec.lang.vocabulary import LEARNERS
from gipspec.simulate import gip_panel
from gipspec.source import Source

# Lines that a fragment may go back to; one that it has itself is left to it.
LINES = {
    ("set", "controls"): "set controls = lngdp + density + urban + finance + fdi + government",
    ("sample", "recent"): "sample recent = year >= 2010",
    ("learner", "best"): "learner best = stack(gbm, lasso)",
    ("model", "base"): "base <- resilience ~ gip | controls",
    ("model", "quad"): "quad <- base; add=square(controls)",
    ("model", "alt"): "alt <- base; outcome=resilience_pca",
    ("model", "algos"): "algos <- base; learner=[lasso, ols]",
    ("model", "event"): "event <- base; event=-5..5",
    ("model", "fake"): "fake <- base; placebo=99",
    ("model", "sens"): "sens <- base; sensitivity=lngdp",
    ("model", "both"): "both <- resilience ~ gip * openness | controls",
    ("model", "hetero"): "hetero <- base; het=region",
    ("model", "who"): "who <- base; het=policytree(openness, digital)",
    ("model", "inter"): "inter <- base; model=irm",
    ("model", "all"): "all <- base; learner=[ols, lasso]",
    ("model", "mech"): "mech <- base; via=patents",
    ("model", "spread"): "spread <- base; model=qte",
}

# A spec that commands of the pages speak of, with its data beside it.
STUDY = """\
data "panel.csv"
panel city year
defaults learner=ols; reps=2; folds=3
base  <- y ~ d | x1
more  <- base; add=x2
algos <- base; learner=[lasso, ridge]
gap   <- base - more
table main "Main": base, more, gap
figure shown "Robustness": base, more, algos; kind=coefficients
"""


@cache
def columns() -> pd.DataFrame:
    """Return a small draw of the simulated panel, with every other column that the pages speak of.

    Cities adopt in 2011, in 2014, or never, so that an event study of few cities has cohorts.
    """
    frame = gip_panel(seed=3, cities=36).frame
    rng = np.random.default_rng(3)
    first = np.array([9999, 2011, 2014])[frame["city"] % 3]
    gip = (frame["year"] >= first).astype(int)
    resilience = frame["resilience_true"] + 0.05 * (gip - frame["gip"])
    names = ["GDP per head", "pop", "area", "share", "x"]
    positive = pd.DataFrame(np.exp(rng.normal(size=(len(frame), len(names)))), columns=names)
    return frame.drop(columns="gip_year").assign(
        **{name: positive[name] for name in names},
        region=np.array(["East", "Central", "West"])[frame["region"] - 1],
        province=np.array(["Fujian", "Zhejiang", "Hubei", "Gansu"])[frame["city"] % 4],
        lngdp=np.log(frame["gdp"]),
        gip=gip,
        gip_broad=np.maximum(gip, frame["quota"]),
        resilience=resilience,
        resilience_pca=frame["recover"],
        index2=frame["recover"],
        outcome=resilience,
        treatment=gip,
        y=resilience,
        d=gip,
        x1=frame["density"],
        x2=frame["urban"],
        a=frame["density"],
        b=frame["urban"],
        gap=frame["fdi"],
    )


def write_columns(path: Path, without: frozenset[str] = frozenset(), **options: str) -> None:
    """Write the columns to a file, but those that a spec makes itself."""
    frame = columns().drop(columns=list(without & set(columns())))
    match path.suffix:
        case ".csv":
            path.write_text(as_csv(without & set(columns())), encoding=options.get("encoding", "utf-8"))
        case ".dta":
            frame.drop(columns="GDP per head").to_stata(path, write_index=False, version=118)
        case ".xlsx":
            frame.to_excel(path, index=False, sheet_name=options["sheet"])
        case _:
            raise AssertionError(f"no writer for {path.name}")


@cache
def as_csv(without: frozenset[str]) -> str:
    text = columns().drop(columns=list(without)).to_csv(index=False)
    assert isinstance(text, str)
    return text


KINDS = {
    SetStatement: "set",
    SampleStatement: "sample",
    LearnerStatement: "learner",
    LetStatement: "let",
    ModelStatement: "model",
}


def completed(text: str, folder: Path) -> str:
    """Write the data that a spec needs into a folder, and return the spec with all the lines that it needs.

    A spec that names no data gets `panel.csv`, whose panel is `city year` unless it is said; its names that
    nothing defines get a line of LINES.
    """
    statements = parse(Source.of("docs", text))[0].statements
    own = {(KINDS[type(s)], s.name.text) for s in statements if type(s) in KINDS and s.name}
    lines = [text.rstrip("\n")]
    data = [s for s in statements if isinstance(s, DataStatement)]
    if data and not isinstance(data[0].origin, Text):
        return text
    if data:
        name, options = data[0].origin.value, {o.name.text: o.value.value for o in data[0].options}
    else:
        name, options = "panel.csv", {}
        lines.append('data "panel.csv"')
    write_columns(folder / name, frozenset(n for kind, n in own if kind == "let"), **options)
    if not any(isinstance(s, PanelStatement) for s in statements):
        lines.append("panel city year")
    needed = text
    while needed:
        more = [
            line
            for (kind, name), line in LINES.items()
            if (kind, name) not in own and line not in lines and re.search(rf"\b{name}\b", needed)
        ]
        lines += more
        needed = "\n".join(more)
    return "\n".join(lines) + "\n"


def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make forests and boosted trees of four trees the default, so that a spec is run as it stands."""
    for name, entry in LEARNERS.items():
        small = tuple(replace(p, default=4) if p.name == "trees" else p for p in entry.parameters)
        monkeypatch.setitem(LEARNERS, name, replace(entry, parameters=small))


def quick(spec: str) -> str:
    """Return a spec with fewer trees where it says how many, and with two folds where it says nothing."""
    small = re.sub(r"trees=\d+", "trees=4", spec)
    return (
        small
        if re.search(r"^(defaults|include) ", small, flags=re.MULTILINE)
        else f"{small}defaults folds=2\n"
    )
