"""A frame the whole way through gipspec's rooms, without the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from parity_samples import SEED, make_learner

from gipspec.data import Design, build_dataset, model_data, panel_design, read_table
from gipspec.estimate import Clusters, Split, correct_by_unit, plr
from gipspec.lang.study import DataSource, Learner, Panel, Settings, Term
from gipspec.lang.syntax import Name
from gipspec.learn import cross_fit
from gipspec.source import Source, Span


def room_design(
    frame: pd.DataFrame,
    folder: Path,
    fe_method: str,
    fe: tuple[str, ...],
    controls: list[str],
    keys: tuple[str, str],
) -> Design:
    """Take a frame the whole way through the data room: file, data set, rows of the model, transformation."""
    path = folder / "panel.dta"
    frame.to_stata(path, write_index=False)
    panel = Panel(unit=keys[0], time=keys[1])
    settings = Settings(
        learner_y=make_learner("ols"),
        learner_d=make_learner("ols"),
        learner_z=make_learner("ols"),
        learner_m=make_learner("ols"),
        fe=tuple((name,) for name in fe),
        fe_method=fe_method,
        cluster=(keys[0],),
    )
    dataset = build_dataset(read_table(DataSource(path=str(path))), panel, (), ())
    terms = tuple(Term(factors=(_name(c),)) for c in controls)
    data = model_data(dataset, _name("y"), (_name("d"),), terms, settings)
    return panel_design(data, settings, panel)


def _name(text: str) -> Name:
    source = Source.of("parity.gip", text)
    return Name(text=text, span=Span(source=source, start=0, end=len(text)))


def clusters_of(design: Design) -> Clusters:
    dimensions, names, codes = zip(*design.clusters, strict=True)
    return Clusters(dimensions=dimensions, names=names, codes=codes)


def estimate(design: Design, learner: Learner, fold: np.ndarray) -> Split:
    """Cross-fit by the learn room and estimate, for one map (units,) from units to folds."""
    rows = {"fold": fold[design.unit], "group": design.unit, "seed": SEED, "categorical": design.categorical}
    l_hat = cross_fit(learner, design.features, design.y, **rows).prediction
    m_hat = cross_fit(learner, design.features, design.d[:, 0], **rows).prediction
    if design.correct_by_unit:
        m_hat = correct_by_unit(m_hat, design.d[:, 0], design.unit)
    return plr(design.y, design.d, l_hat, m_hat[:, None], clusters_of(design))[0]
