"""Anchors of a page: lines of the spec, estimates, exhibits, and which line asks for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from gipspec.lang.study import Study
from gipspec.source import Source, Span

BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the spec: what it is called, and the link to it."""

    text: str
    link: str


def anchor(kind: str, name: str) -> str:
    """Return the id of what has a name: `estimate-base`."""
    return f"{kind}-{BLANKS.sub('-', name)}"


def link_to(identifier: str) -> str:
    """Return the link to an id of this page."""
    return "#" + quote(identifier, safe="")


def line_anchor(file: int, line: int) -> str:
    """Return the id of a line; `file` counts the files of the spec from 0."""
    return f"line-{line}" if file == 0 else f"file-{file + 1}-line-{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the lines of a spec stand on the page, and which of them asks for a model."""

    files: Mapping[str, int]
    spans: Mapping[str, Span]

    @classmethod
    def of(cls, study: Study, sources: Iterable[Source]) -> Places:
        files = {source.name: i for i, source in reversed(list(enumerate(sources)))}
        spans = {contrast.name: contrast.span for contrast in study.contrasts}
        return cls(files=files, spans=spans | {model.name: model.span for model in study.models})

    def at(self, span: Span) -> Place | None:
        """Return the line of a span, None where the page does not show its file."""
        file = self.files.get(span.source.name)
        if file is None:
            return None
        text = f"line {span.line}" if file == 0 else f"{span.source.name}, line {span.line}"
        return Place(text=text, link=link_to(line_anchor(file, span.line)))

    def order(self, name: str) -> tuple[int, int]:
        """Return where the line that asks for a model stands; what no line asks for is last."""
        span = self.spans.get(name)
        if span is None:
            return len(self.files), 0
        return self.files.get(span.source.name, len(self.files)), span.start

    def of_model(self, name: str) -> Place | None:
        """Return the line that asks for a model or a difference."""
        return self.at(self.spans[name]) if name in self.spans else None

    def of_names(self, span: Span | None, names: Iterable[str]) -> Place | None:
        """Return the line of what has been said: its own place, or that of the first model that it names."""
        if span is not None:
            return self.at(span)
        return next((place for name in names if (place := self.of_model(name))), None)
