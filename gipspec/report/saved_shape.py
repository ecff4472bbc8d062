"""What `results.json` looks like: its fields and their types, to which a file is held before it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gipspec.report.analyses import BY
from gipspec.report.shapes import (
    FLAG,
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    WHOLE,
    Shape,
    all_of,
    by_name,
    each,
    is_number,
    is_text,
    leaf,
    record,
)

_FOLDS = leaf("a number or the name of a column", lambda v: is_text(v) or type(v) is int)
_CELL = leaf("a number, a text or null", lambda v: v is None or is_text(v) or is_number(v))
_TEXTS, _NUMBERS, _BOUNDS = each(TEXT), by_name(NUMBER_OR_NULL), each(NUMBER_OR_NULL, 2, 2)

_NUISANCE = record(all_of(TEXT, "role target learner"), {"weights": _NUMBERS})
_ANY_ESTIMATE = record(
    all_of(TEXT, "name model_name family variant choice model key kind outcome outcome_label treatment"),
    all_of(TEXT, "term term_label moderator group learner fe_method sample line"),
    all_of(NUMBER_OR_NULL, "coef se t p residual_share effects_share"),
    all_of(NUMBER, "level winsor"),
    all_of(WHOLE, "n units clusters reps excluded"),
    all_of(_TEXTS, "cluster fe controls"),
    all_of(_BOUNDS, "ci spread"),
    {
        "folds": _FOLDS,
        "nuisances": by_name(_NUMBERS),
        "nuisance_learners": by_name(_NUISANCE),
        "rows_lost": by_name(WHOLE),
        "measures": _NUMBERS,
        "settings": by_name(TEXT),
    },
)
_READ = {  # settings that are read as numbers
    "seed": re.compile("[0-9]+"),
    "anticipation": re.compile("[0-9]+"),
    "winsor": re.compile(r"no|[0-9]+(\.[0-9]+)?(e-?[0-9]+)?"),
}
_PLACEBO = re.compile(f"[^,]+, ({'|'.join(BY)})(, .*)?")
_GO_WITH = {  # measures that a sentence tells together
    "band.critical": "band.critical",
    "equality.p": "equality.chi2 equality.df",
    "first.rows": "first.rows",
    "placebo.p": "placebo.draws placebo.failed placebo.coef",
    "policy.share": "policy.share",
    "pretrend.p": "pretrend.chi2 pretrend.df",
    "propensity.low": "propensity.low propensity.high trimmed",
    "rv": "rv rva",
}
_NEEDS = {"policy": "policy.share"}  # a kind of estimate, and a measure that it has


def _estimate(value: Any, at: str) -> None:
    """Hold an estimate to its fields, and to what its kind and its measures need."""
    _ANY_ESTIMATE(value, at)
    settings, measures = value["settings"], value["measures"]
    for name, pattern in _READ.items():
        if name in settings and not pattern.fullmatch(settings[name]):
            raise ValueError(f"{at}.settings.{name} is not a number")
    needed = [name for told, names in _GO_WITH.items() if told in measures for name in names.split()]
    for name in (*needed, *_NEEDS.get(value["kind"], "").split()):
        NUMBER(measures.get(name), f"{at}.measures.{name}")
    if "placebo.p" in measures and not _PLACEBO.fullmatch(settings.get("placebo", "")):
        raise ValueError(f"{at}.settings.placebo is not as a run writes it")
    if value["kind"] == "placebo in time":
        TEXT(settings.get("placebo_lead"), f"{at}.settings.placebo_lead")
    if value["kind"] == "event" and not re.fullmatch("-?[0-9]+", value["key"]):
        raise ValueError(f"{at}.key is no event time")


_TEST = record(
    {"term": TEXT, "estimates": each(TEXT, least=1), "statistic": NUMBER, "df": WHOLE, "p": NUMBER_OR_NULL}
)
_TABLE = record(all_of(TEXT, "name adjust wald"), {"estimates": _TEXTS, "p": _NUMBERS, "tests": each(_TEST)})
_VARIABLES = record(
    all_of(TEXT, "name kind by cluster"),
    all_of(WHOLE, "rows clusters"),
    {"arms": _TEXTS, "statistics": by_name(_NUMBERS)},
)
_WEIGHT = record(all_of(TEXT, "indicator label sign"), {"weight": NUMBER_OR_NULL})
_INDEX = record(all_of(TEXT, "name method"), {"weights": each(_WEIGHT, least=1)})
_PROBLEM = record(all_of(TEXT, "code message subject"), {"help": TEXT_OR_NULL})
_FINDING = record(
    all_of(TEXT, "code message help about"),
    all_of(TEXT_OR_NULL, "remedy accepted"),
    {"models": _TEXTS, "measures": _NUMBERS, "replaces": FLAG},
)

# ---------------------------------------------------------------- series, by kind

_ANY_SERIES = record(all_of(TEXT, "name model_name key kind"), {"columns": by_name(each(_CELL))})
_COLUMNS = {
    "balance": "of control measure before effects after",
    "benchmark": "control cf_y cf_d",
    "calibration": "of predicted observed rows",
    "contour": "cf_y cf_d bound ci",
    "event": "event coef se low high band.low band.high",
    "gate": "group from to mean n coef se low high",
    "marginal": "at coef se low high joint_low joint_high",
    "paths": "units",
    "placebo": "draw coef se t p",
    "propensity": "of arm from to rows",
    "quantiles": "quantile coef low high band.low band.high",
    "residual": "of from to before after",
    "rollout": "period seen treated adopting ending",
    "support": "of arm rows bound.low bound.high below above smallest largest",
    "tree": "node depth feature cut left right action n share gain se",
}
_TEXT_COLUMNS = frozenset({"action", "arm", "control", "feature", "group", "measure", "of", "period"})
_ALWAYS_KNOWN = frozenset({"adopting", "depth", "ending", "gain", "n", "node", "seen", "treated", "units"})


def _column(name: str) -> Shape:
    if name in _TEXT_COLUMNS:
        return _TEXTS
    return each(NUMBER if name in _ALWAYS_KNOWN else NUMBER_OR_NULL)


def _series(value: Any, at: str) -> None:
    """Hold a series to the columns of its kind, which are of one length."""
    _ANY_SERIES(value, at)
    kind, columns = value["kind"], value["columns"]
    if len({len(column) for column in columns.values()}) > 1:
        raise ValueError(f"the columns of {at} differ in length")
    if kind not in _COLUMNS:
        return
    if lacking := [name for name in _COLUMNS[kind].split() if name not in columns]:
        raise ValueError(f"{at}.columns.{lacking[0]} is missing")
    for name, column in columns.items():
        _column(name)(column, f"{at}.columns.{name}")
    if kind in _WHOLE and not _WHOLE[kind](columns):
        raise ValueError(f"{at} is no whole {kind}")


def _is_grid(columns: Mapping[str, Any]) -> bool:
    return len({*columns["cf_y"]}) * len({*columns["cf_d"]}) == len(columns["bound"])


def _is_tree(columns: Mapping[str, Any]) -> bool:
    """Tell whether each node but the root is the answer to the question of one node before it."""
    asked = [at for at, feature in enumerate(columns["feature"]) if feature]
    answers = [(at, columns[side][at]) for at in asked for side in ("left", "right")]
    if any(answer is None or answer <= at for at, answer in answers):
        return False
    reached = sorted(answer for _, answer in answers)
    return reached == [*range(1, len(columns["node"]))] and columns["n"][0] > 0


_WHOLE = {"contour": _is_grid, "tree": _is_tree}

# ---------------------------------------------------------------- the document

RESULTS = record(
    all_of(TEXT, "study title"),
    all_of(by_name(TEXT), "versions labels"),
    {
        "draft": FLAG,
        "data": record(all_of(TEXT, "name sha256")),
        "estimates": each(_estimate),
        "series": each(_series),
        "tables": each(_TABLE),
        "variables": each(_VARIABLES),
        "indices": each(_INDEX),
        "problems": each(_PROBLEM),
        "audit": each(_FINDING),
    },
    optional="tables variables audit",
)
