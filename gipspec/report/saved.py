"""`results.json`, the interface to everything else that reads a run (docs/running.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from json import JSONDecodeError
from typing import Any

import numpy as np

from gipspec.diagnostics import CODES, Finding, GipError, Problem, Remedy, problem
from gipspec.engine.results import (
    Estimate,
    IndexWeights,
    JointTest,
    NamedSeries,
    Results,
    TableInference,
)
from gipspec.estimate.influence import Influence
from gipspec.recipe import NuisanceFit, Series
from gipspec.report.names import natural_key
from gipspec.report.saved_shape import RESULTS
from gipspec.report.saved_variables import read_variables, variables_data

PLAIN = (
    *("name", "model_name", "family", "variant", "choice", "model", "key", "kind"),
    *("outcome", "outcome_label", "treatment", "moderator", "group"),
    *("term", "term_label", "n", "units", "clusters", "learner", "folds", "reps", "fe_method", "sample"),
    *("excluded", "line"),
)
FLOATS = ("coef", "se", "t", "p", "level", "winsor", "residual_share", "effects_share")
FORMAT = 2  # raised when a reader of today would misread a later file


def results_json(results: Results) -> str:
    """Return a run as JSON: the same results give the same bytes, in whatever order the spec has its lines.

    The estimates of a model keep their order, which is that of a table's rows.
    Floats have the shortest digits that read back as the same number; one that is not finite is null.
    """
    document = {
        "format": FORMAT,
        "study": results.study,
        "title": results.title,
        "draft": results.draft,
        "data": {"name": results.data_name, "sha256": results.data_hash},
        "versions": dict(sorted(results.versions)),
        "labels": dict(sorted(results.labels)),
        "estimates": [_estimate(e) for e in sorted(results, key=lambda e: natural_key(e.model_name))],
        "series": [_series(s) for s in sorted(results.series, key=lambda s: natural_key(s.name))],
        "tables": [_table(t) for t in sorted(results.tables, key=lambda t: natural_key(t.table))],
        "variables": [
            variables_data(v) for v in sorted(results.variables, key=lambda v: natural_key(v.table))
        ],
        "indices": [_index(i) for i in sorted(results.indices, key=lambda i: natural_key(i.name))],
        "problems": _problems(
            sorted(results.problems, key=lambda p: (natural_key(p.subject), p.code, p.message))
        ),
        "audit": _findings(results.findings),
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _problems(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Return problems without their places: a line that moves changes no results."""
    return [
        {"code": p.code, "severity": p.severity, "message": p.message, "help": p.help, "subject": p.subject}
        for p in problems
    ]


