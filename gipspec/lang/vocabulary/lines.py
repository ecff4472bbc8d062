"""Lines of spec that show a word at work, where its registry has none: statements, models, options of exhibits."""

from __future__ import annotations

from gipspec.lang.vocabulary.kinds import (
    Columns,
    Kind,
    Levels,
    Lines,
    Pairs,
    Real,
    SampleValue,
    Several,
    Whole,
    Word,
    YesNo,
)
from gipspec.lang.vocabulary.options import TABLE_STYLES, ExhibitOption

MEANINGS = {
    "study": "the title of the study, once",
    "data": "the data, once: a file beside the spec, or a data set of a package, `data causaldata::castle`",
    "panel": "unit and time, once: effects of both are removed, errors clustered and folds made by unit",
    "label": "what tables call a column; it overrides the label of the file",
    "let": "a column that is computed from others",
    "set": "a name for a list of terms, such as the controls",
    "sample": "a name for a condition: the rows where it is true",
    "learner": "a name for a learner with its parameters",
    "defaults": "options for all models of the study",
    "include": "the statements of another file, as if they stood here",
    "table": "a table of models, in panels where they are named: `table t: panel \"A\" (base), panel \"B\" (algos)`",
    "figure": "a figure of models, as PDF and PNG with the plotted numbers",
    "audit": "a finding of the audit that is right as it is, with the reason; it stays in the report",
}  # fmt: skip

NOTATION = {
    "<-": ("names a model: a formula, a variation of another model, or a difference", "quad <- base; add=square(controls)"),
    "~": ("outcome ~ treatment | controls", "base <- outcome ~ treatment | controls"),
    "|": ("what stands behind it are the controls", "base <- outcome ~ treatment | lngdp + density"),
    ";": ("options follow", "base <- outcome ~ treatment | controls; folds=5; reps=5"),
    "[ ]": ("one of each: a model for every value", "algos <- base; learner=[lasso, rf]"),
    "+": ("together: terms, treatments, mediators, effects; of numbers, the sum", "rivals <- base; add=lowcarbon + smartcity"),
    ":": ("the interaction of two terms, or an effect for each pair", "strict <- base; fe=city + province:year"),
    "*": ("both terms and their interaction; of numbers, the product", "both <- outcome ~ treatment * openness | controls"),
    "^": ("a power, of a term or a number; of a sum of terms in brackets, all interactions", "curved <- outcome ~ treatment | lngdp^2"),
    "-": ("between two models the difference of their estimates, with a standard error of its own; of numbers, the difference", "gap <- base - quad"),
    "/": ("the quotient of two numbers; a division by 0 is an error", "let density = pop / area"),
    "==": ("equal, of numbers or texts: 1 or 0 in `let`", 'sample east = region == "East"'),
    "!=": ("not equal, of numbers or texts", 'sample others = region != "East"'),
    "<": ("less than", "sample early = year < 2010"),
    "<=": ("at most", "sample early = year <= 2009"),
    ">": ("more than", "sample late = year > 2010"),
    ">=": ("at least", "recent <- base; sample=year >= 2010"),
    "in": ("one of the values in brackets; `not in`, none of them", 'let coast = province in ["Fujian", "Zhejiang"]'),
    "and": ("both conditions hold; it binds closer than `or`", "sample late = year >= 2010 and pop > 500"),
    "or": ("at least one condition holds", "sample edges = year < 2005 or year > 2015"),
    "not": ("the condition does not hold", "sample others = not (year == 2008)"),
    "..": ("a range", "event <- base; event=-5..5"),
    "::": ("a data set of a package", "data causaldata::castle"),
    "#": ("a comment, to the end of the line", "panel city year  # unit and time"),
    "` `": ("a name with odd characters", "let growth = diff(`GDP per head`)"),
}  # fmt: skip

STYLES = {name: f'table main "Main": base, quad; style={name}' for name in TABLE_STYLES}

MODELS = {
    "plr": "base <- outcome ~ treatment | controls",
    "irm": "inter <- base; model=irm; target=att",
    "pliv": "endog <- base; iv=quota",
    "iivm": "late <- base; model=iivm; iv=quota",
    "did": "event <- base; event=-5..5",
    "qte": "spread <- base; model=qte; quantiles=[0.25, 0.5, 0.75]",
    "apo": "sizes <- base; model=apo",
}

_DATA = {"sheet": 'data "book.xlsx"; sheet="2022"', "encoding": 'data "old.csv"; encoding="gb18030"'}
_TABLE = {
    "kind": "descriptives",
    "keep": "treatment",
    "drop": "treatment",
    "order": "treatment",
    "rename": '[treatment: "Policy"]',
    "note": '"Cities weigh equally."',
    "of": "base",
    "stats": "n + mean + sd",
}
_FIGURE = {
    "kind": "kind=coefficients",
    "keep": "treatment",
    "order": "estimate",
    "xlabel": '"Effect"',
    "ylabel": '"Specification"',
}


def exhibit_line(place: str, entry: ExhibitOption) -> str:
    """Return a statement with an option of `table`, `figure` or `data`."""
    if place == "data":
        return _DATA[entry.name]
    if place == "figure":
        value = _FIGURE.get(entry.name) or _value(entry.kind)
        return f"figure shown: base; {value if entry.name == 'kind' else f'kind=coefficients; {entry.name}={value}'}"
    value = _TABLE.get(entry.name) or _value(entry.kind)
    if entry.name == "kind":
        return f"table shown: outcome, controls; kind={value}"
    if entry.name in ("stats", "by", "of", "sample"):
        return f"table shown: outcome, controls; kind=descriptives; {entry.name}={value}"
    return f"table shown: base; {entry.name}={value}"


def _value(kind: Kind) -> str:
    match kind:
        case Whole(low=low):
            return str(max(low, 2))
        case Real(low=low, high=high):
            return "100" if high >= 100 else str(round(max(low, min(high, 4))))
        case Word(words=words):
            return words[-1]
        case Several(words=words):
            return " + ".join(words[-2:]) if "none" not in words[-2:] else words[0]
        case YesNo() | Levels():
            return "no"
        case Columns():
            return "treatment"
        case Pairs():
            return '[base: "Baseline"]'
        case Lines():
            return '["Weights": "no"]'
        case SampleValue():
            return "year >= 2010"
        case _:
            return "base"
