"""Notes written from the fit itself, so that they cannot say what was not done."""

from __future__ import annotations

from collections.abc import Mapping

from gipspec.engine.results import Estimate, TableInference
from gipspec.lang.study import Contrast, Learner, Study
from gipspec.lang.vocabulary import LEARNERS, MODELS
from gipspec.report.analyses import analysis_sentences
from gipspec.report.assumptions import assumption_sentences
from gipspec.report.cells import Cell, Text
from gipspec.report.columns import Column, Layout, is_difference, sample_of
from gipspec.report.decimals import percent
from gipspec.report.effects import effects_sentence
from gipspec.report.groups import clusters_between, group_sentences
from gipspec.report.legend import star_legend
from gipspec.report.mechanisms import mechanism_sentences
from gipspec.report.names import english_list, joined_label, splits_text
from gipspec.report.options import TableOptions
from gipspec.report.phrases import by_columns, column_list, sentence, shared
from gipspec.report.potential import potential_sentences
from gipspec.report.staggered import staggered_sentences
from gipspec.report.styles import Style
from gipspec.report.together import joint_sentences

MOST_LISTED = 12  # controls named in a note; beyond it, their number

DRAFT = "DRAFT: made with few splits to look at, not to be published."


def notes_of(
    layout: Layout,
    options: TableOptions,
    study: Study,
    labels: Mapping[str, str],
    together: TableInference | None = None,
    style: Style | None = None,
    *,
    draft: bool,
) -> tuple[Cell, ...]:
    """Return the notes of a table, a sentence each, the user's own behind ours, the stars last."""
    columns = layout.columns
    fitted = tuple(c for c in columns if not is_difference(c))
    sentences = [DRAFT] if draft else []
    if options.notes == "full":
        sentences += _recipe(fitted, study, labels) if fitted else []
        sentences += group_sentences(columns, labels)
        sentences += _differences(columns, layout)
    if options.notes != "none":
        sentences.append(_uncertainty(columns, options, labels))
        sentences += joint_sentences(together, layout, options)
        sentences += _scaled(columns, options)
        if layout.omitted:
            sentences.append(f"Not shown, for want of results: {english_list(list(layout.omitted))}.")
    sentences += options.note
    cells: list[Cell] = [Text(text=s) for s in sentences if s]
    if options.notes == "none" or not options.stars:
        return tuple(cells)
    return (*cells, star_legend(options.stars, style))


def _scaled(columns: tuple[Column, ...], options: TableOptions) -> list[str]:
    if options.scale == 1:
        return []
    shown = {*options.below, options.beside} & {"se", "ci"}
    words = ["coefficients", *(SCALED[what] for what in ("se", "ci") if what in shown)]
    what = english_list(words)
    shares = ", but for shares" if any(e.kind == "share" for c in columns for _, e in c.estimates) else ""
    return [f"{what[:1].upper()}{what[1:]} are multiplied by {options.scale:.12g}{shares}."]


SCALED = {"se": "standard errors", "ci": "intervals"}


# ---------------------------------------------------------------- how it was estimated


def _recipe(columns: tuple[Column, ...], study: Study, labels: Mapping[str, str]) -> list[str]:
    return [
        sentence("double machine learning, ", columns, lambda e: MODELS.get(e.model, e.model)),
        _learners(columns, study),
        sentence("cross-fitting in ", columns, lambda e: _folds(e, labels)),
        sentence("estimates are ", columns, lambda e: splits_text(e.reps, e.folds)),
        effects_sentence(columns, study.panel, labels),
        *mechanism_sentences(columns),
        *potential_sentences(columns),
        *staggered_sentences(columns),
        *assumption_sentences(columns, labels),
        *analysis_sentences(columns),
        _controls(columns, labels),
        sentence("continuous variables are winsorised in each tail at ", columns, _winsor),
        sentence("sample: ", columns, lambda e: labels.get(e.sample, sample_of(e))),
    ]


def _learners(columns: tuple[Column, ...], study: Study) -> str:
    """Name the learners, and say what the vocabulary's abbreviations mean."""
    meanings = _meanings(columns, study)
    if shared(columns, lambda e: e.learner):
        named = columns[0].first.learner
        meant = "; ".join(meanings.values() if list(meanings) == [named] else _defined(meanings))
        return f"Nuisances learned by {named}{f' ({meant})' if meant else ''}."
    return f"Nuisances learned as shown: {'; '.join(_defined(meanings))}." if meanings else ""


def _defined(meanings: dict[str, str]) -> list[str]:
    return [f"{name}, {meaning}" for name, meaning in meanings.items()]


