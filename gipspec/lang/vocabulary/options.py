"""The registry of options (docs/language.md): adding one touches no grammar."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.vocabulary.kinds import (
    Columns,
    Kind,
    LearnerValue,
    Levels,
    Lines,
    Moderator,
    Numbers,
    Pairs,
    Real,
    SampleValue,
    Several,
    Share,
    Terms,
    Variable,
    Whole,
    WholeOrColumn,
    Window,
    Word,
    Words,
    YesNo,
)

ALL = ("plr", "irm", "pliv", "iivm", "did", "qte", "apo")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEntry:
    """An option of a model statement: its `default` as printed, and the `models` that it suits."""

    name: str
    kind: Kind
    default: str
    meaning: str
    example: str
    models: tuple[str, ...] = ALL


def _option(name: str, kind: Kind, default: str, meaning: str, example: str, **rest: object) -> OptionEntry:
    return OptionEntry(name=name, kind=kind, default=default, meaning=meaning, example=example, **rest)  # type: ignore[arg-type]


_METHODS = ("within", "fd", "cre", "wg", "dummies")

_LISTED = (
    _option("outcome", Variable(), "the head's", "replaces the outcome in a variation", "alt <- base; outcome=resilience_pca"),
    _option("treatment", Variable(), "the head's", "replaces the treatment in a variation", "broad <- base; treatment=gip_broad"),
    _option("add", Terms(), "", "terms added to the controls", "quad <- base; add=square(controls)"),
    _option("drop", Terms(), "", "terms taken from the controls", "short <- base; drop=density"),
    _option("model", Word(words=ALL), "inferred", "the model; `iv=` implies pliv, `event=` implies did, otherwise plr", "inter <- base; model=irm"),
    _option("target", Word(words=("ate", "att", "late")), "ate", "whose mean effect: all rows (`ate`), the treated (`att`, with `model=irm`), compliers (`late`, that of `model=iivm`); `model=did` has `att`", "treated <- base; model=irm; target=att"),
    _option("learner", LearnerValue(), "gbm", "the learner of every nuisance", "algos <- base; learner=[lasso, rf, gbm]"),
    _option("learner_y", LearnerValue(), "as `learner`", "the learner of the outcome", "mixed <- base; learner_y=gbm; learner_d=ols"),
    _option("learner_d", LearnerValue(), "as `learner`; ridge for did", "the learner of the treatment", "mixed <- base; learner_d=logit; fe=none"),
    _option("learner_z", LearnerValue(), "as `learner`", "the learner of the instrument", "endog <- base; iv=quota; learner_z=rf", models=("pliv", "iivm")),
    _option("learner_m", LearnerValue(), "as `learner`", "the learner of the mediator", "mech <- base; via=patents; learner_m=rf", models=("plr", "irm")),
    _option("tune", Whole(low=2, high=1000, none="no"), "no", "trials of a search over the learner's parameters, in folds of whole units", "tuned <- base; tune=30"),
    _option("fe", Columns(most=6, crossed=True, none="none"), "the panel's unit + time", "the effects to remove; `a:b` removes an effect for each pair", "strict <- base; fe=city + province:year", models=("plr", "irm", "pliv", "iivm", "qte", "apo")),
    _option("fe_method", Word(words=_METHODS), "within", "how effects are removed: two-way demeaning of outcome and treatment (`within`), first differences (`fd`), unit means as features (`cre`), demeaning of everything (`wg`), dummies as features (`dummies`)", "diffs <- base; fe_method=fd", models=("plr", "pliv")),
    _option("folds", WholeOrColumn(low=2, high=100), "5", "folds of cross-fitting, made of whole units; or the column that holds them", "splits <- base; folds=[3, 8]"),
    _option("reps", Whole(low=1, high=1000), "5", "repeated splits, aggregated by the median", "careful <- base; reps=21"),
    _option("cluster", Columns(most=2, none="none"), "the panel's unit", "columns by which standard errors are clustered", "twoway <- base; cluster=city + year"),
    _option("sample", SampleValue(), "all rows", "a named sample or a condition", "recent <- base; sample=year >= 2010"),
    _option("winsor", Share(low=0, high=0.5, none="no"), "no", "share of each tail of the continuous columns that is set to the quantile", "winsor <- base; winsor=[1%, 5%]"),
    _option("trim", Share(low=0, high=0.5), "1%", "bounds of the propensity", "inter <- base; model=irm; trim=2%", models=("irm", "iivm", "did", "qte", "apo")),
    _option("iv", Terms(), "", "instruments; several with `+`", "endog <- base; iv=quota", models=("pliv", "iivm")),
    _option("het", Moderator(), "", "a moderator: categories, or a continuous column split at the median; `terciles(x)`, `quantiles(x, 4)`; `policytree(a, b)` for who gains most", "hetero <- base; het=[openness, terciles(digital), region]", models=("plr", "irm", "pliv", "iivm")),
    _option("het_by", Word(words=("split", "pooled")), "split", "re-estimate by group, or keep the full sample's nuisances", "hetero <- base; het=region; het_by=pooled", models=("plr", "irm", "pliv", "iivm")),
    _option("via", Terms(), "", "mediators: one each `[a, b]`, jointly `a + b`", "mech <- base; via=[patents, upgrading]", models=("plr", "irm")),
    _option("placebo", Whole(low=1, high=100000, none="no"), "no", "draws of a permutation of whole treatment paths over units", "fake <- base; placebo=500", models=("plr",)),
    _option("placebo_by", Word(words=("refit", "design")), "refit", "refit the treatment's nuisance for each draw, or use the known propensity and fit nothing again", "fake <- base; placebo=999; placebo_by=design", models=("plr",)),
    _option("placebo_strata", Variable(), "", "treatment paths are permuted within these groups of units only", "fake <- base; placebo=500; placebo_strata=region", models=("plr",)),
    _option("placebo_lead", Whole(low=1, high=100, none="no"), "no", "a placebo in time: adoption is moved ahead by so many periods, and the treated periods are left out", "early <- base; placebo_lead=3", models=("plr",)),
    _option("event", Window(), "", "the event window around adoption", "event <- base; event=-5..5", models=("did",)),
    _option("control", Word(words=("never", "notyet")), "never", "the comparison group of an event study", "event <- base; event=-5..5; control=notyet", models=("did",)),
    _option("anticipation", Whole(low=0, high=100), "0", "periods before adoption in which there may be an effect already", "event <- base; event=-5..5; anticipation=1", models=("did",)),
    _option("quantiles", Numbers(low=0.01, high=0.99), "[0.25, 0.5, 0.75]", "the quantiles of `model=qte`", "spread <- base; model=qte; quantiles=[0.25, 0.5, 0.75]", models=("qte",)),
    _option("sensitivity", Words(), "no", "robustness to an unobserved confounder: `yes`, or controls to compare it with", "sens <- base; sensitivity=lngdp + density", models=("plr", "irm")),
    _option("level", Share(low=0.5, high=1), "95%", "the level of confidence intervals", "wide <- base; level=90%"),
    _option("seed", Whole(low=0, high=2**31 - 1), "42", "the seed from which every other seed derives", "defaults seed=7"),
)  # fmt: skip

OPTIONS = {entry.name: entry for entry in _LISTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitOption:
    """An option of a `table`, `figure` or `data` statement."""

    name: str
    kind: Kind
    default: str
    meaning: str


def _exhibit(name: str, kind: Kind, default: str, meaning: str) -> ExhibitOption:
    return ExhibitOption(name=name, kind=kind, default=default, meaning=meaning)


TABLE_FORMATS = {
    "tex": "LaTeX, which is always written",
    "docx": "Word",
    "html": "a fragment of a web page",
    "md": "Markdown",
    "typ": "Typst",
    "csv": "comma-separated text",
    "xlsx": "Excel",
    "standalone": "a LaTeX document that compiles by itself",
}

STAR_LEVELS = (0.1, 0.05, 0.01)
TABLE_KINDS = ("estimates", "definitions", "descriptives", "correlations", "vif", "weights")
TABLE_STYLES = {
    "default": "three lines, an italic panel title, stars at 10%, 5% and 1% explained by signs",
    "aer": "American Economic Review: thin lines, no stars, titles in capitals, panels called so",
    "qje": "Quarterly Journal of Economics: Roman numbers over a title in small capitals, thin lines",
    "frontiers": "Frontiers: a bold number with the title beside it on the left, bold headings, the words of its rows",
}
BELOW = ("se", "t", "p", "ci", "none")
TABLE_ROWS = {
    "differences": "p-values of differences between groups",
    "controls": "whether there are controls",
    "squares": "whether there are squares of controls",
    "effects": "whether each effect is removed",
    "learner": "the learner",
    "folds": "folds of cross-fitting",
    "reps": "repeated splits",
    "spread": "smallest and largest estimate over the splits",
    "n": "observations",
    "units": "units",
    "clusters": "clusters",
    "first_stage": "first-stage F, and the coefficients of the instruments",
    "pretrend": "the test of the periods before adoption",
    "placebo": "the permutation p-value",
    "robustness": "robustness values",
    "residual": "the share of the treatment's variation that is left after the controls",
    "overlap": "the range of the propensity, and the share of rows at its bounds",
    "r2": "R² out of fold of each nuisance",
    "quality": "every measure of fit of each nuisance",
}
DESCRIPTIVES = {
    "n": "observations",
    "missing": "rows without a value",
    "mean": "mean",
    "sd": "standard deviation",
    "min": "smallest value",
    "p25": "first quartile",
    "median": "median",
    "p75": "third quartile",
    "max": "largest value",
}
DEFINITIONS = {
    "role": "outcome, treatment, control, ...",
    "symbol": "the name in the spec",
    "definition": "how it is made",
    "source": "the columns of the data that it is made of",
    "unit": "the unit, from the end of its label",
}

_TABLE = (
    _exhibit("kind", Word(words=TABLE_KINDS), "estimates", "what the table shows: estimates of models; or, of variables, their `definitions`, `descriptives`, `correlations`, variance inflation (`vif`) or the `weights` of indices"),
    _exhibit("style", Word(words=tuple(TABLE_STYLES)), "default", "the look: three lines, or that of a journal"),
    _exhibit("digits", Whole(low=0, high=10), "3", "decimals"),
    _exhibit("significant", Whole(low=1, high=10, none="no"), "no", "significant digits of coefficients and what stands below or beside them, in place of decimals"),
    _exhibit("below", Several(words=BELOW), "se", "what stands under a coefficient, a line each"),
    _exhibit("beside", Word(words=("none", "se", "t", "p", "ci")), "none", "what stands beside a coefficient, in a column of its own"),
    _exhibit("brackets", Word(words=("round", "square", "none")), "round", "what stands around the values under or beside a coefficient; intervals have square ones"),
    _exhibit("stars", Levels(usual=STAR_LEVELS), "yes", "stars at 10%, 5% and 1%, or at other levels; `no` in the style `aer`"),
    _exhibit("scale", Real(low=1e-9, high=1e9), "1", "a factor for coefficients and standard errors"),
    _exhibit("keep", Words(), "", "terms to show (`*` and `?` match)"),
    _exhibit("drop", Words(), "", "terms to leave out"),
    _exhibit("order", Words(), "", "terms that come first, in this order"),
    _exhibit("rename", Pairs(), "", "labels of terms in this table"),
    _exhibit("names", Pairs(), "", "headings of models in this table"),
    _exhibit("numbers", YesNo(), "yes", "numbers over the columns"),
    _exhibit("rows", Several(words=("none", *TABLE_ROWS)), "those that apply", "rows below the coefficients, in order: " + ", ".join(f"{meaning} (`{name}`)" for name, meaning in TABLE_ROWS.items())),
    _exhibit("marks", Word(words=("yes", "ticks", "signs")), "yes", "how rows say yes and no: words, ticks, or `+` and nothing"),
    _exhibit("add", Lines(), "", "further rows below: a text, and a value for all columns or one each"),
    _exhibit("note", Words(), "", "further notes, in quotes"),
    _exhibit("notes", Word(words=("full", "brief", "none")), "full", "the notes of the table's own: all, or those on standard errors and stars"),
    _exhibit("adjust", Word(words=("none", "holm", "romano_wolf")), "none", "p-values, in square brackets, and stars that hold for all coefficients of the table at once"),
    _exhibit("wald", Word(words=("no", "equal", "zero")), "no", "a joint test of each row: that its coefficients are equal, or that all are zero"),
    _exhibit("stats", Several(words=(*DESCRIPTIVES, *DEFINITIONS)), "by kind", "columns of `descriptives` (" + ", ".join(f"`{name}`" for name in DESCRIPTIVES) + ") or of `definitions` (" + ", ".join(f"`{name}`" for name in DEFINITIONS) + ")"),
    _exhibit("by", Columns(most=1), "", "a binary column: `descriptives` by its values, with the difference of means"),
    _exhibit("of", Words(), "", "the model whose rows are described, instead of all"),
    _exhibit("sample", SampleValue(), "all rows", "the rows that are described"),
    _exhibit("width", Word(words=("shrink", "full", "natural")), "shrink", "in LaTeX: shrink a table that is too wide, stretch it over the line, or leave it"),
    _exhibit("long", YesNo(), "no", "in LaTeX: a table that breaks over pages and repeats its headings"),
    _exhibit("landscape", YesNo(), "no", "a page on its side"),
    _exhibit("formats", Several(words=tuple(TABLE_FORMATS)), "tex", "formats beside LaTeX: " + ", ".join(f"{meaning} (`{name}`)" for name, meaning in TABLE_FORMATS.items() if name != "tex")),
)  # fmt: skip

TABLE_OPTIONS = {entry.name: entry for entry in _TABLE}
DATA_OPTIONS = {
    entry.name: entry
    for entry in (
        _exhibit("sheet", Words(), "the first", "the sheet of a workbook"),
        _exhibit("encoding", Words(), "UTF-8, then GB18030", "the encoding of a text file"),
    )
}

MODELS = {
    "plr": "partially linear regression (Chernozhukov et al. 2018)",
    "irm": "interactive regression: average effects of a binary treatment",
    "pliv": "partially linear instrumental variables",
    "iivm": "interactive instrumental variables: local average effects",
    "did": "difference-in-differences with staggered adoption (Callaway and Sant'Anna 2021)",
    "qte": "quantile treatment effects",
    "apo": "average potential outcomes of a treatment with several levels",
}