def _findings(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return what the audit found without places, in an order that a line that moves does not change."""
    ordered = sorted(findings, key=lambda f: (f.code, [natural_key(n) for n in f.names], f.about, f.message))
    return [finding_data(f) for f in ordered]


def finding_data(f: Finding) -> dict[str, object]:
    """Return a finding as plain data; with `replaces` the lines of `remedy` take the place of its own."""
    return {
        "code": f.code,
        "severity": f.severity,
        "message": f.message,
        "help": f.help,
        "models": list(f.names),
        "about": f.about,
        "measures": _pairs(f.measures),
        "remedy": f.remedy.lines if f.remedy else None,
        "replaces": f.remedy.replaces if f.remedy else False,
        "accepted": f.accepted or None,
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _estimate(e: Estimate) -> dict[str, object]:
    return {
        "name": e.name,
        "model_name": e.model_name,
        "family": e.family,
        "variant": e.variant,
        "choice": e.choice,
        "model": e.model,
        "key": e.key,
        "kind": e.kind,
        "outcome": e.outcome,
        "outcome_label": e.outcome_label,
        "treatment": e.treatment,
        "term": e.term,
        "term_label": e.term_label,
        "moderator": e.moderator,
        "group": e.group,
        "coef": _number(e.coef),
        "se": _number(e.se),
        "t": _number(e.t),
        "p": _number(e.p),
        "ci": [_number(bound) for bound in e.ci],
        "level": _number(e.level),
        "n": int(e.n),
        "units": int(e.units),
        "clusters": int(e.clusters),
        "cluster": list(e.cluster),
        "learner": e.learner,
        "folds": e.folds if isinstance(e.folds, str) else int(e.folds),
        "reps": int(e.reps),
        "fe": list(e.fe),
        "fe_method": e.fe_method,
        "sample": e.sample,
        "excluded": int(e.excluded),
        "winsor": _number(e.winsor),
        "controls": list(e.controls),
        "nuisances": {key: _pairs(f.metrics) for key, f in named_fits(e.nuisances)},
        "nuisance_learners": {key: _fit(f) for key, f in named_fits(e.nuisances)},
        "spread": [_number(bound) for bound in e.spread],
        "residual_share": _number(e.residual_share),
        "effects_share": _number(e.effects_share),
        "rows_lost": {name: int(count) for name, count in e.rows_lost},
        "measures": _pairs(e.measures),
        "line": e.line,
        "settings": dict(e.settings),
    }


def _pairs(pairs: Iterable[tuple[str, float]]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in pairs}


def _fit(f: NuisanceFit) -> dict[str, object]:
    return {"role": f.role, "target": f.target, "learner": f.learner, "weights": _pairs(f.weights)}


def named_fits(fits: tuple[NuisanceFit, ...]) -> list[tuple[str, NuisanceFit]]:
    """Name each nuisance by its role, and by its target too where a role has several.

    `outcome, treated` is `outcome.treated`.
    """
    roles = [f.role for f in fits]
    names = [f.role if roles.count(f.role) == 1 else f"{f.role}:{f.target}" for f in fits]
    return [(name.replace(", ", "."), f) for name, f in zip(names, fits, strict=True)]


def _series(s: NamedSeries) -> dict[str, object]:
    columns = {name: [_cell(v) for v in values] for name, values in s.series.columns}
    return {
        "name": s.name,
        "model_name": s.model_name,
        "key": s.series.key,
        "kind": s.series.kind,
        "columns": columns,
    }


def _cell(value: float | str) -> float | str | None:
    return value if isinstance(value, str) else _number(value)


def _table(found: TableInference) -> dict[str, object]:
    return {
        "name": found.table,
        "estimates": list(found.estimates),
        "adjust": found.adjust,
        "p": _pairs(found.p),
        "wald": found.wald,
        "tests": [_test(test) for test in found.tests],
    }


def _test(test: JointTest) -> dict[str, object]:
    return {
        "term": test.term,
        "estimates": list(test.estimates),
        "statistic": _number(test.statistic),
        "df": test.df,
        "p": _number(test.p),
    }


def _index(index: IndexWeights) -> dict[str, object]:
    rows = [
        {"indicator": indicator, "label": label, "sign": sign, "weight": _number(weight)}
        for indicator, label, sign, weight in index.rows
    ]
    return {"name": index.name, "method": index.method, "weights": rows}


# ---------------------------------------------------------------- reading


def load_results_json(text: str, path: str = "results.json") -> Results:
    """Read what `results_json` wrote.

    Two things do not return: the scores (`influence` is empty, so differences need a run) and the places of
    problems. Raises GipError (G507) for a file that is not one of ours.
    """
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise GipError(
                _unreadable(path, f"it has format {document['format']}, this version reads {FORMAT}")
            )
        RESULTS(document, "")
        return _results(document)
    except (LookupError, TypeError, RecursionError, JSONDecodeError) as error:
        raise GipError(_unreadable(path, "it is not the results of a run")) from error
    except ValueError as error:
        raise GipError(_unreadable(path, f"it is not the results of a run: {error}")) from error


def _unreadable(path: str, reason: str) -> Problem:
    return problem("G507", path=path, reason=reason, remedy="run the study again")


def _results(d: Mapping[str, Any]) -> Results:
    return Results(
        study=d["study"],
        title=d["title"],
        draft=d["draft"],
        data_name=d["data"]["name"],
        data_hash=d["data"]["sha256"],
        versions=tuple(d["versions"].items()),
        labels=tuple(d["labels"].items()),
        estimates=tuple(_read_estimate(e) for e in d["estimates"]),
        series=tuple(_read_series(s) for s in d["series"]),
        tables=tuple(_read_table(t) for t in d.get("tables", ())),
        variables=tuple(read_variables(v) for v in d.get("variables", ())),
        indices=tuple(_read_index(i) for i in d["indices"]),
        problems=tuple(_read_problem(p) for p in d["problems"]),
        findings=tuple(_read_finding(f) for f in d.get("audit", ())),
    )


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _read_estimate(d: Mapping[str, Any]) -> Estimate:
    values: dict[str, Any] = {key: d[key] for key in PLAIN} | {key: _float(d[key]) for key in FLOATS}
    low, high = d["ci"]
    smallest, largest = d["spread"]
    return Estimate(
        **values,
        ci=(_float(low), _float(high)),
        spread=(_float(smallest), _float(largest)),
        cluster=tuple(d["cluster"]),
        fe=tuple(d["fe"]),
        controls=tuple(d["controls"]),
        settings=tuple(d["settings"].items()),
        rows_lost=tuple(d["rows_lost"].items()),
        measures=tuple((name, _float(value)) for name, value in d["measures"].items()),
        nuisances=tuple(_read_fit(fit, d["nuisances"][key]) for key, fit in d["nuisance_learners"].items()),
        influence=Influence(theta=np.empty(0), dimensions=(), clusters=(), values=()),
    )


def _read_fit(d: Mapping[str, Any], metrics: Mapping[str, float | None]) -> NuisanceFit:
    return NuisanceFit(
        role=d["role"],
        target=d["target"],
        learner=d["learner"],
        metrics=tuple((name, _float(value)) for name, value in metrics.items()),
        weights=tuple((name, _float(value)) for name, value in d["weights"].items()),
    )


def _read_series(d: Mapping[str, Any]) -> NamedSeries:
    columns = tuple(
        (name, tuple(v if isinstance(v, str) else _float(v) for v in values))
        for name, values in d["columns"].items()
    )
    series = Series(key=d["key"], kind=d["kind"], columns=columns)
    return NamedSeries(name=d["name"], model_name=d["model_name"], series=series)


def _read_table(d: Mapping[str, Any]) -> TableInference:
    if not {*d["estimates"]}.issuperset(name for test in d["tests"] for name in test["estimates"]):
        raise ValueError(f"a test of the table {d['name']} is not of its estimates")
    if d["adjust"] != "none" and not d["p"].keys() >= {*d["estimates"]}:
        raise ValueError(f"p-values of the table {d['name']} are missing")
    return TableInference(
        table=d["name"],
        estimates=tuple(d["estimates"]),
        adjust=d["adjust"],
        p=tuple((name, _float(value)) for name, value in d["p"].items()),
        wald=d["wald"],
        tests=tuple(_read_test(test) for test in d["tests"]),
    )


def _read_test(d: Mapping[str, Any]) -> JointTest:
    return JointTest(
        term=d["term"],
        estimates=tuple(d["estimates"]),
        statistic=_float(d["statistic"]),
        df=d["df"],
        p=_float(d["p"]),
    )


def _read_index(d: Mapping[str, Any]) -> IndexWeights:
    rows = tuple((r["indicator"], r["label"], r["sign"], _float(r["weight"])) for r in d["weights"])
    return IndexWeights(name=d["name"], method=d["method"], rows=rows)


def _read_problem(d: Mapping[str, Any]) -> Problem:
    if d["code"] not in CODES:
        raise ValueError(f"unknown code {d['code']}")
    return Problem(code=d["code"], message=d["message"], help=d["help"], subject=d["subject"])


def _read_finding(d: Mapping[str, Any]) -> Finding:
    if d["code"] not in CODES:
        raise ValueError(f"unknown code {d['code']}")
    return Finding(
        code=d["code"],
        message=d["message"],
        help=d["help"],
        names=tuple(d["models"]),
        about=d["about"],
        measures=tuple((name, _float(value)) for name, value in d["measures"].items()),
        remedy=Remedy.of(d["remedy"], replaces=d["replaces"]) if d["remedy"] else None,
        accepted=d["accepted"] or "",
    )
