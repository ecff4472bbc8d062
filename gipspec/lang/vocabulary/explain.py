"""What the registries say of a topic, as plain data: `gipspec explain` and the documentation print it."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.diagnostics import CODES, nearest
from gipspec.lang.study import Value
from gipspec.lang.vocabulary.figures import FIGURE_KINDS, FIGURE_OPTIONS, FigureKind
from gipspec.lang.vocabulary.functions import FUNCTIONS, FunctionEntry
from gipspec.lang.vocabulary.kinds import describe
from gipspec.lang.vocabulary.learners import LEARNERS, LearnerEntry
from gipspec.lang.vocabulary.options import (
    DATA_OPTIONS,
    MODELS,
    OPTIONS,
    TABLE_OPTIONS,
    ExhibitOption,
    OptionEntry,
)

GROUPS = ("options", "learners", "functions", "models", "figures", "codes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic explained: `facts` are pairs such as ("default", "5")."""

    name: str
    kind: str
    meaning: str
    facts: tuple[tuple[str, str], ...] = ()


def explain(name: str) -> tuple[Topic, ...]:
    """Return everything that goes by a name; several topics where a name is an option and a function, say.

    A group (`options`, `learners`, ...) yields all its members. Empty for an unknown name.
    """
    if name in GROUPS:
        return _group(name)
    found: list[Topic] = []
    if name.upper() in CODES:
        found.append(_code(name.upper()))
    if name in OPTIONS:
        found.append(_option(OPTIONS[name]))
    for place, table in (("table", TABLE_OPTIONS), ("figure", FIGURE_OPTIONS), ("data", DATA_OPTIONS)):
        if name in table:
            found.append(_exhibit(place, table[name]))
    if name in LEARNERS:
        found.append(_learner(LEARNERS[name]))
    if name in FUNCTIONS:
        found.append(_function(FUNCTIONS[name]))
    if name in FIGURE_KINDS:
        found.append(_figure(FIGURE_KINDS[name]))
    if name in MODELS:
        found.append(_model(name))
    return tuple(found)


def suggest(name: str) -> str | None:
    """Return the topic that an unknown name was most likely meant to be."""
    return nearest(name, {*GROUPS, *CODES, *OPTIONS, *TABLE_OPTIONS, *FIGURE_OPTIONS, *FIGURE_KINDS, *LEARNERS, *FUNCTIONS, *MODELS})


def _group(name: str) -> tuple[Topic, ...]:
    match name:
        case "options":
            return tuple(_option(e) for e in OPTIONS.values())
        case "learners":
            return tuple(_learner(e) for e in LEARNERS.values())
        case "functions":
            return tuple(_function(e) for e in FUNCTIONS.values())
        case "models":
            return tuple(_model(m) for m in MODELS)
        case "figures":
            return tuple(_figure(k) for k in FIGURE_KINDS.values())
        case _:
            return tuple(_code(c) for c in CODES)


def _code(name: str) -> Topic:
    code = CODES[name]
    facts = [("message", code.message)]
    if code.help:
        facts.append(("remedy", code.help))
    return Topic(name=name, kind=code.severity, meaning=code.meaning, facts=tuple(facts))


def _option(entry: OptionEntry) -> Topic:
    facts = [("takes", describe(entry.kind)), ("default", entry.default or "none")]
    if entry.words:
        facts.append(("in this version", ", ".join(f"`{w}`" for w in entry.words)))
    elif not entry.available:
        facts.append(("in this version", "not available"))
    facts += [("models", ", ".join(entry.models)), ("example", entry.example)]
    return Topic(name=entry.name, kind="option", meaning=entry.meaning, facts=tuple(facts))


def _exhibit(place: str, entry: ExhibitOption) -> Topic:
    facts = [("takes", describe(entry.kind)), ("default", entry.default or "none")]
    if not entry.available:
        facts.append(("in this version", "not available"))
    return Topic(name=entry.name, kind=f"option of `{place}`", meaning=entry.meaning, facts=tuple(facts))


def _figure(kind: FigureKind) -> Topic:
    facts = (("needs", kind.needs), ("example", kind.example))
    return Topic(name=kind.name, kind="figure", meaning=kind.meaning, facts=facts)


def _learner(entry: LearnerEntry) -> Topic:
    facts = [("library", entry.library), ("targets", _TARGETS[entry.task])]
    for parameter in entry.parameters:
        library = f"; `{parameter.library_name}` in the library" if parameter.library_name else ""
        facts.append((parameter.name, f"{printed(parameter.default)}: {parameter.meaning}{library}"))
    if entry.extra:
        facts.append(("needs", f"pip install 'gipspec[{entry.extra}]'"))
    example = f"{entry.parameters[0].name}={printed(entry.parameters[0].default)}" if entry.parameters else ""
    inner = ", ".join(p for p in ("gbm, lasso" if entry.name == "stack" else "", example) if p)
    facts.append(("example", f"base; learner={entry.name}" + (f"({inner})" if inner else "")))
    return Topic(name=entry.name, kind="learner", meaning=entry.meaning, facts=tuple(facts))


_TARGETS = {"both": "continuous and binary", "regression": "continuous", "classification": "binary"}


def printed(value: Value) -> str:
    """Print a default as a spec would have it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case tuple():
            return "[" + ", ".join(printed(v) for v in value) + "]"
        case _:
            return str(value)


def _function(entry: FunctionEntry) -> Topic:
    arguments = ", ".join(entry.positional) + (", ..." if entry.repeats else "")
    named = "".join(f", {n}=" for n in entry.named)
    facts = [("use", f"{entry.name}({arguments}{named})"), ("group", entry.group), ("example", entry.example)]
    if entry.needs_panel:
        facts.append(("needs", "a panel"))
    return Topic(name=entry.name, kind="function", meaning=entry.meaning, facts=tuple(facts))


def _model(name: str) -> Topic:
    ready = name in (OPTIONS["model"].words or tuple(MODELS))
    facts = (("in this version", "available" if ready else "not available"),)
    return Topic(name=name, kind="model", meaning=MODELS[name], facts=facts)
