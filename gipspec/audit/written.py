"""The options that a line of a spec has itself, or from the line that it varies; `defaults` apply anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from gipspec.audit.remedies import statement_of, unused
from gipspec.diagnostics import Remedy
from gipspec.lang.check.terms import term_text
from gipspec.lang.notation import print_name
from gipspec.lang.printer import print_expr, print_statement
from gipspec.lang.study import Learner, Model, Sample, Settings, Study
from gipspec.lang.syntax import ModelStatement, Variation
from gipspec.lang.vocabulary import LEARNERS, OPTIONS

_HEAD = ("outcome", "treatment", "add", "drop", "model", "target")  # a formula and its model say these
PERCENT = ("winsor", "level")


def options_for(study: Study, model: Model, kind: str, *, reduced: bool = False) -> dict[str, str]:
    """Return the options of a model as text that suit one of another kind with the same formula.

    With `reduced` the instrument takes the place of the treatment, and so does its learner.
    """
    kept = {n: t for n, t in written(study, model).items() if n not in _HEAD}
    if reduced:
        kept.pop("learner_d", None)
        kept = {"learner_d" if n == "learner_z" else n: t for n, t in kept.items()}
    learner = model.settings.learner_z if reduced else model.settings.learner_d
    if model.settings.fe and LEARNERS[learner.name].task == "classification":
        kept.pop("learner_d", None)  # what is demeaned has no classes
    suited = {n: t for n, t in kept.items() if kind in OPTIONS[n].models}
    learners = {"learner_d": "learner_z"} if reduced else {}
    return {n: _value(learners.get(n, n), model.settings) if "[" in t else t for n, t in suited.items()}


def anew(
    study: Study, model: Model, suffix: str, *, kind: str = "plr", reduced: bool = False, **more: str
) -> Remedy:
    """Return a further line for a model that no variation gives: its formula, and the options that suit it.

    With `reduced` the instruments take the place of the treatment. `more` are options that it has besides.
    """
    return Remedy(write=partial(_new_line, study, model, suffix, kind, reduced, more))


def _new_line(
    study: Study, model: Model, suffix: str, kind: str, reduced: bool, more: Mapping[str, str]
) -> str:
    treatments = " + ".join(sorted(map(print_expr, model.settings.iv if reduced else model.treatments)))
    controls = " + ".join(term_text(t) for t in model.controls)
    name = print_name(unused(study, f"{model.family}_{suffix}"))
    line = f"{name} <- {print_expr(model.outcome)} ~ {treatments}" + (f" | {controls}" if controls else "")
    options = options_for(study, model, kind, reduced=reduced)
    if kind != "plr":
        options = {"model": kind, **options}
    written_out = "".join(f"; {option}={text}" for option, text in {**options, **more}.items())
    return print_statement(statement_of(line + written_out))


def written(study: Study, model: Model) -> dict[str, str]:
    """Return the options of a model's line and of those that it varies, as they are written."""
    found: dict[str, str] = {}
    for statement in reversed(list(_lines(study, model))):
        found |= {o.name.text: print_expr(o.value) for o in statement.options}
    return found


def _lines(study: Study, model: Model) -> Iterator[ModelStatement]:
    """Yield the statement of a model, of the one that it varies, and so on."""
    families = {m.family: m for m in study.models}
    at: Model | None = model
    while at is not None:
        statement = statement_of(at.line)
        yield statement
        head = statement.head
        at = families.get(head.base.text.partition(".")[0]) if isinstance(head, Variation) else None


def varied_by(study: Study, model: Model) -> Model | None:
    """Return the one model that the line of a model varies; None for a formula, and for several models."""
    head = statement_of(model.line).head
    if not isinstance(head, Variation):
        return None
    named = [m for m in study.models if head.base.text in (m.name, m.family)]
    return named[0] if len(named) == 1 else None


def _value(name: str, settings: Settings) -> str:
    """Return the value of an option that a model has, as it is written in a spec."""
    value = settings.learner_y if name == "learner" else getattr(settings, name)
    match value:
        case Learner():
            return value.label if "(" in value.label else print_name(value.label)
        case None:
            return "no"
        case float() if name in PERCENT:
            return f"{value * 100:g}%" if value else "no"
        case tuple():
            return " + ".join(_part(part) for part in value) or "none"
        case int():
            return str(value) if value or name in ("seed", "anticipation") else "no"
        case str():
            return value if name != "folds" else print_name(value)
        case Sample():
            return print_name(value.name) if value.name else print_expr(value.condition)
    return print_expr(value)


def _part(part: object) -> str:
    match part:
        case str():
            return print_name(part)
        case tuple():
            return ":".join(map(print_name, part))
    return print_expr(part)  # type: ignore[arg-type]
