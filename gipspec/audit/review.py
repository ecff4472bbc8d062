"""Going through the rules: every finding at its place, and which of them the author accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gipspec.audit import raised
from gipspec.audit.exhibits import USUAL_STARS, Stars
from gipspec.audit.rules import (
    COMPARISONS,
    DATA_COMPARISONS,
    DATA_RULES,
    ESTIMATE_RULES,
    MODEL_RULES,
    RAISED,
    RESULT_COMPARISONS,
    RUN_RULES,
    STATIC,
    STUDY_RULES,
    TABLE_RULES,
)
from gipspec.diagnostics import Finding, Problem, problem
from gipspec.lang.study import Acceptance, Model, Study

if TYPE_CHECKING:
    from gipspec.data import Dataset
    from gipspec.engine import Results, Run


def findings(
    study: Study,
    results: Results | None = None,
    runs: tuple[Run, ...] = (),
    dataset: Dataset | None = None,
    only: Collection[str] | None = None,
    stars: Stars = USUAL_STARS,
) -> tuple[Finding, ...]:
    """Return what the rules find, one finding for each rule, line and variable, by rule and line.

    Without `results` only what the spec tells, and what the data tell where there is a `dataset`; `runs`
    are those of the ledger. `only` are the models that a run was about, `stars` the levels of the stars that
    each style of tables has. What models of a line share is one finding.
    """
    models = [m for m in sorted(study.models, key=lambda m: m.name) if only is None or m.name in only]
    found = [*_on_spec(study, models, dataset)]
    if results is not None:
        found += _on_results(study, models, results)
        if only is None or len(models) == len(study.models):
            found += _on_tables(study, results, runs, stars)
    return _in_order(_merged(_accepted(one, study) for one in found))


def _on_spec(study: Study, models: list[Model], dataset: Dataset | None) -> Iterator[Finding]:
    for rule in STUDY_RULES.values():
        yield from rule(study)
    for comparison in COMPARISONS.values():
        yield from comparison(study, models)
    for model in models:
        for on_model in MODEL_RULES.values():
            yield from (_placed(f, model) for f in on_model(study, model))
        for on_data in DATA_RULES.values() if dataset is not None else ():
            yield from (_placed(f, model) for f in on_data(study, model, dataset))  # type: ignore[arg-type]
    for on_all_data in DATA_COMPARISONS.values() if dataset is not None else ():
        yield from (_placed(f, m) for m, f in on_all_data(study, models, dataset))  # type: ignore[arg-type]


def _on_results(study: Study, models: list[Model], results: Results) -> Iterator[Finding]:
    for model in models:
        for estimate in results.of_model(model.name):
            for rule in ESTIMATE_RULES.values():
                yield from (_placed(f, model) for f in rule(study, model, estimate))
    for comparison in RESULT_COMPARISONS.values():
        yield from (_placed(f, m) for m, f in comparison(study, models, results))
    by_name = {m.name: m for m in study.models}
    for p in results.problems:
        about = by_name.get(p.subject)
        if p.code in RAISED and not (about and raised.answered(study, about, p.code)):
            yield _raised(study, p, about)


def _raised(study: Study, p: Problem, model: Model | None) -> Finding:
    return Finding(
        code=p.code,
        message=p.message,
        help=p.help or "",
        names=(model.name,) if model else (),
        about=p.message,
        remedy=raised.remedy(study, model, p.code) if model else None,
        span=p.span or (model.span if model else None),
    )


def _on_tables(study: Study, results: Results, runs: tuple[Run, ...], stars: Stars) -> Iterator[Finding]:
    for on_tables in TABLE_RULES.values():
        yield from on_tables(study, results, stars)
    for on_runs in RUN_RULES.values():
        yield from on_runs(study, results, runs)


def with_ledger(
    study: Study, found: tuple[Finding, ...], results: Results, runs: tuple[Run, ...]
) -> tuple[Finding, ...]:
    """Return the findings of a run with what the ledger tells of earlier ones; outputs never depend on it."""
    kept = [f for f in found if f.code not in RUN_RULES]
    for rule in RUN_RULES.values():
        kept += [_accepted(f, study) for f in rule(study, results, runs)]
    return _in_order(kept)


def _placed(found: Finding, model: Model) -> Finding:
    return replace(found, names=found.names or (model.name,), span=found.span or model.span)


def _accepted(found: Finding, study: Study) -> Finding:
    reason = next((a.reason for a in study.accepted if accepts(a, found)), "")
    return replace(found, accepted=reason) if reason else found


def accepts(acceptance: Acceptance, found: Finding) -> bool:
    """Tell whether a line of the spec accepts a finding: its rule, and the models or table it is about."""
    if acceptance.code != found.code:
        return False
    if not acceptance.names or not found.names:
        return not acceptance.names
    return all(any(_within(name, wanted) for wanted in acceptance.names) for name in found.names)


def _within(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted}.")


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """Join findings that models of one line have in common; the first tells what was measured."""
    kept: dict[tuple[object, ...], Finding] = {}
    for one in found:
        place = None if one.span is None else (one.span.source.name, one.span.start)
        key = (one.code, place, one.about, one.accepted)
        first = kept.setdefault(key, one)
        kept[key] = replace(first, names=tuple(dict.fromkeys((*first.names, *one.names))))
    return list(kept.values())


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    def place(one: Finding) -> tuple[str, str, int]:
        if one.span is None:
            return (one.code, "", 0)
        return (one.code, one.span.source.name, one.span.start)

    return tuple(sorted(found, key=place))


def idle(study: Study, found: tuple[Finding, ...], *, whole: bool) -> tuple[Problem, ...]:
    """Return a warning (G662) for each `audit accept` that accepts nothing.

    Without the results of a `whole` run that can be told of rules alone that read nothing but the spec; it is
    not told of rules that read the ledger, which may be elsewhere.
    """
    return tuple(
        problem("G662", a.span, rule=a.code)
        for a in study.accepted
        if (whole or a.code in STATIC)
        and a.code not in RUN_RULES
        and not any(accepts(a, one) for one in found)
    )
