"""Notes written from the fit itself, so that they cannot say what was not done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gipspec.engine.results import Estimate
from gipspec.lang.study import Learner, Study
from gipspec.lang.vocabulary import LEARNERS, MODELS
from gipspec.report.cells import Cell, Math, Text
from gipspec.report.columns import Column, Layout
from gipspec.report.decimals import fixed, percent
from gipspec.report.names import english_list, joined_label
from gipspec.report.options import TableOptions
from gipspec.report.rows import is_difference

MOST_LISTED = 10  # controls named in a note; beyond it, their number

STARS = Math(
    latex=r"{}^{*}\,p<0.1,\quad {}^{**}\,p<0.05,\quad {}^{***}\,p<0.01",
    plain="* p<0.1, ** p<0.05, *** p<0.01",
)

FE_METHODS = {
    "within": "removed by demeaning outcome and treatment; the learners see the controls as they are, "
    "their means by effect and the period",
    "fd": "removed by first differences; the learners see the controls of both periods and the period",
    "cre": "taken up by unit means of the controls as features (correlated random effects)",
    "wg": "removed by demeaning outcome, treatment and controls",
    "dummies": "entered as dummies among the features of the learners",
}


def notes_of(
    layout: Layout, options: TableOptions, study: Study, labels: Mapping[str, str], *, draft: bool
) -> tuple[Cell, ...]:
    """Return the notes of a table, a sentence each, the stars last."""
    columns = layout.columns
    fitted = tuple(c for c in columns if not is_difference(c))
    sentences: list[str] = []
    if draft:
        sentences.append("DRAFT: made with few splits to look at, not to be published.")
    if fitted:
        sentences += _recipe(fitted, study, labels)
    sentences += _differences(columns, layout)
    sentences += _uncertainty(columns, options, labels)
    if options.scale != 1:
        sentences.append(f"Coefficients and their standard errors are multiplied by {_plain(options.scale)}.")
    if layout.omitted:
        sentences.append(f"Not shown, for want of results: {english_list(list(layout.omitted))}.")
    cells: list[Cell] = [Text(text=s) for s in sentences]
    if options.stars:
        cells.append(STARS)
    return tuple(cells)


def _plain(value: float) -> str:
    return f"{value:.12g}"


# ---------------------------------------------------------------- saying where columns differ


def column_list(numbers: list[int]) -> str:
    """Return `column (2)`, `columns (1) and (3)`, `columns (1)–(4)`."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts: list[str] = []
    for run in runs:
        parts += [f"({n})" for n in run] if len(run) < 3 else [f"({run[0]})–({run[-1]})"]
    return f"{'column' if len(numbers) == 1 else 'columns'} {english_list(parts)}"


def differing(columns: tuple[Column, ...], say: Callable[[Estimate], str]) -> str:
    """Say once what all columns share, otherwise each phrase with its columns, without the empty ones."""
    groups: dict[str, list[int]] = {}
    for column in columns:
        groups.setdefault(say(column.first), []).append(column.number)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{text} in {column_list(numbers)}" for text, numbers in groups.items() if text)


# ---------------------------------------------------------------- how it was estimated


def _recipe(columns: tuple[Column, ...], study: Study, labels: Mapping[str, str]) -> list[str]:
    model = differing(columns, lambda e: MODELS.get(e.model, e.model))
    sentences = [
        f"Double machine learning, {model}.",
        f"Learner of the nuisances: {_learners(columns)}{_meanings(columns, study)}.",
        _capital(differing(columns, lambda e: _splits(e, labels))) + ".",
    ]
    more = (
        differing(columns, lambda e: _effects(e, labels)),
        differing(columns, lambda e: _controls(e, labels)),
        differing(columns, _winsor),
        differing(columns, lambda e: _sample(e, labels)),
    )
    return sentences + [_capital(sentence) + "." for sentence in more if sentence]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _learners(columns: tuple[Column, ...]) -> str:
    learners = {c.first.learner for c in columns}
    return learners.pop() if len(learners) == 1 else "as shown"


def _meanings(columns: tuple[Column, ...], study: Study) -> str:
    """Explain the vocabulary's abbreviations once: `gbm: gradient-boosted trees on binned features`."""
    members = {c.member for c in columns}
    learners: list[Learner] = []
    for model in study.models:
        if model.name in members:
            learners += [model.settings.learner_y, model.settings.learner_d]
    known = {
        x.name: LEARNERS[x.name].meaning.split(",")[0].split(";")[0]
        for x in learners
        if x.name in LEARNERS and x.label in ("", x.name)
    }
    return "".join(f" ({'; '.join(f'{n}: {m}' for n, m in known.items())})" if known else "")


def _splits(e: Estimate, labels: Mapping[str, str]) -> str:
    whole = " of whole units" if e.units != e.n else ""
    folds = (
        f"cross-fitting in {e.folds} folds{whole}"
        if isinstance(e.folds, int)
        else f"cross-fitting in the folds given by {labels.get(e.folds, e.folds)}"
    )
    if e.reps == 1:
        return f"{folds}, one split"
    return f"{folds}; the estimate is the median of {e.reps} repeated splits"


def _effects(e: Estimate, labels: Mapping[str, str]) -> str:
    if not e.fe:
        return ""
    names = english_list([joined_label(name, labels) for name in e.fe])
    return f"{names} effects are {FE_METHODS.get(e.fe_method, e.fe_method)}"


def _controls(e: Estimate, labels: Mapping[str, str]) -> str:
    if not e.controls:
        return "no controls"
    if len(e.controls) > MOST_LISTED:
        return f"{len(e.controls)} control terms"
    return f"controls: {', '.join(joined_label(c, labels) for c in e.controls)}"


def _winsor(e: Estimate) -> str:
    return f"continuous variables are winsorised at {percent(e.winsor)} in each tail" if e.winsor > 0 else ""


def _sample(e: Estimate, labels: Mapping[str, str]) -> str:
    return f"the sample is {labels.get(e.sample, e.sample)}" if e.sample else ""


# ---------------------------------------------------------------- differences, standard errors


def _differences(columns: tuple[Column, ...], layout: Layout) -> list[str]:
    return [
        f"Column ({c.number}) is {_side(c.contrast.left, layout)} minus "
        f"{_side(c.contrast.right, layout)}, its standard error from the scores of both."
        for c in columns
        if c.contrast is not None
    ]


def _side(name: str, layout: Layout) -> str:
    for c in layout.columns:
        if name == c.member or any(name == e.name for _, e in c.estimates):
            return f"column ({c.number})"
    return f"the estimate {name}"


def _uncertainty(columns: tuple[Column, ...], options: TableOptions, labels: Mapping[str, str]) -> list[str]:
    clustering = differing(columns, lambda e: _clustering(e, labels))
    if options.below == "se":
        return [f"Standard errors in parentheses, {clustering}."]
    what = {
        "t": "t statistics in parentheses",
        "p": "p-values in parentheses",
        "ci": f"{differing(columns, lambda e: percent(e.level))} confidence intervals in brackets",
    }[options.below]
    return [f"{_capital(what)}, from standard errors {clustering}."]


def _clustering(e: Estimate, labels: Mapping[str, str]) -> str:
    if not e.cluster:
        return "robust to heteroskedasticity, not clustered"
    by = english_list([labels.get(name, name) for name in e.cluster])
    fewest = "at least " if len(e.cluster) > 1 else ""
    return f"clustered by {by} ({fewest}{fixed(e.clusters, 0, group=',')} clusters)"
