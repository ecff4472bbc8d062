"""Hand-made studies and results: what the report needs, and no fitting."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from statistics import NormalDist

import numpy as np

from gipspec.engine.results import Estimate, Results
from gipspec.estimate.influence import Influence
from gipspec.lang.study import (
    Contrast,
    DataSource,
    Learner,
    Model,
    Panel,
    Settings,
    Study,
    TablePanel,
    TableRequest,
    Value,
)
from gipspec.lang.syntax import Name
from gipspec.recipe import NuisanceFit
from gipspec.source import Source, Span

SOURCE = Source.of("gip.gip", "base <- resilience ~ gip | lngdp\n")
SPAN = Span(source=SOURCE, start=0, end=4)
NO_SCORES = Influence(theta=np.empty(0), dimensions=(), clusters=(), values=())

LABELS = (
    ("city", "City"),
    ("gip", "Green industrial park"),
    ("lngdp", "Log GDP"),
    ("lowcarbon", "Low-carbon city"),
    ("smartcity", "Smart city"),
    ("year", "Year"),
)


def fit(role: str, target: str, r2: float, learner: str = "gbm") -> NuisanceFit:
    return NuisanceFit(role=role, target=target, learner=learner, metrics=(("r2", r2), ("rmse", 0.5)))


def estimate(name: str, coef: float = 0.05213, se: float = 0.01127, **changes: object) -> Estimate:
    """An estimate whose t, p and interval follow from `coef` and `se` by the normal distribution."""
    normal = NormalDist()
    t = coef / se
    half = normal.inv_cdf(0.975) * se
    family, _, variant = name.partition(".")
    made = Estimate(
        name=name,
        model_name=name,
        family=family,
        variant=variant,
        model="plr",
        outcome="resilience",
        outcome_label="Industrial-chain resilience",
        treatment="gip",
        term="gip",
        term_label="Green industrial park",
        coef=coef,
        se=se,
        t=t,
        p=2 * (1 - normal.cdf(abs(t))),
        ci=(coef - half, coef + half),
        level=0.95,
        n=5058,
        units=281,
        clusters=281,
        cluster=("city",),
        learner="gbm",
        folds=5,
        reps=5,
        fe=("city", "year"),
        fe_method="within",
        sample="all rows",
        winsor=0.0,
        controls=("lngdp", "density", "poly(urban, 2)"),
        nuisances=(fit("outcome", "resilience", 0.4178), fit("treatment", "gip", 0.2649)),
        spread=(coef - 0.002, coef + 0.002),
        residual_share=0.71,
        effects_share=0.43,
        rows_lost=(),
        line=f"{name} <- resilience ~ gip | controls",
        choice=variant,
        settings=(("folds", "5"), ("reps", "5")),
        influence=NO_SCORES,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def grouped(
    name: str,
    moderator: str,
    groups: dict[str, str],
    *,
    by: str = "split",
    choice: str = "",
    measures: tuple[tuple[str, float], ...] = (),
) -> list[Estimate]:
    """The groups of a model, by key, and the difference of each to the first."""
    family, _, variant = name.partition(".")
    shared = {
        "model_name": name,
        "family": family,
        "variant": variant,
        "choice": choice or variant,
        "moderator": moderator,
        "settings": (("het_by", by),),
    }
    found = [
        estimate(f"{name}.{key}", 0.05 + 0.01 * i, key=key, kind="group", group=label, n=1000 + i, **shared)
        for i, (key, label) in enumerate(groups.items())
    ]
    (_, base), *others = groups.items()
    for i, (key, label) in enumerate(others):
        at = "difference" if len(groups) == 2 else f"difference.{key}"
        equal = (("equality.p", 0.0321), ("equality.chi2", 6.9), ("equality.df", float(len(others))))
        less = {"key": at, "kind": "difference", "group": f"{label} − {base}", "nuisances": ()}
        found.append(
            estimate(f"{name}.{at}", 0.01 * (i + 1), 0.005, **shared, **less, measures=(*equal, *measures))
        )
    return found


def difference(name: str, left: Estimate, right: Estimate, se: float = 0.0061) -> Estimate:
    made = estimate(name, left.coef - right.coef, se)
    return dataclasses.replace(
        made,
        model="difference",
        learner="",
        fe=(),
        fe_method="",
        controls=(),
        nuisances=(),
        folds="",
        reps=left.reps,
    )


def results(estimates: Iterable[Estimate], **changes: object) -> Results:
    made = Results(
        study="gip",
        title="Green Industrial Parks",
        data_name="gip_panel.dta",
        data_hash="0123456789abcdef" * 4,
        estimates=tuple(estimates),
        labels=LABELS,
        versions=(("gipspec", "0.1.0"), ("scikit-learn", "1.9.1")),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def request(*members: str, name: str = "main", title: str = "Baseline", **options: Value) -> TableRequest:
    panels = (TablePanel(title="", members=members),)
    return TableRequest(name=name, title=title, panels=panels, options=tuple(options.items()), span=SPAN)


def panelled(
    *panels: tuple[str, tuple[str, ...]], name: str = "robust", title: str = "Robustness", **options: Value
) -> TableRequest:
    made = tuple(TablePanel(title=text, members=members) for text, members in panels)
    return TableRequest(name=name, title=title, panels=made, options=tuple(options.items()), span=SPAN)


def model(name: str, learner: str = "gbm") -> Model:
    fitted = Learner(name=learner, label=learner)
    family, _, variant = name.partition(".")
    return Model(
        name=name,
        family=family,
        variant=variant,
        choice=variant,
        outcome=Name(text="resilience", span=SPAN),
        treatments=(Name(text="gip", span=SPAN),),
        controls=(),
        settings=Settings(learner_y=fitted, learner_d=fitted, learner_z=fitted, learner_m=fitted),
        line=f"{name} <- resilience ~ gip | controls",
        span=SPAN,
    )


def contrast(name: str, left: str, right: str) -> Contrast:
    return Contrast(name=name, left=left, right=right, line=f"{name} <- {left} - {right}", span=SPAN)


def study(*tables: TableRequest, **changes: object) -> Study:
    made = Study(
        source=SOURCE,
        title="Green Industrial Parks",
        data=DataSource(path="/somewhere/private/gip_panel.dta"),
        panel=Panel(unit="city", time="year"),
        labels=(),
        lets=(),
        models=(),
        contrasts=(),
        tables=tables,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]
