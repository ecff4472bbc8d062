"""Rules on how estimates are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gipspec.audit.conditions import exclude
from gipspec.audit.remedies import unused
from gipspec.diagnostics import Finding, Remedy, finding
from gipspec.lang.check.expressions import names_in
from gipspec.lang.notation import print_name
from gipspec.lang.study import Model, Study


def groups_without_difference(study: Study, models: Sequence[Model]) -> Iterator[Finding]:
    """A09: two models that differ in their samples alone, which exclude each other, without a difference.

    A chain of differences compares them too, and so does `het=` by a column of the conditions.
    """
    alike: dict[object, list[Model]] = {}
    for one in sorted((m for m in study.models if m.settings.sample), key=lambda m: m.name):
        alike.setdefault(but_sample(one), []).append(one)
    for model in (m for m in models if m.settings.sample):
        together = _compared_with(study, model.name)
        for other in alike[but_sample(model)]:
            if (
                other.name > model.name
                and other.name not in together
                and _exclusive(model, other)
                and not _moderated(study, model, other)
            ):
                yield _no_difference(study, model, other)


def but_sample(model: Model) -> object:
    """Return what a model asks of its sample."""
    return model.outcome, model.treatments, model.controls, replace(model.settings, sample=None)


def _no_difference(study: Study, model: Model, other: Model) -> Finding:
    gap, *sides = map(print_name, (_gap(study, model, other), model.name, other.name))
    line = f"{gap} <- {' - '.join(sides)}"
    return finding(
        "A09",
        name=model.name,
        other=other.name,
        names=(model.name,),
        about=other.name,
        help=f"add `{line}`, or compare the groups by `het=`",
        remedy=Remedy.of(line),
        span=model.span,
    )


def _gap(study: Study, a: Model, b: Model) -> str:
    """Return a name for the difference that says which two it compares."""
    sides = (a.variant, b.variant) if a.family == b.family and a.variant and b.variant else (a.name, b.name)
    return unused(study, "_".join(("gap", *sides)).replace(".", "_"))


def _compared_with(study: Study, name: str) -> set[str]:
    reached, todo = {name}, [name]
    while todo:
        at = todo.pop()
        sides = {s for c in study.contrasts if at in (c.left, c.right) for s in (c.left, c.right)}
        todo += sides - reached
        reached |= sides
    return reached


def _exclusive(a: Model, b: Model) -> bool:
    one, two = a.settings.sample, b.settings.sample
    return one is not None and two is not None and exclude(one.condition, two.condition)


def _moderated(study: Study, a: Model, b: Model) -> bool:
    """Tell whether another line compares the effect by a column that both samples are made of."""
    conditions = [m.settings.sample.condition for m in (a, b) if m.settings.sample is not None]
    columns = set.intersection(*({n.text for n in names_in(c)} for c in conditions))
    return any(
        (m.outcome, m.treatments) == (a.outcome, a.treatments)
        and m.settings.het is not None
        and columns & {n.text for n in names_in(m.settings.het)}
        for m in study.models
    )
