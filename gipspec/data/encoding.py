"""From bytes to text: UTF-8, then GB18030, then a question; never a guess that turns text to rubbish."""

from __future__ import annotations

import codecs

from gipspec.data.bounds import unreadable
from gipspec.diagnostics import GipError, problem
from gipspec.lang.study import DataSource


def decode(data: bytes, source: DataSource, *, whole: bool = True) -> str:
    """Decode the text of a data file; with `whole=False` the bytes may end within a character.

    A byte-order mark tells UTF-16, in which Excel saves "Unicode text"; no other encoding begins so.
    Raises GipError: G303 where neither UTF-8 nor GB18030 fits, G302 where the encoding that the spec names is
    unknown or does not fit.
    """
    if source.encoding:
        return _named(data, source, whole).removeprefix("\ufeff")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return _strict(data, "utf-16", whole)
        except UnicodeDecodeError as error:
            raise _neither(source, error.start) from None
    try:
        return _strict(data, "utf-8", whole).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        offset = error.start
    try:
        text = _strict(data, "gb18030", whole)
    except UnicodeDecodeError:
        raise _neither(source, offset) from None
    if not looks_chinese(text):
        raise _neither(source, offset)
    return text


def looks_chinese(text: str) -> bool:
    """Tell whether text that was decoded as GB18030 can be meant: most of its characters are in common use.

    Western 8-bit text decodes as GB18030 too, to rare characters outside GB 2312.
    """
    wide = [ch for ch in text if ch > "\x7f"]
    common = "".join(wide).encode("gb2312", errors="ignore")
    return len(common) >= len(wide)  # two bytes a character: half of them


def decode_legacy(names: list[str], source: DataSource) -> list[str]:
    """Decode strings that a reader took for Latin-1, all in one encoding (`decode`'s rules).

    Stata before version 14 stored text in whatever encoding the machine had.
    """
    mark = "\x1e"
    joined = mark.join(names)
    if joined.isascii():
        return names
    try:
        data = joined.encode("latin-1")
    except UnicodeEncodeError:
        raise unreadable(source, "it is damaged: its version and its text do not fit") from None
    return decode(data, source).split(mark)


def _strict(data: bytes, encoding: str, whole: bool) -> str:
    return codecs.getincrementaldecoder(encoding)("strict").decode(data, whole)


def _named(data: bytes, source: DataSource, whole: bool) -> str:
    try:
        "a".encode(source.encoding)  # refuses codecs that are not of text
        return _strict(data, source.encoding, whole)
    except LookupError:
        reason, remedy = f"there is no encoding `{source.encoding}`", "for example `encoding=gb18030`"
    except UnicodeDecodeError as error:
        reason, remedy = f"byte {error.start} is not {source.encoding}", "leave `encoding=` away"
    raise unreadable(source, reason, remedy)


def _neither(source: DataSource, offset: int) -> GipError:
    return GipError(problem("G303", source.span, path=source.name, name=source.name, offset=offset))
