"""The Jinja environment of a text format: sandboxed, strict, escaping whatever is not marked as source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gipspec.diagnostics import GipError, problem
from gipspec.report.escape import Latex, comment, escape

Escaping = Callable[[str], str]
ENDINGS = frozenset({".tex", ".html", ".css", ".md", ".typ"})


def own_templates() -> Path:
    """Return the folder of gipspec's templates: in the wheel within the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


LATEX_MARKS = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}


def latex_environment(templates: Path | None) -> jinja2.Environment:
    """Return the environment of LaTeX templates; raises GipError (G507) when `templates` is no folder."""
    made = environment(templates, Latex, escape, comment, **LATEX_MARKS)
    made.filters["cells"] = lambda values: Latex(" & ".join(_escaped(v, Latex, escape) for v in values))
    return made


@lru_cache(maxsize=16)
def environment(
    templates: Path | None,
    source: type[str],
    escaping: Escaping,
    commenting: Escaping,
    **marks: str,
) -> jinja2.Environment:
    """Return an environment that looks for templates in the user's folder first, then in ours.

    What a template prints passes through `escaping` unless report code made it as `source`; the filter
    `comment` makes text safe for a comment of the format. `marks` replace Jinja's delimiters.
    All files of a format share it, and what it compiled; a template that changed is read again.
    Raises GipError (G507) when the user's folder is not one.
    """
    folders = [own_templates()]
    if templates is not None:
        if not templates.is_dir():
            raise GipError(
                problem("G507", path=templates, reason="it is not a folder", remedy="check `--templates`")
            )
        folders.insert(0, templates)
    made = ImmutableSandboxedEnvironment(
        **marks,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(folders),
        finalize=lambda value: _escaped(value, source, escaping),
        autoescape=False,
        extensions=(),
    )
    made.filters["comment"] = lambda value: source(commenting(str(value)))
    return made


def _escaped(value: object, source: type[str], escaping: Escaping) -> str:
    """Escape what a template prints, unless report code made it as source of the format."""
    return value if isinstance(value, source) else escaping(str(value))


def render(environment: jinja2.Environment, name: str, values: Mapping[str, object]) -> str:
    """Render the template `name`; raises GipError (G502) with its file and line."""
    try:
        return environment.get_template(name).render(values)
    except jinja2.TemplateSyntaxError as error:
        raise _failed(error.filename or error.name or name, error.lineno, error.message) from error
    except jinja2.TemplateNotFound as error:
        raise _failed(name, 1, f"there is no template `{error.name}`") from error
    except (jinja2.TemplateRuntimeError, *_RUNTIME) as error:
        path, line = _place(error, name)
        raise _failed(path, line, str(error)) from error


# What an expression of a template can raise: a missing key, a value of the wrong kind, an overlong range.
_RUNTIME = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError)


def _failed(path: str, line: int, reason: str | None) -> GipError:
    shown = path.removeprefix(f"{own_templates()}/")
    return GipError(problem("G502", path=shown, line=line, reason=reason or "it cannot be rendered"))


def _place(error: BaseException, name: str) -> tuple[str, int]:
    """Return the template's file and line, which Jinja writes into the traceback."""
    found = (name, 1)
    trace = error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if Path(filename).suffix in ENDINGS:
            found = (filename, trace.tb_lineno)
        trace = trace.tb_next
    return found
