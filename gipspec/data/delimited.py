"""Comma, semicolon and tab separated text, read with the standard library."""

from __future__ import annotations

import bz2
import csv
import io
from collections.abc import Iterator
from itertools import islice

from gipspec.data.bounds import MOST_BYTES, check_cells, unreadable
from gipspec.data.encoding import decode
from gipspec.data.locate import Located

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
HEAD = 1 << 22  # bytes that the header is read from; enough text to tell the encoding
LOOK = 20  # rows that decide between two possible delimiters


def header(located: Located) -> list[str]:
    """Read the names of the columns, and no more of the file than its first part."""
    with _open(located) as stream:
        data = _read(located, stream, HEAD)
    text = decode(data, located.source, whole=len(data) < HEAD)
    return _header(located, _records(located, text, _delimiter(located, text)))


def rows(located: Located) -> tuple[list[str], list[list[str]]]:
    """Read the names of the columns and all rows, each with as many fields as there are names.

    Raises GipError: G302 for rows of another length, sizes over the bounds, damaged quotes; G303.
    """
    with _open(located) as stream:
        data = _read(located, stream, MOST_BYTES)
    text = decode(data, located.source)
    records = _records(located, text, _delimiter(located, text))
    names = _header(located, records)
    found: list[list[str]] = []
    for number, record in enumerate(records, start=2):
        if len(record) != len(names):
            reason = f"row {number} has {len(record)} fields, and the header has {len(names)}"
            raise unreadable(located.source, reason, "look at that row: a separator or a quote is amiss")
        found.append(record)
        if number % 10_000 == 0:
            check_cells(located.source, len(found), len(names))
    check_cells(located.source, len(found), len(names))
    return names, found


def _open(located: Located) -> bz2.BZ2File | io.BufferedReader:
    return bz2.open(located.path, "rb") if located.compressed else located.path.open("rb")


def _read(located: Located, stream: bz2.BZ2File | io.BufferedReader, size: int) -> bytes:
    try:
        return stream.read(size)
    except (OSError, EOFError) as error:
        raise unreadable(located.source, str(error)) from None


def _delimiter(located: Located, text: str) -> str:
    """Tell the delimiter from the header; where that has several, from the rows that fit together."""
    if located.ending == ".tsv":
        return "\t"
    first = text.lstrip("\n\r").partition("\n")[0]
    found = [d for d in DELIMITERS if d in first]
    if len(found) < 2:
        return found[0] if found else ","
    fitting = [d for d in found if _fits(text, d)]
    if len(fitting) == 1:
        return fitting[0]
    names = " or ".join(DELIMITERS[d] for d in found)
    reason = f"the first line does not tell which of {names} separates the columns"
    raise unreadable(located.source, reason, "put the names in quotes, or save the file with commas")


def _fits(text: str, delimiter: str) -> bool:
    try:
        lengths = [len(r) for r in islice(_parse(text, delimiter), LOOK) if r]
    except csv.Error:
        return False
    return len(set(lengths)) == 1 and lengths[0] > 1


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _records(located: Located, text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the records that are not blank lines."""
    if "\0" in text:
        raise unreadable(located.source, "it holds binary data", "name the file by the format that it has")
    reader = _parse(text, delimiter)
    try:
        for record in reader:
            if record:
                yield record
    except csv.Error as error:
        raise unreadable(located.source, str(error), "look for a quote that is never closed") from None


def _header(located: Located, records: Iterator[list[str]]) -> list[str]:
    names = [name.strip() for name in next(records, [])]
    if not any(names):
        raise unreadable(located.source, "it has no line of column names")
    return names
