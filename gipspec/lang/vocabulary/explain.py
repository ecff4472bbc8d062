"""What the registries say of a topic, as plain data: `gipspec explain` and the documentation print it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gipspec.diagnostics import CODES, nearest
from gipspec.diagnostics.examples import example_of
from gipspec.lang.statements import STATEMENTS
from gipspec.lang.study import Value
from gipspec.lang.vocabulary.figures import FIGURE_KINDS, FIGURE_OPTIONS, FigureKind
from gipspec.lang.vocabulary.functions import FUNCTIONS, FunctionEntry
from gipspec.lang.vocabulary.grounds import Ground, ground
from gipspec.lang.vocabulary.kinds import Several, Word, describe
from gipspec.lang.vocabulary.learners import LEARNERS, LearnerEntry, Parameter
from gipspec.lang.vocabulary.lines import MEANINGS, NOTATION, STYLES, exhibit_line
from gipspec.lang.vocabulary.lines import MODELS as MODEL_LINES
from gipspec.lang.vocabulary.options import (
    DATA_OPTIONS,
    MODELS,
    OPTIONS,
    TABLE_OPTIONS,
    TABLE_STYLES,
    ExhibitOption,
    OptionEntry,
)

GROUPS = (
    "statements",
    "notation",
    "options",
    "learners",
    "functions",
    "models",
    "tables",
    "styles",
    "figures",
    "rules",
    "codes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic explained: `facts` are pairs such as ("default", "5"); an example may have several lines."""

    name: str
    kind: str
    meaning: str
    facts: tuple[tuple[str, str], ...] = ()


def explain(name: str) -> tuple[Topic, ...]:
    """Return everything that goes by a name; several topics where a name is an option and a function, say.

    A group (`options`, `learners`, ...) yields all its members, a piece of spec such as `x^2` the marks in it,
    a word that is only a value, such as `within`, the options that take it. Empty for an unknown name.
    """
    if name in GROUPS:
        return _group(name)
    found: list[Topic] = [_code(name.upper())] if name.upper() in CODES else []
    if name in STATEMENTS:
        found.append(_statement(name))
    if name in NOTATION:
        found.append(_mark(name))
    if name in OPTIONS:
        found.append(_option(OPTIONS[name]))
    for place, table in _EXHIBITS.items():
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
    if name in TABLE_STYLES:
        found.append(_style(name))
    if owners := _owners(name):
        found.append(_parameter(name, owners))
    return tuple(found) or _values(name) or _marks_in(name)


_EXHIBITS = {"table": TABLE_OPTIONS, "figure": FIGURE_OPTIONS, "data": DATA_OPTIONS}


def suggest(name: str) -> str | None:
    """Return the topic that an unknown name was most likely meant to be."""
    parameters = {p.name for entry in LEARNERS.values() for p in entry.parameters}
    return nearest(name, topics() | parameters | _words().keys())


def topics() -> frozenset[str]:
    """Return every name of a group that `explain` knows."""
    exhibits = (name for table in _EXHIBITS.values() for name in table)
    words = (
        GROUPS,
        CODES,
        STATEMENTS,
        NOTATION,
        OPTIONS,
        LEARNERS,
        FUNCTIONS,
        FIGURE_KINDS,
        MODELS,
        TABLE_STYLES,
    )
    return frozenset((*exhibits, *(name for table in words for name in table)))


def _group(name: str) -> tuple[Topic, ...]:
    match name:
        case "statements":
            return tuple(_statement(word) for word in STATEMENTS)
        case "notation":
            return tuple(_mark(mark) for mark in NOTATION)
        case "options":
            return tuple(_option(e) for e in OPTIONS.values())
        case "learners":
            return tuple(_learner(e) for e in LEARNERS.values())
        case "functions":
            return tuple(_function(e) for e in FUNCTIONS.values())
        case "models":
            return tuple(_model(m) for m in MODELS)
        case "tables":
            return tuple(_exhibit(place, e) for place in ("table", "data") for e in _EXHIBITS[place].values())
        case "styles":
            return tuple(_style(style) for style in TABLE_STYLES)
        case "figures":
            kinds = tuple(_figure(k) for k in FIGURE_KINDS.values())
            return (*kinds, *(_exhibit("figure", e) for e in FIGURE_OPTIONS.values()))
        case "rules":
            return tuple(_code(c) for c in CODES if c.startswith("A"))
        case _:
            return tuple(_code(c) for c in CODES if not c.startswith("A"))


def _grounds(basis: Ground) -> list[tuple[str, str]]:
    page = f"docs/{basis.page}" if basis.page else ""
    facts = (("formula", basis.formula), ("reference", basis.reference), ("more", page))
    return [fact for fact in facts if fact[1]]


def _statement(word: str) -> Topic:
    facts = (("example", STATEMENTS[word]),)
    return Topic(name=word, kind="statement", meaning=MEANINGS[word], facts=facts)


def _mark(mark: str) -> Topic:
    meaning, line = NOTATION[mark]
    return Topic(name=mark, kind="notation", meaning=meaning, facts=(("example", line),))


