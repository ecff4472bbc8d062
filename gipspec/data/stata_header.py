"""The header of a Stata file since Stata 14: names, labels and kinds, without a library.

`gipspec check` reads no more of the data, and importing a reader takes longer than all the rest of a check.
The layout is that of `help dta` in Stata: fields of fixed width in sections, whose places a map tells.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from gipspec.data.content import Content
from gipspec.data.locate import Located

START = b"<stata_dta><header><release>"
COUNTS = {b"118": "H", b"119": "I"}  # formats, with the type of the number of columns
ORDERS = {b"LSF": "<", b"MSF": ">"}
MOST_COLUMNS = 120_000  # that Stata itself has
MAP = 14  # places, of which these are read
TYPES, NAMES, FORMATS, LABELS, END = 2, 3, 5, 7, 13
NAME_WIDTH, FORMAT_WIDTH, LABEL_WIDTH = 129, 57, 321
TEXT = 32768  # types up to it are text: of so many bytes, or of any length
DATES = ("%td", "%tc", "%tC", "%tw", "%tm", "%tq", "%th", "%d", "%-td", "%-tc")


def header(located: Located) -> Content | None:
    """Return the columns of a file, None for an earlier format or a file that is not as it should be."""
    try:
        with located.path.open("rb") as stream:
            return _columns(stream)
    except (OSError, ValueError, struct.error):
        return None


def kind_of(text: bool, shown: str) -> str:
    """Return the kind of a column from its type and the format in which it is shown."""
    if text:
        return "text"
    return "date" if shown.startswith(DATES) else "number"


def _columns(stream: BinaryIO) -> Content:
    """Raise ValueError or struct.error where a section is not where it should be."""
    _expect(stream, START)
    count_type = COUNTS.get(stream.read(3), "")
    _expect(stream, b"</release><byteorder>")
    order = ORDERS.get(stream.read(3), "")
    _expect(stream, b"</byteorder><K>")
    if not count_type or not order:
        raise ValueError("another format")
    (count,) = _numbers(stream, order + count_type)
    if count > MOST_COLUMNS:
        raise ValueError("more columns than Stata has")
    places = _map(stream, order)
    if stream.seek(0, 2) != places[END]:
        raise ValueError("a file that was cut short")
    stream.seek(places[TYPES])
    _expect(stream, b"<variable_types>")
    types = _numbers(stream, f"{order}{count}H")
    names = list(_texts(stream, places[NAMES], b"<varnames>", count, NAME_WIDTH))
    formats = _texts(stream, places[FORMATS], b"<formats>", count, FORMAT_WIDTH)
    labels = _texts(stream, places[LABELS], b"<variable_labels>", count, LABEL_WIDTH)
    if not all(names):
        raise ValueError("a column has no name")
    return Content(
        names=names,
        kinds={n: kind_of(t <= TEXT, f) for n, t, f in zip(names, types, formats, strict=True)},
        labels={n: label for n, label in zip(names, labels, strict=True) if label},
    )


def _map(stream: BinaryIO, order: str) -> tuple[int, ...]:
    """Return the places of the sections; a label and a time of unknown length stand in between."""
    _expect(stream, b"</K><N>")
    stream.seek(8, 1)
    _expect(stream, b"</N><label>")
    stream.seek(_numbers(stream, order + "H")[0], 1)
    _expect(stream, b"</label><timestamp>")
    stream.seek(_numbers(stream, "B")[0], 1)
    _expect(stream, b"</timestamp></header><map>")
    return _numbers(stream, f"{order}{MAP}Q")


def _texts(stream: BinaryIO, place: int, tag: bytes, count: int, width: int) -> Iterator[str]:
    """Return fields of a width in bytes, each up to its first byte of nought."""
    stream.seek(place)
    _expect(stream, tag)
    data = stream.read(count * width)
    if len(data) < count * width:
        raise ValueError("a section that was cut short")
    fields = (data[at : at + width] for at in range(0, len(data), width))
    return (field.partition(b"\0")[0].decode("utf-8").rstrip() for field in fields)


def _numbers(stream: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))


def _expect(stream: BinaryIO, tag: bytes) -> None:
    if stream.read(len(tag)) != tag:
        raise ValueError(f"{tag!r} is not where it should be")
