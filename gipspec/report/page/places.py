"""Anchors of a page: lines of the spec, estimates, exhibits, and which line asks for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from gipspec.diagnostics import Problem
from gipspec.lang.study import Study
from gipspec.report.restore import names_in
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

    def of_model(self, name: str) -> Place | None:
        """Return the line that asks for a model or a difference."""
        return self.at(self.spans[name]) if name in self.spans else None

    def of_problem(self, found: Problem) -> Place | None:
        """Return the line that a problem is about: its own place, or that of the first model it names."""
        if found.span is not None:
            return self.at(found.span)
        return next((place for name in names_in(found.subject) if (place := self.of_model(name))), None)