_SIGNS = {sign: mark for mark in NOTATION if not mark.isalpha() for sign in mark.split()}
_SIGN = re.compile("|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True)))


def _marks_in(text: str) -> tuple[Topic, ...]:
    """Return the marks of a piece of spec, each once; none of a word that was mistyped, nor a sign of a number."""
    if suggest(text):
        return ()
    found = (_SIGNS[sign] for sign in _SIGN.findall(text.lstrip("-")))
    return tuple(_mark(mark) for mark in dict.fromkeys(found))


def _style(name: str) -> Topic:
    facts = (("more", "docs/tables.md#styles"), ("example", STYLES[name]))
    return Topic(name=name, kind="style of tables", meaning=TABLE_STYLES[name], facts=facts)


def _code(name: str) -> Topic:
    code = CODES[name]
    facts = [("message", code.message)]
    if code.help and code.help != "{remedy}":
        facts.append(("remedy", code.help))
    facts += _grounds(ground("code", name))
    if example := example_of(name):
        facts.append(("example", example))
    kind = "rule of the audit" if name.startswith("A") else code.severity
    return Topic(name=name, kind=kind, meaning=code.meaning, facts=tuple(facts))


def _option(entry: OptionEntry) -> Topic:
    facts = [("takes", describe(entry.kind)), ("default", entry.default or "none")]
    facts += [("models", ", ".join(entry.models)), *_grounds(ground("option", entry.name))]
    facts.append(("example", entry.example))
    return Topic(name=entry.name, kind="option", meaning=entry.meaning, facts=tuple(facts))


def _exhibit(place: str, entry: ExhibitOption) -> Topic:
    facts = [("takes", describe(entry.kind)), ("default", entry.default or "none")]
    facts += [*_grounds(ground(place, entry.name)), ("example", exhibit_line(place, entry))]
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
    facts += _grounds(ground("learner", entry.name))
    call = entry.name + (f"({inner})" if inner else "")
    where = f"learner_d={call}; fe=none" if entry.task == "classification" else f"learner={call}"
    facts.append(("example", f"varied <- base; {where}"))
    return Topic(name=entry.name, kind="learner", meaning=entry.meaning, facts=tuple(facts))


def _owners(name: str) -> list[tuple[LearnerEntry, Parameter]]:
    """Return the learners that have a parameter."""
    return [(entry, p) for entry in LEARNERS.values() for p in entry.parameters if p.name == name]


def _parameter(name: str, owners: list[tuple[LearnerEntry, Parameter]]) -> Topic:
    """Explain a parameter by its learners: default, range, and the name that the library gives it."""
    meanings = dict.fromkeys(p.meaning for _, p in owners)
    facts: list[tuple[str, str]] = []
    for entry, parameter in owners:
        text = f"{printed(parameter.default)} unless told; {describe(parameter.kind)}"
        if len(meanings) > 1:
            text += f"; {parameter.meaning}"
        if parameter.library_name:
            package = entry.library.partition(".")[0].replace("sklearn", "scikit-learn")
            text += f"; `{parameter.library_name}` in {package}"
        facts.append((entry.name, text))
    entry, parameter = owners[0]
    members = "gbm, lasso, " if entry.name == "stack" else ""
    call = f"{entry.name}({members}{name}={printed(parameter.default)})"
    facts.append(("example", f"learner mine = {call}"))
    return Topic(name=name, kind="parameter of learners", meaning="; or ".join(meanings), facts=tuple(facts))


PLAIN = frozenset({"yes", "no", "none"})  # words of so many options that none explains them
VALUES = {
    "ate": "the mean effect over all rows",
    "att": "the mean effect over the treated",
    "late": "the mean effect over compliers, whom the instrument moves",
    "within": "two-way demeaning of outcome and treatment",
    "fd": "first differences",
    "cre": "unit means as features, outcome and treatment as they are",
    "wg": "demeaning of everything",
    "dummies": "dummies as features",
    "split": "each group is estimated by itself",
    "pooled": "groups have the nuisances of the full sample",
    "refit": "the nuisance of the treatment is fitted again for each draw",
    "design": "the propensity is known from the permutations, and nothing is fitted again",
    "never": "units are compared with those that never adopt",
    "notyet": "units are compared with those that have not adopted yet",
}


def _words() -> dict[str, list[Topic]]:
    """Return the words that are values, with the options and the parameters that take them."""
    listed = [(e.kind, _option(e)) for e in OPTIONS.values()]
    listed += [(e.kind, _exhibit(place, e)) for place, table in _EXHIBITS.items() for e in table.values()]
    parameters = [(p.kind, p.name) for entry in LEARNERS.values() for p in entry.parameters]
    listed += [(kind, _parameter(name, _owners(name))) for kind, name in parameters]
    found: dict[str, list[Topic]] = {}
    for kind, topic in listed:
        for word in kind.words if isinstance(kind, Word | Several) else ():
            if word not in PLAIN:
                found.setdefault(word, []).append(topic)
    return found


def _values(word: str) -> tuple[Topic, ...]:
    """Explain a value by the options that take it."""
    owners = _words().get(word, [])
    meaning = VALUES.get(word, "")
    return tuple(
        Topic(
            name=word,
            kind=f"value of `{owner.name}`",
            meaning=meaning or owner.meaning,
            facts=((owner.kind, owner.meaning), *owner.facts) if meaning else owner.facts,
        )
        for owner in owners
    )


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
    facts = [("use", f"{entry.name}({arguments}{named})"), ("group", entry.group)]
    if entry.needs_panel:
        facts.append(("needs", "a panel"))
    facts += [*_grounds(ground("function", entry.name)), ("example", entry.example)]
    return Topic(name=entry.name, kind="function", meaning=entry.meaning, facts=tuple(facts))


def _model(name: str) -> Topic:
    facts = [*_grounds(ground("model", name)), ("example", MODEL_LINES[name])]
    return Topic(name=name, kind="model", meaning=MODELS[name], facts=tuple(facts))
