"""Lines of spec that end a finding, written from the line that it is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache, partial

from gipspec.diagnostics import Remedy
from gipspec.lang.check.terms import summands
from gipspec.lang.notation import print_name, quote
from gipspec.lang.parser import parse
from gipspec.lang.printer import print_expr, print_statement
from gipspec.lang.study import Let, Model, Panel, Settings, Study, TableRequest
from gipspec.lang.syntax import Expr, ModelStatement, Option, TableStatement
from gipspec.source import Source

MOST_REMEMBERED = 1000  # lines that are read once, however many findings they have


def amended(model: Model, without: tuple[str, ...] = (), **options: str) -> Remedy:
    """Return the line of a model with these options, written as in a spec, in place of its own.

    `without` are options that it loses. What a line inherits stays: an option is better set than lost.
    """
    return Remedy(write=partial(amended_line, model, without, options), replaces=True)


def amended_line(model: Model, without: Collection[str], options: Mapping[str, str]) -> str:
    """Return the line of `amended`."""
    statement = statement_of(model.line)
    gone = {*without, *options}
    kept = tuple(o for o in statement.options if o.name.text not in gone)
    return print_statement(replace(statement, options=(*kept, *_options(options))))


def dropped(model: Model, terms: Collection[str], **options: str) -> Remedy:
    """Return the line of a model without these terms among its controls: not added, or taken away."""
    return Remedy(write=partial(_dropped_line, model, terms, options), replaces=True)


def _dropped_line(model: Model, terms: Collection[str], options: Mapping[str, str]) -> str:
    own = own_options(model)
    added, gone = (
        [print_expr(p) for p in summands(own[n].value)] if n in own else [] for n in ("add", "drop")
    )
    kept = [name for name in added if name not in terms]
    gone += [name for name in terms if name not in added]
    sides = {"add": " + ".join(kept), "drop": " + ".join(gone)}
    return amended_line(model, sides, {name: text for name, text in sides.items() if text} | {**options})


def varied(study: Study, model: Model, suffix: str, **options: str) -> Remedy:
    """Return a further line that varies a model: `base_bounds <- base; trim=[0.1%, 5%]`."""
    return Remedy(write=partial(_varied_line, study, model, suffix, options))


def _varied_line(study: Study, model: Model, suffix: str, options: Mapping[str, str]) -> str:
    name = unused(study, f"{model.family}_{suffix}")
    statement = statement_of(f"{print_name(name)} <- {print_name(model.name)}")
    return print_statement(replace(statement, options=_options(options)))


def is_plain(settings: Settings) -> bool:
    """Tell whether a line asks for no analysis beyond its estimate, so that a variation may add one."""
    several = (
        settings.het,
        settings.via,
        settings.placebo,
        settings.placebo_lead,
        settings.event,
        settings.iv,
    )
    return not any(several) and settings.sensitivity is None


def definition(let: Let, value: Expr) -> Remedy:
    """Return a `let` with another value in place of its own line."""
    return Remedy(write=lambda: f"let {print_name(let.name)} = {print_expr(value)}", replaces=True)


def usual_effects(panel: Panel) -> str:
    """Return the effects of a panel's units and times as `fe=` has them."""
    return f"{print_name(panel.unit)} + {print_name(panel.time)}"


def own_options(model: Model) -> dict[str, Option]:
    """Return the options that the line of a model has itself, by name."""
    return {o.name.text: o for o in statement_of(model.line).options}


def table_line(request: TableRequest, **options: str) -> Remedy:
    """Return the statement of a table with these options, in place of its own."""
    if request.span is None:
        raise ValueError("a table has a place in its spec")
    file, _ = parse(Source.of("", request.span.text))
    statement = file.statements[0]
    if not isinstance(statement, TableStatement):
        raise ValueError(f"this is no table: {request.span.text}")
    kept = tuple(o for o in statement.options if o.name.text not in options)
    whole = replace(statement, options=(*kept, *_options(options)))
    return Remedy.of(print_statement(whole), replaces=True)


def table_of(study: Study, name: str, title: str, members: list[str]) -> str:
    """Return the line of a table that shows these models."""
    return f"table {unused(study, name)} {quote(title)}: {', '.join(map(print_name, members))}"


def unused(study: Study, wanted: str) -> str:
    """Return a name that nothing in a study has: the one wanted, or with a number behind it."""
    taken = {m.family for m in study.models} | {c.name for c in study.contrasts}
    taken |= {t.name for t in study.tables} | {let.name for let in study.lets}
    numbered = (f"{wanted}{k}" for k in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name not in taken)


def _options(options: Mapping[str, str]) -> tuple[Option, ...]:
    """Read options as they are written in a spec."""
    more = "".join(f"; {name}={value}" for name, value in options.items())
    return statement_of(f"x <- x{more}").options


@lru_cache(maxsize=MOST_REMEMBERED)
def statement_of(line: str) -> ModelStatement:
    """Read the line of a model."""
    file, problems = parse(Source.of("", line))
    if problems or not isinstance(file.statements[0], ModelStatement):
        raise ValueError(f"the line of a model is not one: {line}")
    return file.statements[0]
