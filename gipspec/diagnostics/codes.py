"""The table of every problem that gipspec can report.

`message` and `help` are `str.format` templates whose fields the raising room supplies. Each code has a golden
file under `tests/golden/bad`, and a test proves that none lacks one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    code: str
    message: str
    help: str | None
    meaning: str
    severity: str = "error"


def _error(code: str, message: str, help: str | None, meaning: str) -> Code:
    return Code(code=code, message=message, help=help, meaning=meaning)


def _warning(code: str, message: str, help: str | None, meaning: str) -> Code:
    return Code(code=code, message=message, help=help, meaning=meaning, severity="warning")


def _table(codes: Iterable[Code]) -> dict[str, Code]:
    listed = list(codes)
    table = {c.code: c for c in listed}
    if len(table) != len(listed):
        raise ValueError("a problem code is listed twice")
    return table


SYNTAX = (
    _error("G001", "{found} is not expected here; expected {expected}", "{remedy}",
           "The statement stops making sense at this place."),
    _error("G002", "this {what} is never closed", "write the closing {close}",
           "A bracket, quote or backtick was opened and the statement ended before it was closed."),
    _error("G003", "`{found}` is full-width punctuation", "write `{plain}` (switch the input method to half-width)",
           "Chinese and Japanese input methods type full-width marks that look like the plain ones."),
    _error("G004", "an indented line continues a statement, and there is none above it", "remove the indent",
           "Indentation means continuation; the first statement of a file has nothing to continue."),
    _error("G005", "`{found}` does not begin a statement", "{remedy}",
           "A line begins with one of the statement words, with `name <-`, or with a formula."),
    _error("G006", "cannot include {path}: {reason}", "{remedy}",
           "`include` shares declarations between specs; the file must exist and must not include itself."),
    _error("G007", "{what} is over the bound of {bound}", "split the spec, or share declarations with `include`",
           "Sizes are bounded so that a damaged or hostile file cannot exhaust the machine."),
    _error("G008", "{name} is not valid UTF-8 (byte {offset})", "save the spec as UTF-8",
           "Spec files are UTF-8, so that they read the same on every machine."),
)  # fmt: skip

NAMES = (
    _error("G101", "there is no {kind} named `{name}`", "{remedy}",
           "Names are resolved over the whole file; models, samples and learners have namespaces of their own."),
    _error("G102", "`{name}` is not a column of {file}", "{remedy}",
           "A name in a formula or condition is a column of the data, a `let`, or a `set`."),
    _error("G103", "{kind} `{name}` is defined twice", "rename or remove one of them",
           "A name means one thing in a study."),
    _error("G104", "{kind} `{name}` is defined by itself: {cycle}", "break the circle",
           "Definitions may stand in any order, and must not lead back to themselves."),
    _error("G105", "a second `{statement}` statement", "keep one of them",
           "A study has one title, one data set and one panel."),
    _error("G106", "the spec names no data", 'add a line such as `data "panel.dta"`',
           "Every study reads one data set, named by a `data` statement."),
    _error("G107", "`{name}` cannot be a name here: {reason}", "choose another name",
           "A dot addresses the members of a fan, and some words are part of the language."),
    _error("G108", "`{name}` stands for {count} {what}; one is needed here", "name one of them: {members}",
           "A line with `[a, b]` makes several models, and some models have several estimates; a difference takes one on each side."),
    _error("G109", "`{name}` is a column of {file} already", "give the {kind} a name of its own",
           "A `let` or `set` adds a name; it never replaces a column, so that a name always means the same values."),
    _error("G110", "{what} needs a panel", "add a line such as `panel city year`",
           "Lags, effects and event windows are defined by unit and time."),
    _error("G111", "`{name}` is a {actual}, and a {wanted} is needed here", "{remedy}",
           "Sets name lists of terms, lets name columns, and each has its place."),
)  # fmt: skip

VALUES = (
    _error("G201", "there is no option `{name}`", "{remedy}", "`gipspec explain options` lists every option."),
    _error("G202", "`{name}` takes {expected}, not {found}", "{remedy}", "The value is of the wrong kind."),
    _error("G203", "`{name}` = {found} is out of range: {expected}", "{remedy}", "The value is of the right kind, but not a legal one."),
    _error("G204", "`{found}` is not a value of `{name}`", "{remedy}", "The option takes one word from a list."),
    _error("G205", "there is no learner `{name}`", "{remedy}", "`gipspec explain learners` lists every learner."),
    _error("G206", "there is no function `{name}`{where}", "{remedy}",
           "Functions are a closed list: a spec can never run code. `gipspec explain functions` lists them."),
    _error("G207", "`{name}`: {reason}", "{remedy}", "A function or learner was called with arguments that it does not take."),
    _error("G208", "`{option}` does not go with {what}", "{remedy}", "The option is legal, but not in this combination."),
    _error("G209", "{what} is not available in this version", "{remedy}",
           "It is part of the language, and this version has no estimator or output for it. It is refused rather than ignored."),
    _error("G210", "{what} makes {count} models; the bound is {bound}", "split the line",
           "Fan-outs are bounded so that a slip of the pen does not start a week of work."),
    _error("G211", "`{name}` is given twice in one statement", "keep one of them", "An option stands once in a statement."),
    _error("G212", "`{name}` is {role} and {other} at the same time", "{remedy}",
           "Outcome, treatment and controls must differ: a variable cannot be its own control."),
    _error("G213", "`{name}` is not among the controls, so it cannot be {done}", "{remedy}",
           "`drop=` takes terms away that the model has, and `sensitivity=` compares with controls of the model."),
    _error("G214", "the indicator `{name}` has no sign", "write `+{name}` if more is better, `-{name}` if more is worse",
           "An index needs to know the direction of each indicator."),
    _error("G215", "{reason}", "{remedy}", "The way to remove effects does not fit the effects to remove."),
    _error("G216", "one value is needed here, not a list", "give one value here, or make a line for each",
           "`[a, b]` means one model each; it stands in the options of a model."),
    _error("G217", "`{found}` is not a term of a formula", "{remedy}",
           "Terms are columns, interactions `a:b`, powers `x^2`, and functions; arithmetic stands in `I( )` or in a `let`."),
    _error("G218", "{reason}", "{remedy}", "A formula or a head of a model lacks a part, or has one too many."),
)  # fmt: skip

DATA = (
    _error("G301", "cannot find the data file {path}", "{remedy}", "Paths are relative to the spec."),
    _error("G302", "cannot read {path}: {reason}", "{remedy}", "The file is damaged, locked, or not what its ending says."),
    _error("G303", "{path} is neither UTF-8 nor GB18030 (byte {offset})", "save it as UTF-8, or name its encoding: `data \"{name}\"; encoding=...`",
           "A wrong guess turns text to silent rubbish, so gipspec tries UTF-8 and GB18030 and then stops."),
    _error("G304", "`{ending}` is not a format that gipspec reads", "use one of {known}", "The format follows from the ending of the name."),
    _error("G305", "there is no data set `{dataset}` in {package}", "{remedy}", "`package::dataset` reads what an installed package carries."),
    _error("G306", "{count} rows repeat a `{unit}`-`{time}` pair, first {example}", "remove the duplicates, or name the right unit and time in `panel`",
           "A panel has one row for each unit and time."),
    _error("G307", "`{name}` is text, and numbers are needed here", "{remedy}", "An outcome, a treatment and arithmetic take numbers."),
    _error("G308", "`{found}` is not finite in {count} rows, first {example}", "{remedy}",
           "log(0), division by zero and overflow are reported and never dropped in silence."),
    _error("G309", "no row is left: {reason}", "{remedy}", "Every row lacks at least one of the variables that the model needs."),
    _error("G310", "the panel column `{name}` is missing in {count} rows", "fill or remove these rows",
           "A row without unit or time cannot be placed in the panel."),
    _error("G311", "the indicator `{name}` is constant", "take it out of the index", "A constant indicator carries no information, and min-max divides by zero."),
    _error("G312", "{path} has {count} columns named `{name}`", "rename all but one", "A name must mean one column."),
    _error("G313", "the sample {name} has no rows", "{remedy}", "The condition is false in every row."),
    _error("G314", "`{found}` is not a condition", "write a comparison such as `{name} >= 1`", "A sample keeps the rows where a condition is true."),
    _error("G315", "reading {what} needs the package {package}", "pip install 'gipspec[{extra}]'", "Formats that only some users need are an extra."),
    _error("G316", "`{name}` has the value {found}, which is not one of its values", "{remedy}",
           "A comparison with a text that never occurs is nearly always a typing error."),
    _error("G317", "`{left}` and `{right}` cannot be compared: one is text, the other a number", "{remedy}",
           "Text compares with text, and numbers with numbers."),
)  # fmt: skip

ESTIMATION = (
    _error("G401", "the treatment `{name}` does not vary{where}", "{remedy}", "Without variation in the treatment there is no effect to estimate."),
    _error("G402", "the outcome `{name}` does not vary{where}", "{remedy}", "Without variation in the outcome there is no effect to estimate."),
    _error("G403", "{units} {kind} cannot fill {folds} folds", "lower `folds=`, or enlarge the sample",
           "Folds are made of whole units, and each needs some."),
    _error("G404", "`{learner}` needs a target of 0 and 1, and {target} is not", "use `ols` or another regression learner",
           "Some learners are classifiers only; after effects are removed a target is no longer 0 or 1."),
    _error("G405", "the fold column `{name}` {reason}", "{remedy}", "A column of folds has at least two values, and no unit in two folds."),
    _error("G406", "the learner `{learner}` failed on {target}: {reason}", "{remedy}", "The numerical library behind the learner gave up."),
    _error("G407", "fewer than two clusters in `{name}`", "choose another `cluster=`", "A clustered standard error needs several clusters."),
    _error("G408", "the controls and effects explain all of the treatment `{name}`", "{remedy}",
           "Nothing of the treatment is left to estimate an effect from."),
    _error("G409", "`{learner}` needs the package {package}", "pip install 'gipspec[{extra}]'", "Learners that only some users need are an extra."),
    _error("G410", "no two consecutive periods are left for `fe_method=fd`", "use `fe_method=within`", "First differences need neighbouring periods of a unit."),
    _error("G411", "the treatments {names} are collinear once the controls are removed", "drop one of them",
           "The effects of treatments that move together cannot be told apart."),
    _error("G412", "fold {fold} has {reason} of {target} to learn from", "lower `folds=`, or use a regression learner", "A classifier needs both classes in every training set."),
    _error("G413", "estimates with different clusters cannot be compared: one is clustered by {left}, the other by {right}",
           "give both models the same `cluster=`", "The standard error of a difference comes from the clusters that both estimates share."),
    _error("G414", "fold {fold} leaves {rows} rows to learn {target} from", "lower `folds=`, enlarge the sample, or join groups",
           "Some nuisances are learned from a part of the rows, such as the treated, and every training set needs some of them."),
    _error("G415", "`model={model}` needs {role} of 0 and 1, and `{name}` {reason}", "{remedy}",
           "An interactive model learns the outcome apart among rows that are treated and rows that are not."),
    _error("G416", "the instrument `{name}` does not vary{where}", "{remedy}", "Without variation in the instrument it moves no treatment."),
    _error("G417", "{what}{where}", "{remedy}",
           "An instrument must be another variable than the treatment, and each instrument another than the rest."),
    _error("G418", "the mediator `{name}` {reason}", "{remedy}", "An effect can only pass through a mediator with a variation of its own."),
    _error("G420", "the {quantile} quantile of `{outcome}`, had all rows `{treatment}` = {level}, lies beyond the outcomes of those that have it", "look at the overlap; choose quantiles nearer to the middle, or raise `trim=`",
           "The estimate of a quantile is an outcome that was seen, and few rows reach into the tails."),
    _error("G421", "`{name}` has {count} distinct values, and quantiles need at least {bound}", "{remedy}",
           "The uncertainty of a quantile follows from the density there, and an outcome with few values has none."),
    _error("G422", "`{name}` has {count} levels, and `model=apo` takes at most {bound}", "{remedy}",
           "Each level has nuisances of its own; a continuous treatment belongs into another model."),
    _error("G423", "the level {level} of `{name}` has {found}, too few to learn from", "join levels, or leave it out with `sample=`",
           "Outcome and propensity are learned for each level apart."),
    _error("G430", "the treatment `{name}` has no time of adoption: {reason}", "use `placebo=`, which moves the paths of any treatment between units",
           "A placebo in time needs a treatment that is 0 and then, perhaps, 1 for good."),
    _error("G431", "no unit can exchange its path of `{name}` with a different one{where}", "{remedy}",
           "A placebo moves whole paths between units of a stratum; treatments that do not set in once and stay move between units that are seen in the same periods."),
    _error("G432", "the strata `{name}` cannot be used: it {reason}", "name a column that is constant within units",
           "Units are permuted within strata, so that each unit belongs to one."),
    _error("G433", "{names} cannot be tested together", "leave out columns that repeat others; with few clusters, test fewer of them",
           "A joint test needs estimates none of which follows from the others, and more clusters than estimates."),
    _error("G440", "the moderator `{name}` is constant: it is {value} in all {rows} rows of the model", "choose another moderator, or a larger sample",
           "Groups are made of a moderator's values, and there must be two of them at least."),
    _error("G441", "the group {group} of `{name}` has no estimate: {reason}", "{remedy}",
           "A group needs units, clusters and a variation of the treatment of its own. The other groups are reported without it."),
    _error("G442", "a policy cannot depend on `{name}`, which changes within `{unit}`, while effects are removed", "{remedy}",
           "Removing effects mixes the periods of a unit, so that what is left of the treatment in a period tells nothing about the effect there."),
    _error("G450", "the process that fitted {target} {reason}", "memory is the usual reason: give the learner fewer trees or leaves, or use a smaller sample",
           "One fit took more than the machine could give, even alone; what the other fits found is kept."),
    _error("G460", "the treatment `{name}` ends again in {units}", "leave these units out with `sample=`, or use `model=plr`, which takes a treatment that comes and goes",
           "Effects by time since adoption are those of a treatment that stays once it has begun."),
    _error("G461", "every unit is treated with `{name}` in the end, and `control=never` compares with units that never are", "use `control=notyet`, which compares with units that adopt later",
           "An event study needs units that are not treated at the same time."),
    _error("G462", "no effect of the adoption of `{name}` can be estimated: {reason}", "{remedy}",
           "Each cohort needs a period before its adoption, and enough units, treated and untreated, in every training set."),
)  # fmt: skip

OUTPUT = (
    _error("G501", "cannot write {path}: {reason}", "{remedy}", "The earlier output was left as it was."),
    _error("G502", "the template {path} failed at line {line}: {reason}", "mend the template, or leave `--templates` away", "Templates are Jinja with LaTeX-friendly delimiters."),
    _error("G503", "the {kind} `{name}` has nothing to show: none of its models has results", "{remedy}", "All models of the exhibit failed or were not selected."),
    _error("G504", "there are no results of this study yet", "run it: `gipspec run {path}`", "`show` and `report` read what a run has written."),
    _error("G505", "nothing in the study matches `{pattern}`", "{remedy}", "`--select` takes names of models, fans or tables."),
    _error("G506", "{path} exists already", "choose another name, or remove it first", "`new` never overwrites a file."),
    _error("G507", "cannot read {path}: {reason}", "{remedy}", "The spec or the results of a run could not be read."),
    _error("G508", "writing {what} needs the package {package}", "pip install 'gipspec[{extra}]'", "Formats that only some users need are an extra."),
    _error("G509", "the table `{name}` has no {what} for its columns", "run the study again, and mend what the run says of this table",
           "Adjusted p-values and joint tests rest on the scores of all estimates of a table, which only a run has."),
    _warning("G530", "the results of `{name}` are of an earlier line: {changes}", "run the study again", "`gipspec report` shows what the last run has estimated, beside the spec as it is now."),
    _error("G511", "cannot hold the run to {path}: {reason}", "run the study once without `--locked`", "`--locked` needs the `gipspec.lock` of an earlier run among the outputs."),
    _error("G512", "{what} is not that of gipspec.lock: {locked} there, {found} here", "{remedy}",
           "With `--locked` a run starts only with the data and the versions of the run that is to be repeated."),
    _error("G513", "cannot find {what} to compare with", "{remedy}", "`gipspec diff` compares with an earlier run in the ledger or with another results.json."),
)  # fmt: skip

WARNINGS = (
    _warning("G601", "{kind} `{name}` is never used", "remove it, or use it in a model", "Often a slip of the pen: the name that was meant is another."),
    _warning("G602", "column {position} of {path} has no name and is left out", "name it in the first line if the study needs it",
             "Programs write row numbers without a name; a column that cannot be named cannot be used."),
    _warning("G603", "the {count} groups of `{name}` cannot be tested for one common effect: they are too many for so few clusters", "join groups, or cluster by smaller ones",
             "A joint test needs a covariance of full rank, and so more clusters than groups."),
    _warning("G610", "a worker was ended by the system, probably for want of memory; its fits are done again, fewer at a time", "give `-j` a smaller number",
             "Nothing that was finished is lost, and no number depends on it."),
    _warning("G620", "cohorts of `{name}` without an estimate are left out: {cohorts}", "say so beside the estimates: they are about the other cohorts",
             "A cohort needs a period before its adoption, and enough units, treated and untreated, in every training set."),
    _warning("G621", "no effect can be estimated at {events}: the event times of the panel are {low} to {high}", "write `event={low}..{high}`",
             "An event time exists where some cohort is seen so long before or after its adoption, with units to compare it with."),
    _warning("G611", "this run is not in the ledger {path}: {reason}", "`gipspec log` and `gipspec diff` will not know of it; its results are complete",
             "Each run is noted in a ledger beside the finished fits; no number depends on it."),
    _warning("G612", "not as gipspec.lock has them: {files}", "{remedy}", "With `--locked` the outputs are compared, byte by byte, with those of the run that is repeated."),
    _warning("A01", "unit effects as dummies in `{learner}`: this recipe is badly biased", "use `fe_method=within`, the default",
             "Tree learners cannot use hundreds of dummies; the unit effect stays in the errors (see docs/validation.md)."),
    _warning("A03", "standard errors of `{name}` are not clustered by the panel unit `{unit}`", "use `cluster={unit}`, the default",
             "Errors of a unit are correlated over time; unclustered standard errors are too small."),
    _warning("A04", "one split only", "use `reps=5`, the default", "An estimate from one random split depends on the split."),
    _warning("A05", "`{name}` is among the controls, and a mediator in `{other}`", "take what is made of it out of the controls, with `drop=`",
             "What the treatment changes must not be held constant: the effect that passes through it is lost."),
    _warning("A06", "the learner for {target} predicts no better than the mean (out-of-fold R² {r2})", "try another learner, or `stack(gbm, rf, lasso)`",
             "A nuisance that is not learned leaves the confounding where it was."),
    _warning("A07", "only {share} of the variation of the treatment is left after the controls", "look at the overlap; drop controls that determine the treatment",
             "With little residual variation estimates are fragile and standard errors unreliable."),
    _warning("A09", "`{name}` and `{other}` are estimates of two groups, and nothing tells whether they differ", "add `gap <- {name} - {other}`, or compare the groups by `het=`",
             "One estimate that is significant and another that is not need not differ; their difference has a standard error of its own."),
    _warning("A10", "{clusters} clusters only", "read the p-value with care; a permutation test does not need many clusters", "Clustered standard errors are too small with few clusters."),
    _warning("A11", "{reason}", "{remedy}", "Estimates on data that are cut heavily depend on where they are cut; show them for other bounds too."),
    _warning("A12", "`{name}` is a component of the outcome `{outcome}`, and a {role}", "leave it out of one of the two",
             "An index moves with its components by construction; that is no mechanism, and holding one constant removes part of the outcome."),
    _warning("A13", "`{name}` is adopted in {periods} different periods, and one coefficient stands for all of them", "add an event study: `event=-5..5`",
             "Where effects differ by cohort or grow over time, one coefficient is a mean with weights that nobody chose and that may be negative: units that are treated already serve as controls (Goodman-Bacon 2021)."),
    _warning("A14", "the sample of `{name}` removes no row", "mend the condition, or remove the column from the paper", "A column that claims to drop units and drops none is a typical slip."),
    _warning("A15", "the first stage is weak: F {f} in `{name}`", "report the Anderson-Rubin set, which holds with weak instruments; look for a stronger instrument",
             "With a weak instrument an IV estimate is biased and its usual interval too short; an F below 10 is the customary sign (Staiger and Stock 1997)."),
    _warning("A16", "after the effects, {share} of the variation of the treatment is left", "use fewer effects",
             "Effects that saturate the panel leave nothing to compare."),
    _warning("A19", "a panel without unit effects", "leave `fe=` at its default, the unit and the time", "Units that adopt differ from those that do not; unit effects remove what is constant in them."),
    _warning("A20", "`model={model}` cannot remove the effects of `{unit}`: the learners see unit means and the period instead", "compare with `model=plr`, which removes them",
             "A binary treatment must stay as it is, so that what is constant in a unit, unobserved, and drives treatment and outcome, stays in an interactive model."),
    _warning("A21", "the rows of {units} do not tell when `{name}` set in", "fill the gaps of `{name}`, or leave these units out with `sample=`",
             "Where a unit has no row just before its first treated one, it may have adopted earlier. A permutation test takes that row for its adoption and is no longer exact; an event study leaves the unit out."),
    _warning("A22", "the bounds of `{name}` rest on a plug-in: the debiased size of its weights is not positive", "raise `trim=`, or drop controls that determine the treatment",
             "With little overlap a few rows carry most of the weight, and what they say about unobserved confounders is unreliable."),
    _warning("A24", "{share} of the rows where `{treatment}` is {level} have the outcome {value}, the {quantile} quantile of `{outcome}`", "choose quantiles away from it, or compare means with `model=irm`",
             "Where outcomes pile up there is no density, and the standard error of a quantile means little."),
)  # fmt: skip

CODES = _table([*SYNTAX, *NAMES, *VALUES, *DATA, *ESTIMATION, *OUTPUT, *WARNINGS])
