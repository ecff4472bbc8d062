"""A spec as an editor holds it: its text now, what is wrong with it, and the names in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gipspec.api import Loaded, loads
from gipspec.editor.symbols import Symbol, symbols
from gipspec.lang.check import NOTHING
from gipspec.lang.load import includes_of
from gipspec.lang.study import Column
from gipspec.source import Source, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text and what it was checked to be; `symbols` are those of what it includes too.

    `includes` are places of this text with the files that they bring in, directly or not.
    """

    path: Path
    source: Source
    loaded: Loaded
    symbols: tuple[Symbol, ...] = field(repr=False)
    includes: tuple[tuple[Span, Path], ...] = field(default=(), repr=False)

    def symbol_at(self, offset: int) -> Symbol | None:
        """Return the name that stands at an offset of this text, its end included."""
        here = (s for s in self.symbols if s.span.source == self.source)
        return next((s for s in here if s.span.start <= offset <= s.span.end), None)

    def definition(self, symbol: Symbol) -> Symbol | None:
        """Return the place that defines a name; None for columns of the data and library learners."""
        alike = (s for s in self.symbols if s.defines and s.kind == symbol.kind)
        return next((s for s in alike if s.name in (symbol.name, symbol.root)), None)

    def places(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Return every place where the name stands, its definition included."""
        return tuple(s for s in self.symbols if (s.kind, s.root) == (symbol.kind, symbol.root))

    def defined(self, kind: str) -> Mapping[str, Symbol]:
        """Return the definitions of a namespace by name."""
        return {s.name: s for s in self.symbols if s.defines and s.kind == kind}

    def included(self, source: Source) -> tuple[Span, Path] | None:
        """Return the place of this text that includes a source, directly or not, and the file that it is."""
        return next(((place, path) for place, path in self.includes if path.name == source.name), None)

    def columns(self) -> tuple[Column, ...]:
        return self.loaded.schema.columns if self.loaded.schema else ()


def analyse(text: str, path: Path, before: Document | None = None) -> Document:
    """Check a text that may be half written. Never raises on bad text or missing data.

    What was found `before`, of an earlier text, makes it faster.
    """
    known = before.loaded.known if before else NOTHING
    loaded = loads(text, folder=path.parent, name=path.name, known=known)
    source = loaded.sources[0]
    foreign = any(p.span is not None and p.span.source != source for p in loaded.problems)
    includes = tuple(includes_of(source, path.parent)) if foreign or len(loaded.sources) > 1 else ()
    return Document(
        path=path, source=source, loaded=loaded, symbols=symbols(loaded.statements), includes=includes
    )
