"""From a checked study to a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from gipspec.diagnostics import GipError, nearest, problem
from gipspec.lang.check import term_text
from gipspec.lang.check.moderators import is_pooled
from gipspec.lang.printer import print_expr
from gipspec.lang.study import Contrast, Model, Sample, Settings, Study
from gipspec.lang.syntax import Expr
from gipspec.lang.vocabulary import OPTIONS
from gipspec.plan.steps import EstimateStep, Plan

DRAFT_DRAWS = 19


def build_plan(study: Study, *, select: Iterable[str] = (), draft: bool = False) -> Plan:
    """Lay out the steps of a study.

    `select` keeps only models, fans, differences, tables or figures of these names (`*` and `?` match);
    what a selected difference, table or figure shows comes along. `draft` takes one repetition of
    everything, and few draws of a placebo.

    Raises GipError with G505 for a pattern that matches nothing.
    """
    chosen = _selected(study, tuple(select))
    models = [m for m in study.models if chosen is None or m.name in chosen]
    if draft:
        models = [replace(m, settings=_drafted(m.settings)) for m in models]
    return Plan(
        study=study,
        estimates=tuple(EstimateStep(model=m) for m in models),
        contrasts=tuple(c for c in study.contrasts if chosen is None or c.name in chosen),
        draft=draft,
    )


def _drafted(settings: Settings) -> Settings:
    return replace(settings, reps=1, placebo=min(settings.placebo, DRAFT_DRAWS))


def _selected(study: Study, patterns: tuple[str, ...]) -> set[str] | None:
    if not patterns:
        return None
    chosen: set[str] = set()
    exhibits = [(t.name, set(t.models)) for t in study.tables]
    of_variables = [t.name for t in study.tables if not t.models]
    exhibits += [(f.name, set(f.members)) for f in study.figures]
    families = {m.family for m in study.models}
    names = {m.name for m in study.models} | {c.name for c in study.contrasts}
    for pattern in patterns:
        hits = {n for n in names if fnmatchcase(n, pattern) or n.startswith(pattern + ".")}
        for exhibit, members in exhibits:
            if fnmatchcase(exhibit, pattern):
                hits |= members
        if not hits and not any(fnmatchcase(name, pattern) for name in of_variables):
            guess = nearest(pattern, {*names, *families, *(name for name, _ in exhibits)})
            remedy = f"did you mean `{guess}`?" if guess else "the names stand in front of `<-`"
            raise GipError(problem("G505", pattern=pattern, remedy=remedy))
        chosen |= hits
    for contrast in study.contrasts:
        if contrast.name in chosen:
            chosen |= {contrast.left, contrast.right}
            chosen |= {m.name for m in study.models if _holds(m, contrast)}
    return chosen


def _holds(model: Model, contrast: Contrast) -> bool:
    """Tell whether a side of a difference is one of several estimates of a model."""
    return any(side.startswith(f"{model.name}.") for side in (contrast.left, contrast.right))


def _sample(sample: Sample | None) -> str:
    return print_expr(sample.condition) if sample else ""


def describe_settings(model: Model) -> dict[str, str]:
    """Return what defines an estimate, in words of the spec: what `gipspec plan` compares between runs."""
    settings = model.settings

    def joined(parts: Iterable[str]) -> str:
        return " + ".join(parts) or "none"

    expr: Expr = model.outcome
    return {
        "outcome": print_expr(expr),
        "treatment": joined(print_expr(t) for t in model.treatments),
        "controls": joined(term_text(t) for t in model.controls),
        "model": settings.model,
        **_of_model(settings),
        "learner_y": _learner(settings.learner_y),
        "learner_d": _learner(settings.learner_d),
        **_mediators(settings),
        "het": print_expr(settings.het) if settings.het else "none",
        **({"het_by": "pooled" if is_pooled(settings) else "split"} if settings.het else {}),
        **_placebo(settings),
        **_sensitivity(settings),
        "tune": str(settings.tune or "no"),
        "fe": joined(":".join(e) for e in settings.fe),
        "fe_method": settings.fe_method if settings.fe else "none",
        "folds": str(settings.folds),
        "reps": str(settings.reps),
        "cluster": joined(settings.cluster),
        "sample": _sample(settings.sample) or "all rows",
        "winsor": f"{settings.winsor:g}" if settings.winsor else "no",
        "level": f"{settings.level:g}",
        "seed": str(settings.seed),
        **{f"let {name}": value for name, value in model.definitions},
    }


def _of_model(settings: Settings) -> dict[str, str]:
    """Return the settings that only some models have."""
    found: dict[str, str] = {}
    if settings.iv:
        instruments = " + ".join(print_expr(z) for z in settings.iv)
        found |= {"iv": instruments, "learner_z": _learner(settings.learner_z)}
    if settings.model in OPTIONS["trim"].models:
        found["trim"] = f"{settings.trim * 100:g}%"
    if settings.model in ("irm", "iivm", "did"):
        found["target"] = settings.target
    if settings.model == "did":
        window = f"{settings.event[0]}..{settings.event[1]}" if settings.event else "all"
        found |= {"event": window, "control": settings.control, "anticipation": str(settings.anticipation)}
    if settings.model == "qte":
        found["quantiles"] = ", ".join(f"{q:.6g}" for q in settings.quantiles)
    return found


def _mediators(settings: Settings) -> dict[str, str]:
    if not settings.via:
        return {"via": "none"}
    via = " + ".join(print_expr(m) for m in settings.via)
    return {"via": via, "learner_m": _learner(settings.learner_m)}


def _placebo(settings: Settings) -> dict[str, str]:
    draws = str(settings.placebo or "no")
    if settings.placebo:
        strata = settings.placebo_strata
        draws += f", {settings.placebo_by}" + (f", within {print_expr(strata)}" if strata else "")
    return {"placebo": draws, "placebo_lead": str(settings.placebo_lead or "no")}


def _sensitivity(settings: Settings) -> dict[str, str]:
    names = settings.sensitivity
    return {"sensitivity": "no" if names is None else " + ".join(names) or "yes"}


def _learner(learner: object) -> str:
    from gipspec.lang.study import Learner

    assert isinstance(learner, Learner)
    inner = [_learner(m) for m in learner.members]
    inner += [f"{k}={v}" for k, v in learner.parameters]
    return f"{learner.name}({', '.join(inner)})" if inner else learner.name
