"""Which works a study rests on: those of methods, learners, packages and data that its results used."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.engine.results import Results
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Learner, Model, Settings, Study
from gipspec.report.options import options_of
from gipspec.report.replication.references import REFERENCES, Reference

MODELS = {
    "pliv": ("montielolea2013", "anderson1949"),
    "iivm": ("imbens1994", "montielolea2013", "anderson1949"),
    "qte": ("kallus2024",),
    "did": ("callaway2021", "santanna2020", "chernozhukov2013"),
}
LEARNERS = {
    "lasso": ("tibshirani1996",),
    "ridge": ("hoerl1970",),
    "enet": ("zou2005",),
    "rf": ("breiman2001",),
    "extratrees": ("geurts2006",),
    "gbm": ("friedman2001",),
    "nnet": ("rumelhart1986",),
    "svm": ("cortes1995",),
    "knn": ("cover1967",),
    "xgb": ("chen2016",),
    "lgbm": ("ke2017",),
    "stack": ("wolpert1992", "ahrens2025"),
}
EFFECTS = {"cre": ("mundlak1978", "clarke2025"), "wg": ("clarke2025",), "fd": ("clarke2025",)}
ADJUSTED = {"holm": ("holm1979",), "romano_wolf": ("romano2005", "chernozhukov2013")}
DATA = {"causaldata::castle": ("cheng2013",)}
ALWAYS = ("chernozhukov2018", "bach2022", "harris2020", "virtanen2020", "mckinney2010", "pedregosa2011")


def works_of(study: Study, results: Results) -> tuple[Reference, ...]:
    """Return the works behind the estimates that a run found, by key."""
    found = {e.model_name for e in results}
    keys = {*ALWAYS, *DATA.get(study.data.name, ())}
    for model in study.models:
        if model.name in found:
            keys.update(_of_model(model))
    for table in study.tables:
        keys.update(ADJUSTED.get(options_of(table).adjust, ()))
    return tuple(REFERENCES[key] for key in sorted(keys))


def _of_model(model: Model) -> Iterator[str]:
    settings = model.settings
    yield from MODELS.get(settings.model, ())
    if settings.fe:
        yield from EFFECTS.get(settings.fe_method, ())
    if len(settings.cluster) > 1:
        yield "chiang2022"
    if settings.via and settings.model == "irm":
        yield "farbmacher2022"
    if settings.het is not None:
        yield from _of_moderators(settings)
    if settings.placebo:
        yield "diciccio2017"
    if settings.sensitivity is not None:
        yield from ("cinelli2020", "chernozhukov2022")
    if settings.tune:
        yield "akiba2019"
    for learner in learners_of(settings):
        yield from LEARNERS.get(learner.name, ())


def _of_moderators(settings: Settings) -> Iterator[str]:
    if settings.het is not None and print_expr(settings.het).startswith("policytree("):
        yield from ("athey2021", "zhou2023")
        if settings.model == "plr":
            yield "nie2021"
    else:
        yield from ("semenova2021", "romano2005", "holm1979")


def learners_of(settings: Settings) -> tuple[Learner, ...]:
    """Return the learners that a model uses, members of stacks among them."""
    used = [settings.learner_y, settings.learner_d]
    used += [settings.learner_z] if settings.iv else []
    used += [settings.learner_m] if settings.via else []
    return tuple(member for learner in used for member in (learner, *learner.members))
