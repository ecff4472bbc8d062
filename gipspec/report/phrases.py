"""Sentences of notes that hold for all columns, or name the columns where they differ."""

from __future__ import annotations

from collections.abc import Callable

from gipspec.engine.results import Estimate
from gipspec.report.columns import Column
from gipspec.report.names import english_list

Say = Callable[[Estimate], str]


def column_list(numbers: list[int]) -> str:
    """Return `column (2)`, `columns (1) and (3)`, `columns (1)–(4)`."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts: list[str] = []
    for run in runs:
        parts += [f"({n})" for n in run] if len(run) < 3 else [f"({run[0]})–({run[-1]})"]
    return f"{'column' if len(numbers) == 1 else 'columns'} {english_list(parts)}"


def by_columns(columns: tuple[Column, ...], say: Say) -> str:
    """Say once what all columns share, otherwise each phrase with its columns; empty phrases are silent."""
    groups: dict[str, list[int]] = {}
    for column in columns:
        groups.setdefault(say(column.first), []).append(column.number)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{text} in {column_list(numbers)}" for text, numbers in groups.items() if text)


def sentence(start: str, columns: tuple[Column, ...], say: Say, end: str = "") -> str:
    """Return `start`, what the columns have, `end` and a full stop; nothing where no column has it."""
    found = by_columns(columns, say)
    text = f"{start}{found}{end}"
    return f"{text[:1].upper()}{text[1:]}." if found else ""


def shared(columns: tuple[Column, ...], read: Callable[[Estimate], object]) -> bool:
    """Tell whether all columns have the same."""
    return all(read(c.first) == read(columns[0].first) for c in columns)
