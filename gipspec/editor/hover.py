"""What an editor shows of the word under the cursor, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gipspec.editor.context import context_at
from gipspec.editor.document import Document
from gipspec.editor.symbols import Symbol
from gipspec.lang.vocabulary.explain import Topic, explain
from gipspec.source import Span

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 8  # of a categorical column
BINS = 12
BLOCKS = " ▁▂▃▄▅▆▇█"

Frame = Callable[[Document], "pd.DataFrame | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    span: Span
    markdown: str


def hover(document: Document, offset: int, frame: Frame) -> Hover | None:
    """Explain the name, option, function or learner at an offset.

    `frame` reads the data of a document, derived columns included, or returns None; it is asked only for
    columns.
    """
    symbol = document.symbol_at(offset)
    if symbol is not None:
        text = "\n\n".join(_symbol(document, symbol, frame))
        return Hover(span=symbol.span, markdown=text) if text else None
    span = _word_at(document, offset)
    topics = explain(span.text) if span else ()
    if not span or not topics:
        return None
    context = context_at(document.source, span.start)
    fitting = [t for t in topics if context.wanted == "option" and "option" in t.kind] or list(topics)
    return Hover(span=span, markdown="\n\n".join(_topic(t) for t in fitting))


def _symbol(document: Document, symbol: Symbol, frame: Frame) -> Iterator[str]:
    definition = document.definition(symbol)
    if definition is not None:
        yield f"```gip\n{_line(definition.span)}\n```"
    if symbol.kind == "learner" and definition is None:
        yield from (_topic(t) for t in explain(symbol.name) if t.kind == "learner")
    if symbol.kind == "column" and (definition is None or definition.word == "let"):
        label = next((c.label for c in document.columns() if c.name == symbol.name), "")
        yield f"**{symbol.name}**" + (f": {label}" if label else "")
        data = frame(document)
        if data is not None and symbol.name in data.columns:
            yield describe_column(data[symbol.name])
    if symbol.kind == "model":
        yield from _model(document, symbol)


def _model(document: Document, symbol: Symbol) -> Iterator[str]:
    study = document.loaded.study
    members = [m.name for m in (study.models if study else ()) if symbol.name in (m.name, m.family)]
    if len(members) > 1:
        yield "one of each: " + ", ".join(f"`{m}`" for m in members)


def describe_column(values: pd.Series[float]) -> str:
    """Describe a column in a few lines: rows, gaps, and its distribution or its values."""
    known = values.dropna()
    lines = [f"{len(known):,} values, {len(values) - len(known):,} missing"]
    distinct = known.nunique()
    if known.empty:
        return lines[0]
    if known.dtype.kind not in "biuf" or distinct <= MOST_VALUES:
        shares = known.value_counts(normalize=True)
        shown = ", ".join(
            f"{_number(value)} ({share:.0%})" for value, share in shares.iloc[:MOST_VALUES].items()
        )
        more = f" and {distinct - MOST_VALUES:,} more" if distinct > MOST_VALUES else ""
        return "\n\n".join((*lines, shown + more))
    quartiles = known.quantile([0, 0.25, 0.5, 0.75, 1])
    lines.append(f"mean {known.mean():.4g}, standard deviation {known.std():.4g}")
    lines.append("quartiles " + " · ".join(f"{q:.4g}" for q in quartiles))
    lines.append(f"`{histogram(known)}`")
    return "\n\n".join(lines)


def histogram(values: pd.Series[float]) -> str:
    """Draw a distribution in a line of blocks, the fullest at full height; only an empty bin is blank."""
    import numpy as np

    counts, _ = np.histogram(values.to_numpy(dtype=float), bins=BINS)
    heights = np.ceil(counts / counts.max() * (len(BLOCKS) - 1)).astype(int)
    return "".join(BLOCKS[h] for h in heights)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _topic(topic: Topic) -> str:
    facts = "\n".join(f"- {name}: {text}" for name, text in topic.facts)
    return f"**{topic.name}** ({topic.kind}): {topic.meaning}" + (f"\n\n{facts}" if facts else "")


def _word_at(document: Document, offset: int) -> Span | None:
    """Return the span of the word at an offset."""
    text = document.source.text
    start = end = min(offset, len(text))
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return Span(source=document.source, start=start, end=end) if end > start else None


def _line(span: Span) -> str:
    return span.source.line_text(span.line).strip()