def _meanings(columns: tuple[Column, ...], study: Study) -> dict[str, str]:
    """Return the meaning of each learner that goes by its own name, where the name does not say it."""
    members = {c.member for c in columns}
    learners: list[Learner] = []
    for model in study.models:
        if model.name in members:
            learners += [model.settings.learner_y, model.settings.learner_d]
            learners += [model.settings.learner_m] if model.settings.via else []
            learners += [model.settings.learner_z] if model.settings.iv else []
    return {
        x.name: LEARNERS[x.name].meaning.split(",")[0].split(";")[0]
        for x in learners
        if x.name in LEARNERS and x.label in ("", x.name) and not LEARNERS[x.name].meaning.startswith(x.name)
    }


def _folds(e: Estimate, labels: Mapping[str, str]) -> str:
    if isinstance(e.folds, str):
        return f"the folds given by {labels.get(e.folds, e.folds)}"
    return f"{e.folds} folds{' of whole units' if e.units != e.n else ''}"


def _controls(columns: tuple[Column, ...], labels: Mapping[str, str]) -> str:
    """Name what all columns with controls share, then what some have beyond it."""
    controlled = tuple(c for c in columns if c.first.controls)
    if not controlled:
        return ""
    common = [t for t in controlled[0].first.controls if all(t in c.first.controls for c in controlled)]

    def beyond(e: Estimate) -> str:
        return _terms([t for t in e.controls if t not in common], labels)

    if not common:
        return sentence("controls: ", controlled, beyond)
    where = "" if len(controlled) == len(columns) else f" in {column_list([c.number for c in controlled])}"
    more = by_columns(controlled, beyond)
    return f"Controls: {_terms(common, labels)}{where}{f'; also {more}' if more else ''}."


def _terms(terms: list[str], labels: Mapping[str, str]) -> str:
    if len(terms) > MOST_LISTED:
        return f"{len(terms)} terms"
    return ", ".join(joined_label(t, labels) for t in terms)


def _winsor(e: Estimate) -> str:
    return percent(e.winsor) if e.winsor > 0 else ""


# ---------------------------------------------------------------- differences, standard errors


def _differences(columns: tuple[Column, ...], layout: Layout) -> list[str]:
    return [
        f"Column ({c.number}) is {_side(c.contrast.left, layout)} minus {_side(c.contrast.right, layout)}"
        f"{_common_splits(c, c.contrast, layout)}, its standard error from the scores of both."
        for c in columns
        if c.contrast is not None
    ]


def _common_splits(column: Column, contrast: Contrast, layout: Layout) -> str:
    """Say which splits are compared where a column has more: coefficients then do not add up."""
    common = column.first.reps
    sides = (contrast.left, contrast.right)
    shown = [e.reps for c in layout.columns for _, e in c.estimates if c.member in sides or e.name in sides]
    if max(shown, default=common) == common:
        return ""
    return f" in the first {'split' if common == 1 else f'{common} splits'} of both"


def _side(name: str, layout: Layout) -> str:
    for c in layout.columns:
        if name == c.member or any(name == e.name for _, e in c.estimates):
            return f"column ({c.number})"
    return f"the estimate {name}"


def _uncertainty(columns: tuple[Column, ...], options: TableOptions, labels: Mapping[str, str]) -> str:
    grouped = [c.first for c in columns if any(o.minus for o in columns)]

    def how(e: Estimate) -> str:
        alike = [o for o in grouped if o.cluster == e.cluster] or [e]
        return _clustering(e, clusters_between(alike), labels)

    return f"{_shown(columns, options)}{by_columns(columns, how)}."


def _shown(columns: tuple[Column, ...], options: TableOptions) -> str:
    """Say what stands below and beside coefficients; what follows is how standard errors were made."""
    words = {
        "se": "standard errors",
        "t": "t statistics",
        "p": "p-values",
        "ci": f"{by_columns(columns, lambda e: percent(e.level))} confidence intervals",
    }
    around = {"()": "in parentheses", "[]": "in square brackets", "": "below coefficients"}
    named = [(what, "in brackets" if what == "ci" else around[options.brackets]) for what in options.below]
    if len(named) > 1 and len({place for _, place in named}) < len(named):
        named = [(what, f"{place} in line {i}") for i, (what, place) in enumerate(named, start=2)]
    if options.beside != "none":
        named.append((options.beside, "beside coefficients"))
    if not named:
        return "Stars rest on standard errors " if options.stars else "Standard errors are "
    text = english_list([f"{words[what]} {place}" for what, place in named])
    text = text[:1].upper() + text[1:]
    if len(named) == 1:
        return f"{text}, " if named[0][0] == "se" else f"{text}, from standard errors "
    return f"{text}; standard errors are "


def _clustering(e: Estimate, count: str, labels: Mapping[str, str]) -> str:
    if not e.cluster:
        return "robust to heteroskedasticity, not clustered"
    by = english_list([labels.get(name, name) for name in e.cluster])
    fewest = "at least " if len(e.cluster) > 1 else ""
    return f"clustered by {by} ({fewest}{count} clusters)"
