"""What an earlier check of a spec knows of its lines, so that a change of one leaves the others alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gipspec.lang.check.declare import Declarations
from gipspec.lang.check.settings import OptionScope
from gipspec.lang.printer import print_statement
from gipspec.lang.study import Let, Model
from gipspec.lang.syntax import ModelStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sound line of models as it was written, and what it was found to mean."""

    text: str
    models: tuple[Model, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The sound lines of a spec by name, in a `context` on which all of them depend.

    A line that is written as before, and varies lines that are, means what it meant. The places of its models
    are those of the new text; those within their formulas and settings, to which no message points, stay.
    """

    context: object = None
    lets: tuple[Let, ...] = ()
    lines: Mapping[str, Line] = field(default_factory=dict, repr=False)

    def within(self, context: object) -> Known:
        """Return what holds in a context: all of it in that of the lines, else how they are printed."""
        return self if context == self.context else replace(self, context=None)

    def printed(self, name: str, statement: ModelStatement) -> str:
        """Return a line as it is printed, which depends on nothing else."""
        line = self.lines.get(name)
        same = line is not None and line.text == statement.span.text
        return line.models[0].line if line and same else print_statement(statement)

    def models(self, name: str, statement: ModelStatement) -> tuple[Model, ...]:
        """Return the models of a line, none where it is written otherwise or was not sound.

        Their definitions are those of `lets`.
        """
        line = self.lines.get(name)
        if self.context is None or line is None or line.text != statement.span.text:
            return ()
        return tuple(replace(model, span=statement.span) for model in line.models)


NOTHING = Known()


def context_of(declared: Declarations, scope: OptionScope) -> object:
    """Return what the meaning of every line of models depends on, but for the lines that it varies itself.

    Of `let` it is names and kinds; `Known` tells what they stand for. Other declarations stand in it as they
    are written, because labels quote them.
    """
    names = scope.scope
    tables = (declared.sets, declared.samples, declared.learners, declared.defaults)
    written = tuple(tuple((name, s.span.text) for name, s in table.items()) for table in tables)
    poisoned = (names.poisoned, scope.learners.poisoned, scope.poisoned_samples)
    return names.schema, names.panel, names.lets, names.let_kinds, written, poisoned
