"""Rules on how effects are removed, and what learners see."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from gipspec.audit.names import alone, names_of, ordered_like
from gipspec.audit.remedies import amended, dropped, usual_effects
from gipspec.diagnostics import Finding, finding
from gipspec.lang.check.terms import term_text
from gipspec.lang.study import Learner, Model, Study, Term
from gipspec.lang.syntax import Binary, Call, Name
from gipspec.lang.vocabulary import LEARNERS

if TYPE_CHECKING:
    from gipspec.data import Dataset
    from gipspec.engine import Estimate

MOST_OF_UNITS = 0.5  # categories that are more than this share of the units tell them apart
SATURATED = 0.05  # share of the treatment's variation that effects should leave at least
TRANSFORMED = ("plr", "pliv")  # models whose variables effects are removed from


def effects_as_dummies(study: Study, model: Model) -> Iterator[Finding]:
    """A01: dummies or numbers of units among the features, the field's habit (docs/statistics.md)."""
    settings = model.settings
    worst = next((one for one in (settings.learner_y, settings.learner_d) if _has_tree(one)), None)
    if settings.fe and settings.fe_method == "dummies" and settings.model in TRANSFORMED:
        reason = (
            f"unit effects as dummies in `{(worst or settings.learner_d).label}`: this recipe is badly biased"
        )
        yield finding("A01", reason=reason, about="dummies", remedy=amended(model, fe_method="within"))
    if study.panel is None:
        return
    removed = (study.panel.unit,) in settings.fe
    for term in model.controls:
        used = {name for factor in term.factors for name in names_of(study, factor)}
        itself = isinstance(only := alone(term), Name) and only.text == study.panel.unit
        if study.panel.unit in used and (worst or (itself and removed)):
            yield _says_the_unit(model, term, worst or settings.learner_d)


def names_of_units(study: Study, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """A01: a control of categories that tell most units apart, such as the name of the city, for trees."""
    learner = next((x for x in (model.settings.learner_y, model.settings.learner_d) if _has_tree(x)), None)
    if study.panel is None or learner is None:
        return
    for term in model.controls:
        only = alone(term)
        factor = isinstance(only, Call) and only.function == "factor"
        inner = only.arguments[0].value if isinstance(only, Call) and factor else only
        other = isinstance(inner, Name) and inner.text != study.panel.unit
        if isinstance(inner, Name) and other and _names_units(dataset, inner.text, factor):
            yield _says_the_unit(model, term, learner)


def _names_units(dataset: Dataset, name: str, factor: bool) -> bool:
    vector = dataset.columns.get(name)
    if vector is None or not (factor or vector.is_text):
        return False
    pairs = {(u, v) for u, v in zip(dataset.unit.tolist(), vector.values.tolist(), strict=True) if v == v}
    units, values = len(dataset.unit_names), len({v for _, v in pairs})
    return len({u for u, _ in pairs}) == len(pairs) and values > MOST_OF_UNITS * units


def _says_the_unit(model: Model, term: Term, learner: Learner) -> Finding:
    reason = f"`{term_text(term)}` says which unit a row is of, and `{learner.label}` is to learn from it"
    help = "take it out: unit effects are removed by `fe=`"
    remedy = dropped(model, [term_text(term)])
    return finding("A01", reason=reason, about=term_text(term), help=help, remedy=remedy)


def _has_tree(learner: Learner) -> bool:
    return LEARNERS[learner.name].tree or any(_has_tree(m) for m in learner.members)


def _only_trees(learner: Learner) -> bool:
    if learner.members:
        return all(_only_trees(m) for m in learner.members)
    return LEARNERS[learner.name].tree


def squares_for_trees(study: Study, model: Model) -> Iterator[Finding]:
    """A08: powers and splines of controls, and other columns in the order of a control, for learners that
    split: they see the order of values alone.
    """
    plain = {f.text for term in model.controls if isinstance(f := alone(term), Name)}
    shaped = [t for t in model.controls if _is_shaped(t) or _repeats(study, t, plain)]
    learners = (model.settings.learner_y, model.settings.learner_d)
    if not shaped or not all(_only_trees(one) for one in learners):
        return
    same = learners[0] == learners[1]
    options = {"learner": "lasso"} if same else {"learner_y": "lasso", "learner_d": "lasso"}
    yield finding(
        "A08",
        name=term_text(shaped[0]),
        learner=learners[0].label,
        remedy=amended(model, ("learner", "learner_y", "learner_d"), **options),
    )


def _is_shaped(term: Term) -> bool:
    match alone(term):
        case Binary(op="^") | Call(function="poly" | "bs"):
            return True
    return False


def _repeats(study: Study, term: Term, controls: Set[str]) -> bool:
    """Tell whether a control has the order of another one, `controls` being the columns among them."""
    factor = alone(term)
    if factor is None:
        return False
    others = controls - {factor.text} if isinstance(factor, Name) else controls
    return ordered_like(study, factor, others) != ""


def no_unit_effects(study: Study, model: Model) -> Iterator[Finding]:
    """A19: a panel whose units keep what is constant in them."""
    panel, settings = study.panel, model.settings
    if panel and not any(panel.unit in effect for effect in settings.fe) and settings.model != "did":
        yield finding("A19", remedy=amended(model, fe=usual_effects(panel)))


def effects_saturate(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A16: effects that leave hardly any variation of the treatment."""
    panel, share = study.panel, estimate.effects_share
    if model.settings.fe and share < SATURATED:
        usual = ((panel.unit,), (panel.time,)) if panel else ()
        more = panel is not None and set(model.settings.fe) != set(usual)
        remedy = amended(model, fe=usual_effects(panel)) if panel and more else None
        yield finding("A16", share=f"{share:.1%}", measures=(("effects_share", share),), remedy=remedy)
