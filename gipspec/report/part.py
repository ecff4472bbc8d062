"""What is written for a run of a part of a study: the rest is what an earlier run found, where it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gipspec.diagnostics import GipError
from gipspec.engine.results import Estimate, Results
from gipspec.lang.study import Contrast, Model, Study
from gipspec.plan import describe_settings, version_changes
from gipspec.report.restore import last_results, placed


def attempted(study: Study, results: Results) -> Study:
    """Return the study with the tables and figures of which a run has attempted some model."""
    names = _tried(results)
    shown = tuple(t for t in study.tables if t.kind != "estimates" or names & t.models)
    return replace(
        study, tables=shown, figures=tuple(f for f in study.figures if names.intersection(f.members))
    )


def _tried(results: Results) -> set[str]:
    """Return the models that a run has estimated, or said something of."""
    return {e.model_name for e in results} | {p.subject for p in results.problems}


def is_part(results: Results, models: Iterable[Model]) -> bool:
    """Tell whether a run has left out some of the `models`."""
    return not {m.name for m in models} <= _tried(results)


def completed(results: Results, models: Iterable[Model], study: Study, out: Path) -> Results:
    """Return the results of a run with the estimates of other lines that an earlier run left in `out`.

    An estimate stands if it is of the same data, by the same versions, and of a line that asks for the same
    today; a difference stands with both its sides. Of a model that this run has tried, nothing is taken.
    """
    tried = _tried(results)
    left = [m for m in models if m.name not in tried]
    if not left:
        return results
    try:
        earlier = last_results(out, out)
    except GipError:
        return results
    moved = version_changes(earlier.versions, results.versions)
    if moved or (earlier.data_hash, earlier.draft) != (results.data_hash, results.draft):
        return results
    return _joined(results, placed(earlier, (), (), study), left, study)


def _joined(results: Results, earlier: Results, left: list[Model], study: Study) -> Results:
    asked = {model.name: describe_settings(model) for model in left}
    kept = {e.name: e for e in earlier if dict(e.settings) == asked.get(e.model_name)}
    now = {e.name: e for e in results} | kept
    before = {e.name: e for e in earlier}
    same = {name for name, e in now.items() if name in before and _number(before[name]) == _number(e)}
    for contrast in study.contrasts:
        if contrast.name in before and contrast.name not in now and _both(contrast, same):
            now[contrast.name] = before[contrast.name]
            same.add(contrast.name)
    names = [m.name for m in study.models] + [c.name for c in study.contrasts]
    rank = {name: i for i, name in enumerate(names)}
    ranked = sorted(now.values(), key=lambda e: rank[e.model_name])
    models = {e.model_name for e in now.values()} - {e.model_name for e in results}
    series = {s.name for s in results.series}
    whole = {t.table: t for t in earlier.tables if {*t.estimates} <= same}
    return replace(
        results,
        estimates=tuple(ranked),
        series=results.series
        + tuple(s for s in earlier.series if s.name not in series and s.model_name in {*models, ""}),
        tables=(*whole.values(), *(t for t in results.tables if t.table not in whole)),
        findings=results.findings + tuple(f for f in earlier.findings if f.names and {*f.names} <= models),
    )


def _number(e: Estimate) -> tuple[float, float, int]:
    return e.coef, e.se, e.n


def _both(contrast: Contrast, same: set[str]) -> bool:
    """Tell whether the estimates that a difference compares are those that they were."""
    return all(
        any(name == side or name.startswith(f"{side}.") for name in same)
        for side in (contrast.left, contrast.right)
    )
